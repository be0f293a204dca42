/**
 * Makes the program in dist/ out of src/ and workers/, unless the types are wrong;
 * `--unchecked` does not look.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.mjs';
import { licencesOf } from './build/licences.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

mkdirSync(dist, { recursive: true });
const startedAt = new Date();
if (!process.argv.includes('--unchecked')) checkTypes();

const { inputs, outputs } = await bundle(root);
for (const file of readdirSync(dist, { recursive: true }).map(String)) {
  if (file.endsWith('.js') && !(join('dist', file) in outputs)) rmSync(join(dist, file));
}
writeFileSync(join(dist, 'licences.txt'), licencesOf(Object.keys(inputs), root));

chmodSync(join(dist, 'src', 'cli', 'main.js'), 0o755);
// What was edited meanwhile is newer than this build.
writeFileSync(join(dist, '.built'), '');
utimesSync(join(dist, '.built'), startedAt, startedAt);

function checkTypes() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
