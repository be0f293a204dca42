/** `--fix`: mends what can be mended without a decision. IO. */
import { realpath, rename, stat, writeFile } from 'node:fs/promises';
import { readIssue } from '../issue/store.js';
import { mendsOf } from './check.js';
import type { Mend } from './place.js';
import type { CheckSettings } from './types.js';

/** Two mends of one place, or of one address, take two rounds. */
const MOST_ROUNDS = 20;

/**
 * Mends the file of an issue until nothing is left that can be.
 * @returns what was changed, in order
 * @throws AppError issue_missing, file_missing; issue_invalid when two files have the number
 */
export async function mendIssue(settings: CheckSettings, issueArg: string): Promise<Mend[]> {
  const mended: Mend[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const read = await readIssue(settings.dir, issueArg, settings.publication);
    const { text, applied } = applyMends(read.source, mendsOf(settings, read));
    if (applied.length === 0) break;
    await replaceFile(read.path, text);
    mended.push(...applied);
  }
  return mended;
}

/** Of two that overlap the first is applied; one that would change a word is not. */
export function applyMends(
  source: string,
  mends: readonly Mend[],
): { text: string; applied: Mend[] } {
  const applied: Mend[] = [];
  let text = '';
  let from = 0;
  for (const mend of [...mends].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const { start, end, before, after } = mend;
    if (start < from || source.slice(start, end) !== before) continue;
    if (!keepsWords(before, after)) continue;
    text += source.slice(from, start) + after;
    from = end;
    applied.push(mend);
  }
  return { text: text + source.slice(from), applied };
}

/** An address may change its scheme and lose parameters; outside of it no word may. */
function keepsWords(before: string, after: string): boolean {
  const words = (text: string) =>
    text
      .replace(/https?:\S+/gi, '')
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(' ') ?? '';
  return /^https?:/i.test(before) ? /^https?:/i.test(after) : words(before) === words(after);
}

/** A reader of the file sees the old text or the new, never half of it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const file = await realpath(path);
  const { mode } = await stat(file);
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode, flag: 'wx' });
  await rename(temporary, file);
}
