/** A Redis or Valkey server program: the machine's own, else a copy under `.tools/redis`. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { hasApt, unpackPackages } from './debian.mjs';
import { lacks, say } from './report.mjs';
import { onPath, outputOf } from './run.mjs';

const OLDEST_MAJOR = 7;

export function provideRedis(tools) {
  if (isUsable(onPath('valkey-server')) || isUsable(onPath('redis-server'))) return;
  const copy = join(tools, 'redis');
  if (isUsable(serverIn(copy), join(copy, 'lib'))) return;
  say('unpacking a private Redis server into .tools/redis ...');
  if (hasApt() && unpackServer(copy, tools)) return;
  const command =
    process.platform === 'darwin' ? 'brew install valkey' : 'sudo apt install redis-server';
  lacks(`a Redis or Valkey server (7 or newer): ${command}`);
}

/** `bin/redis-server` beside `lib/*.so*`, as src/redis/server.ts expects it. */
function unpackServer(copy, tools) {
  const scratch = join(tools, `redis-${process.pid}`);
  const root = join(scratch, 'root');
  const made = join(scratch, 'redis');
  try {
    if (!unpackPackages(['redis-tools'], root, tools)) return false;
    const files = readdirSync(root, { recursive: true }).map(String);
    // One binary with several names: called redis-server, Debian's redis-check-rdb is the server.
    const server = files.find((file) => basename(file) === 'redis-check-rdb');
    if (server === undefined) return false;
    mkdirSync(join(made, 'bin'), { recursive: true });
    mkdirSync(join(made, 'lib'));
    copyFileSync(join(root, server), serverIn(made));
    chmodSync(serverIn(made), 0o755);
    for (const file of files.filter((name) => /\.so(\.|$)/.test(basename(name)))) {
      copyFileSync(join(root, file), join(made, 'lib', basename(file)));
    }
    if (!isUsable(serverIn(made), join(made, 'lib'))) return false;
    rmSync(copy, { recursive: true, force: true });
    renameSync(made, copy);
    return true;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function serverIn(folder) {
  return join(folder, 'bin', 'redis-server');
}

function isUsable(program, libraries) {
  if (program === undefined || !existsSync(program)) return false;
  const env = libraries ? { LC_ALL: 'C', LD_LIBRARY_PATH: libraries } : { LC_ALL: 'C' };
  const version = outputOf(program, ['--version'], { env });
  return Number(/v=(\d+)/.exec(version ?? '')?.[1]) >= OLDEST_MAJOR;
}
