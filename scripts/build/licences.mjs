/** What the packages in the program ask to be handed on with them: their licences, in one file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @param inputs paths of all modules, relative to `root` */
export function licencesOf(inputs, root) {
  const modules = inputs.filter((path) => path.includes('node_modules/'));
  const folders = new Set(modules.map((path) => packageOf(join(root, path))));
  return [...folders].map(entryOf).sort().join('\n\n');
}

/** The folder of the package a module belongs to. */
function packageOf(path) {
  let folder = dirname(path);
  while (!isPackage(folder)) folder = dirname(folder);
  return folder;
}

/** Folders in a package may have a package.json, too, which only says what its modules are. */
function isPackage(folder) {
  return existsSync(join(folder, 'package.json')) && manifestOf(folder).version !== undefined;
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function entryOf(folder) {
  const { name, version, license } = manifestOf(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? String(license) : readFileSync(join(folder, file), 'utf8');
  return `${name} ${version}\n${'-'.repeat(72)}\n${text.trim()}\n`;
}
