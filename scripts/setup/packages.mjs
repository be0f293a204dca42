/** Node itself, the npm packages and the compiled program. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { giveUp, say } from './report.mjs';
import { run } from './run.mjs';

export function checkNode(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major, minor] = engines.node.replace('>=', '').split('.').map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  giveUp(`Node ${major}.${minor} or newer is needed; this is ${process.versions.node}`);
}

export function installPackages(root) {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  say('installing packages (npm ci) ...');
  // Without scripts: "prepare" would build before we do, and no package of ours needs its own.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const worked = npm
    ? run(process.execPath, [npm, ...args], { cwd: root })
    : run('npm', args, { cwd: root });
  if (!worked) giveUp('npm ci failed: see above');
}

export function buildWhenStale(root) {
  if (!isStale(root)) return;
  say('building ...');
  if (!run(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root })) {
    giveUp('the build failed: see above');
  }
}

/** Whether anything the build reads (folders too: a file may be gone) is newer than the last build. */
function isStale(root) {
  const stamp = join(root, 'dist', '.built');
  if (!existsSync(stamp)) return true;
  const builtAt = statSync(stamp).mtimeMs;
  const sources = ['src', 'workers', 'scripts/build'].flatMap((folder) => [
    join(root, folder),
    ...readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name)),
  ]);
  const settings = [
    ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'],
  ].map((name) => join(root, name));
  return [...sources, ...settings].some((path) => statSync(path).mtimeMs > builtAt);
}
