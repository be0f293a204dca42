/**
 * A browser for the tests of the pages: the machine's own, else a copy of Debian's chromium under
 * `.tools/chromium`, which scripts/test.mjs puts on the tests' PATH.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hasApt, unpackPackages } from './debian.mjs';
import { lacks, say } from './report.mjs';
import { onPath, outputOf, run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** The browser, and fonts without which a page is empty boxes. */
const PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-liberation', 'fontconfig-config'];

export function provideChromium(tools) {
  if (onPath(...NAMES) !== undefined) return;
  const copy = join(tools, 'chromium');
  if (existsSync(wrapperIn(copy))) return;
  say('unpacking a private chromium into .tools/chromium (a few hundred MB, once) ...');
  if (hasApt() && unpackBrowser(copy, tools)) return;
  if (hasApt() && process.getuid?.() === 0 && installBrowser()) return;
  lacks('a browser for the tests of the pages: sudo apt install chromium');
}

function unpackBrowser(copy, tools) {
  rmSync(copy, { recursive: true, force: true });
  const unpacked = join(copy, 'root');
  const worked = unpackPackages(PACKAGES, unpacked, tools) && makeRunnable(copy, unpacked);
  if (!worked) rmSync(copy, { recursive: true, force: true });
  return worked;
}

function installBrowser() {
  say("the private copy does not run here: installing Debian's chromium as root ...");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  return run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...PACKAGES], { env });
}

/** Writes the wrapper that finds libraries and fonts, and renders a page to see that it works. */
function makeRunnable(copy, unpacked) {
  const program = join(unpacked, 'usr/lib/chromium/chromium');
  if (!existsSync(program)) return false;
  const wrapper = `${wrapperIn(copy)}.new`;
  mkdirSync(dirname(wrapper), { recursive: true });
  writeFileSync(join(copy, 'fonts.conf'), fontsConfiguration(unpacked));
  writeFileSync(wrapper, wrapperScript(copy, program, libraryFolders(unpacked)));
  chmodSync(wrapper, 0o755);
  if (!rendersAPage(wrapper)) return false;
  renameSync(wrapper, wrapperIn(copy));
  return true;
}

function wrapperIn(copy) {
  return join(copy, 'bin', 'chromium');
}

/** Every folder below `usr/lib` and `lib` that holds a shared library. */
function libraryFolders(unpacked) {
  const files = readdirSync(unpacked, { recursive: true }).map(String);
  const libraries = files.filter((file) => /^(usr\/)?lib\/.*\.so(\.\d+)*$/.test(file));
  return [...new Set(libraries.map((file) => join(unpacked, dirname(file))))];
}

function wrapperScript(copy, program, libraries) {
  return `#!/bin/sh
export LD_LIBRARY_PATH='${libraries.join(':')}'
export FONTCONFIG_FILE='${join(copy, 'fonts.conf')}'
exec '${program}' "$@"
`;
}

function fontsConfiguration(unpacked) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(unpacked, 'usr/share/fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <include ignore_missing="yes">${join(unpacked, 'etc/fonts/conf.d')}</include>
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
}

function rendersAPage(wrapper) {
  const profile = mkdtempSync(join(tmpdir(), 'pressrun-chromium-'));
  const picture = join(profile, 'page.png');
  try {
    outputOf(
      wrapper,
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
        ...[
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-dev-shm-usage',
        ],
        ...[`--user-data-dir=${profile}`, `--screenshot=${picture}`, 'data:text/html,<p>ready'],
      ],
      { timeout: 60_000 },
    );
    return existsSync(picture) && statSync(picture).size > 0;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
