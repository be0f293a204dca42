/** Where in a publication's own templates something stands. IO. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** @returns the first place, relative to the publication's folder; {} when it is not theirs */
export function placeInTemplates(
  dir: string,
  wanted: string | RegExp,
): { file?: string; line?: number } {
  if (wanted === '') return {};
  const holds = (line: string) =>
    typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line);
  for (const file of ownTemplates(dir)) {
    const index = readFileSync(file, 'utf8').split('\n').findIndex(holds);
    if (index >= 0) return { file: relative(dir, file), line: index + 1 };
  }
  return {};
}

/** Absolute paths of the mail templates that replace ours. */
export function ownTemplates(dir: string): string[] {
  let entries: Dirent[];
  try {
    const folder = join(dir, 'templates', 'email');
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
