/** The files of a folder that are issues, by number. IO; parses nothing but their heads. */
import { readdir, stat } from 'node:fs/promises';
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
  /** What is wrong with its metadata, if it has any. */
  fault: Finding | undefined;
}

/** What an issue file says of itself, without what it says. */
export interface IssueHead {
  path: string;
  number: number;
  title: string;
  /** YYYY-MM-DD */
  date: string | undefined;
  /** Changes when the file is written. */
  version: string;
}

/**
 * Keeps an eye on the issues of a folder: each file is read again only when it was written.
 * @returns asked for the heads of all files that are issues
 */
export function watchIssueHeads(folder: string): () => Promise<IssueHead[]> {
  const known = new Map<string, { version: string; head: IssueHead | undefined }>();
  const look = async (name: string): Promise<IssueHead | undefined> => {
    const path = join(folder, name);
    const { mtimeMs, size } = await stat(path);
    const version = `${mtimeMs}-${size}`;
    const entry = known.get(path);
    const head = entry?.version === version ? entry.head : await readHead(path, version);
    known.set(path, { version, head });
    return head;
  };
  const lookAtAll = async () => {
    const heads = await Promise.all((await listMarkdown(folder)).map(look));
    return heads.filter((head) => head !== undefined);
  };
  // Who asks meanwhile shares the look: there may be hundreds of files.
  let looking: Promise<IssueHead[]> | undefined;
  return () => {
    looking ??= lookAtAll().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

async function readHead(path: string, version: string): Promise<IssueHead | undefined> {
  const source = normaliseSource((await readIssueFile(path)).source);
  const { number, title, date } = readMetadata(source, '', new Findings());
  if (number === undefined || title === undefined) return undefined;
  return { path, number, title, date, version };
}

/**
 * All Markdown files of a folder, sorted by name; a folder that is not there has none.
 * @throws AppError file_missing for a file that cannot be read
 */
export async function readIssueFolder(folder: string): Promise<IssueFile[]> {
  const names = await listMarkdown(folder);
  return Promise.all(names.map((name) => readIssueFile(join(folder, name))));
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
  const { number } = readMetadata(normaliseSource(source), '', findings);
  const fault = findings.sorted.find(
    ({ code }) => code === 'metadata-invalid' || code === 'number-invalid',
  );
  return { path, source, number, fault };
});

async function listMarkdown(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    return files.filter((name) => /^[^.].*\.(?:md|markdown)$/i.test(name)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
