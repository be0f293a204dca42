/** Compiles src/ and workers/ into dist/, and takes away what no source stands behind any more. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

mkdirSync(dist, { recursive: true });
for (const file of readdirSync(dist, { recursive: true }).map(String)) {
  if (!file.endsWith('.js')) continue;
  if (!existsSync(join(root, file.replace(/\.js$/, '.ts')))) rmSync(join(dist, file));
}

const startedAt = new Date();
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

chmodSync(join(dist, 'src', 'cli', 'main.js'), 0o755);
// What was edited while the compiler ran is newer than this build.
writeFileSync(join(dist, '.built'), '');
utimesSync(join(dist, '.built'), startedAt, startedAt);
