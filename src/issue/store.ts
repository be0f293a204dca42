/**
 * Issues on disk: finds a file by number or path, parses it, and resolves its references against
 * the other issues of its folder. The only IO of this folder is here, in choose.ts,
 * issue-folder.ts, earlier-items.ts, read-once.ts and pictures.ts.
 *
 * The imported database (earlier-items.ts) is looked at, too.
 *
 * Other issues are parsed only when something in them is asked for, and never stand in the way:
 * one that is broken is a warning.
 */
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { choose, displayPath } from './choose.js';
import { readEarlierItems } from './earlier-items.js';
import { type IssueFile, readIssueFolder } from './issue-folder.js';
import { type ParsedIssue, parseIssue } from './parse.js';
import {
  findCoveredBefore,
  findRepeatedUrls,
  type Publication,
  resolveReferences,
} from './references.js';
import { parseRelated } from './related.js';
import { TitleIndex } from './title-index.js';
import type { Finding, Issue } from './types.js';

export interface ReadIssue extends ParsedIssue {
  /** The file as the user knows it: relative to the publication's folder where it is inside. */
  file: string;
  /** Absolute. */
  path: string;
  /** What the file holds. */
  source: string;
}

export interface LoadedIssue extends ReadIssue {
  issue: Issue;
}

/** The file breaks the format: message and line are those of the first error, `findings` has all. */
export class InvalidIssueError extends AppError {
  readonly findings: readonly Finding[];

  constructor(file: string, findings: readonly Finding[]) {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const message = `${first?.message ?? 'not an issue'}${more}`;
    super('issue_invalid', message, { file, ...(first && { line: first.line }) });
    this.findings = findings;
  }
}

/**
 * An issue that may be sent.
 * @param dir the publication's folder, with `issues/` in it
 * @param issueArg number or path
 * @throws InvalidIssueError when anything in it is an error
 * @throws AppError issue_missing, file_missing
 */
export async function loadIssue(
  dir: string,
  issueArg: string,
  publication: Publication,
): Promise<LoadedIssue> {
  const { issue, findings, file, ...origin } = await readIssue(dir, issueArg, publication);
  if (!issue || findings.some(({ severity }) => severity === 'error')) {
    throw new InvalidIssueError(file, findings);
  }
  return { issue, findings, file, ...origin };
}

/**
 * As {@link loadIssue}, but with what could be parsed of an issue that has errors.
 * @param options.repeats false: what an earlier issue had already is not looked for, which takes long
 *   for all issues of an archive of years
 */
export async function readIssue(
  dir: string,
  issueArg: string,
  publication: Publication,
  options: { repeats?: boolean } = {},
): Promise<ReadIssue> {
  const { chosen, others } = await choose(dir, issueArg);
  const file = displayPath(dir, chosen.path);
  const { path, source } = chosen;
  const { issue, findings } = parseIssue(source);
  if (!issue) return { issue, findings, file, path, source };
  // What was imported of an issue is less than its file.
  const numbers = new Set([issue.number, ...others.map((other) => other.number)]);
  const earlier = (await readEarlierItems(dir)).filter((item) => !numbers.has(item.issueNumber));
  const known = others.filter(({ number }) => number !== undefined && number !== issue.number);
  const index = new TitleIndex(
    [issue, ...parseRelated(issue, known, options)],
    known.flatMap(({ number }) => number ?? []),
    earlier,
  );
  const all = [
    ...findings,
    ...findOthersAtFault(issue, chosen, others, dir),
    ...findRepeatedUrls(issue, index, publication),
    ...findCoveredBefore(issue, index, publication),
    ...resolveReferences(issue, index, publication),
  ];
  return { issue, findings: all.sort((a, b) => a.line - b.line), file, path, source };
}

/**
 * The issues of a publication's folder.
 * @returns their paths; files that are no issues, such as a README, are left out
 * @throws AppError issue_missing when there is none
 */
export async function chooseIssues(dir: string, which: 'all' | 'newest'): Promise<string[]> {
  const files = await readIssueFolder(join(dir, 'issues'));
  const issues = files
    .filter(({ number, fault }) => number !== undefined || fault)
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  const numbered = issues.filter(({ number }) => number !== undefined);
  const chosen = which === 'all' ? issues : numbered.slice(-1);
  if (chosen.length > 0) return chosen.map(({ path }) => path);
  throw new AppError(
    'issue_missing',
    `there is no issue in ${displayPath(dir, join(dir, 'issues'))}/ yet`,
  );
}

/**
 * The file of an issue.
 * @returns absolute path
 * @throws AppError issue_missing when no file has that number, issue_invalid when two have
 */
export async function findIssue(dir: string, issueArg: string): Promise<string> {
  return (await choose(dir, issueArg)).chosen.path;
}

function findOthersAtFault(
  issue: Issue,
  chosen: IssueFile,
  others: IssueFile[],
  dir: string,
): Finding[] {
  return others.flatMap(({ path, number, fault }): Finding[] => {
    const file = displayPath(dir, path);
    if (number === issue.number && path !== chosen.path) {
      const message = `the number ${issue.number} is used already, by ${file}`;
      return [{ severity: 'error', code: 'number-taken', message, line: 1 }];
    }
    if (number !== undefined || !fault) return [];
    const message = `${file}:${fault.line} cannot be read, so nothing is found there: ${fault.message}`;
    return [{ severity: 'warning', code: 'other-issue-broken', message, line: 1 }];
  });
}
