/** The files of a folder that are issues, by number. IO; parses nothing but their heads. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from '../errors.js';
import { Findings } from './findings.js';
import { readMetadata } from './metadata.js';
import { readOnce } from './read-once.js';
import { normaliseSource } from './source-text.js';
import type { Finding } from './types.js';

export interface IssueFile {
  path: string;
  source: string;
  /** Undefined when its metadata is broken or has none. */
  number: number | undefined;
  title: string | undefined;
  /** YYYY-MM-DD */
  date: string | undefined;
  /** Changes with what the file holds. */
  version: string;
  /** What is wrong with its metadata, if it has any. */
  fault: Finding | undefined;
}

/** A file that says which issue it is. */
export interface IssueHead extends IssueFile {
  number: number;
  title: string;
}

/**
 * Keeps an eye on the issues of a folder: each file is read again only when it was written.
 * @returns asked for all files that are issues
 */
export function watchIssueHeads(folder: string): () => Promise<IssueHead[]> {
  const look = async () => (await readIssueFolder(folder)).filter(isIssue);
  // Who asks meanwhile shares the look: there may be hundreds of files.
  let looking: Promise<IssueHead[]> | undefined;
  return () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

function isIssue(file: IssueFile): file is IssueHead {
  return file.number !== undefined && file.title !== undefined;
}

/**
 * All Markdown files of a folder, sorted by name; a folder that is not there has none.
 * @throws AppError file_missing for a file that cannot be read
 */
export async function readIssueFolder(folder: string): Promise<IssueFile[]> {
  const names = await listMarkdown(folder);
  const files = await Promise.all(names.map((name) => readIfThere(join(folder, name))));
  return files.filter((file) => file !== undefined);
}

/** @returns undefined for a file that was removed since its folder was listed */
async function readIfThere(path: string): Promise<IssueFile | undefined> {
  try {
    return await readIssueFileOnce(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(path, cause);
  }
}

/** @throws AppError file_missing */
export async function readIssueFile(path: string): Promise<IssueFile> {
  try {
    return await readIssueFileOnce(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

// An archive of years is gone through for each of its issues.
const readIssueFileOnce = readOnce(1_000, (source, path): IssueFile => {
  const findings = new Findings();
  const { number, title, date } = readMetadata(normaliseSource(source), '', findings);
  const fault = findings.sorted.find(
    ({ code }) => code === 'metadata-invalid' || code === 'number-invalid',
  );
  const version = createHash('sha256').update(source).digest('base64url').slice(0, 16);
  return { path, source, number, title, date, version, fault };
});

async function listMarkdown(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    return files.filter((name) => /^[^.].*\.(?:md|markdown)$/i.test(name)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
