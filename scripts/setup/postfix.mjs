/**
 * Postfix for the tests against a foreign mail server, and its smtp-source for the benchmark: the
 * machine's own, else a copy of Debian's under `.tools/postfix`. Nothing is installed and no service
 * is started: the tests run its daemons in a folder of their own (test/support/postfix.ts), which
 * takes root but no users of Postfix's.
 *
 *   daemons/   master and the programs it starts      lib/  what they are linked with
 *   programs/  smtp-source, smtp-sink                 bin/  the same, ready to be run from PATH
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { hasApt, unpackPackages } from './debian.mjs';
import { lacks, say } from './report.mjs';
import { outputOf } from './run.mjs';

/** Where distributions keep the daemons; /usr/sbin is not on everybody's PATH. */
const INSTALLED = ['/usr/lib/postfix/sbin/master', '/usr/libexec/postfix/master'];
const PROGRAMS = ['smtp-source', 'smtp-sink'];

export function providePostfix(tools) {
  if (INSTALLED.some((path) => existsSync(path))) return;
  const copy = join(tools, 'postfix');
  if (isUsable(copy)) return;
  say('unpacking a private Postfix into .tools/postfix ...');
  if (hasApt() && unpackPostfix(copy, tools)) return;
  lacks('Postfix for the tests against a foreign mail server: sudo apt install postfix');
}

function unpackPostfix(copy, tools) {
  const scratch = join(tools, `postfix-${process.pid}`);
  const root = join(scratch, 'root');
  const made = join(scratch, 'postfix');
  try {
    if (!unpackPackages(['postfix'], root, tools)) return false;
    for (const folder of ['bin', 'daemons', 'lib', 'programs']) {
      mkdirSync(join(made, folder), { recursive: true });
    }
    const files = readdirSync(root, { recursive: true }).map((file) => join(root, String(file)));
    copyInto(join(made, 'daemons'), files.filter(isDaemon));
    copyInto(join(made, 'programs'), files.filter(isProgram));
    copyInto(join(made, 'lib'), files.filter(isLibrary));
    for (const name of PROGRAMS) writeWrapper(join(made, 'bin', name), name);
    if (!isUsable(made)) return false;
    rmSync(copy, { recursive: true, force: true });
    renameSync(made, copy);
    return true;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const isDaemon = (file) => /\/lib\/postfix\/sbin\/[a-z-]+$/.test(file);
const isProgram = (file) => PROGRAMS.some((name) => file.endsWith(`/sbin/${name}`));
const isLibrary = (file) => /\.so(\.\d+)*$/.test(file);

function copyInto(folder, files) {
  for (const file of files) copyFileSync(file, join(folder, basename(file)));
}

function writeWrapper(path, name) {
  writeFileSync(
    path,
    `#!/bin/sh
here=$(dirname "$0")/..
LD_LIBRARY_PATH="$here/lib" exec "$here/programs/${name}" "$@"
`,
  );
  chmodSync(path, 0o755);
}

/** Whether every library is found; the programs themselves do nothing without a configuration. */
function isUsable(copy) {
  const env = { LC_ALL: 'C', LD_LIBRARY_PATH: join(copy, 'lib') };
  return ['daemons/smtpd', 'daemons/virtual', 'programs/smtp-source'].every((name) => {
    const path = join(copy, name);
    const linked = existsSync(path) ? outputOf('ldd', [path], { env }) : undefined;
    return linked !== undefined && !linked.includes('not found');
  });
}
