/** Which file an ISSUE argument means. IO. */
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { AppError } from '../errors.js';
import { type IssueFile, readIssueFile, readIssueFolder } from './issue-folder.js';

export interface Choice {
  chosen: IssueFile;
  /** The other files of the folder of issues. */
  others: IssueFile[];
}

/**
 * The file that `issueArg`, a number or a path, means.
 * @param dir the publication's folder
 * @throws AppError issue_missing, file_missing; issue_invalid when two files have the number
 */
export async function choose(dir: string, issueArg: string): Promise<Choice> {
  const folder = join(dir, 'issues');
  return /^#?\d+$/.test(issueArg)
    ? chooseByNumber(dir, await readIssueFolder(folder), Number(issueArg.replace('#', '')))
    : chooseByPath(folder, await resolvePath(dir, issueArg));
}

function chooseByNumber(dir: string, files: IssueFile[], number: number): Choice {
  const [chosen, second] = files.filter((file) => file.number === number);
  if (!chosen) {
    const known = files.flatMap((file) => file.number ?? []).sort((a, b) => a - b);
    const hint = known.length > 0 ? `there are ${summarise(known)}` : 'there are none yet';
    throw new AppError('issue_missing', `no file in issues/ has the number ${number}; ${hint}`);
  }
  if (second) {
    const message = `${displayPath(dir, second.path)} has the number ${number} too; change one`;
    throw new AppError('issue_invalid', message, { file: displayPath(dir, chosen.path), line: 1 });
  }
  return { chosen, others: files.filter((file) => file !== chosen) };
}

/** A file that stands elsewhere, such as a draft, is read against the publication's issues, if any. */
async function chooseByPath(folder: string, path: string): Promise<Choice> {
  const chosen = await readIssueFile(path);
  const published = await readIssueFolder(folder);
  const files = published.length > 0 ? published : await readIssueFolder(dirname(path));
  return { chosen, others: files.filter((file) => file.path !== path) };
}

/** Against the current folder, as in any command, else against the publication's. */
async function resolvePath(dir: string, issueArg: string): Promise<string> {
  const here = resolve(issueArg);
  const isHere = await stat(here).then(
    (entry) => entry.isFile(),
    () => false,
  );
  return isHere || isAbsolute(issueArg) ? here : resolve(dir, issueArg);
}

/** Relative to the publication's folder where it is inside. */
export function displayPath(dir: string, path: string): string {
  const inside = relative(dir, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** "1–3, 7" */
function summarise(numbers: number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const shown = runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return shown.length > 8 ? `${shown.slice(0, 4).join(', ')} … ${shown.at(-1)}` : shown.join(', ');
}
