/**
 * Issues on disk: finds a file by number or path, parses it, and resolves its references against
 * the other issues of its folder. The only IO of this folder is here, in
 * choose.ts and in issue-folder.ts.
 *
 * Other issues are parsed only when something in them is asked for, and never stand in the way:
 * one that is broken is a warning.
 */
import { AppError } from '../errors.js';
import { choose, displayPath } from './choose.js';
import type { IssueFile } from './issue-folder.js';
import { type ParsedIssue, parseIssue } from './parse.js';
import { findRepeatedUrls, type Publication, resolveReferences } from './references.js';
import { parseRelated } from './related.js';
import { TitleIndex } from './title-index.js';
import type { Finding, Issue } from './types.js';

export interface ReadIssue extends ParsedIssue {
  /** The file as the user knows it: relative to the publication's folder where it is inside. */
  file: string;
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
  const { issue, findings, file } = await readIssue(dir, issueArg, publication);
  if (!issue || findings.some(({ severity }) => severity === 'error')) {
    throw new InvalidIssueError(file, findings);
  }
  return { issue, findings, file };
}

/** As {@link loadIssue}, but with what could be parsed of an issue that has errors. */
export async function readIssue(
  dir: string,
  issueArg: string,
  publication: Publication,
): Promise<ReadIssue> {
  const { chosen, others } = await choose(dir, issueArg);
  const file = displayPath(dir, chosen.path);
  const { issue, findings } = parseIssue(chosen.source);
  if (!issue) return { issue, findings, file };
  const known = others.filter(({ number }) => number !== undefined && number !== issue.number);
  const index = new TitleIndex(
    [issue, ...parseRelated(issue, known)],
    known.flatMap(({ number }) => number ?? []),
  );
  const all = [
    ...findings,
    ...findOthersAtFault(issue, chosen, others, dir),
    ...findRepeatedUrls(issue, index, publication),
    ...resolveReferences(issue, index, publication),
  ];
  return { issue, findings: all.sort((a, b) => a.line - b.line), file };
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
