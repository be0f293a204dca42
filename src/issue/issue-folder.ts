/** The files of a folder that are issues, by number. IO; parses nothing but their heads. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../errors.js';
import { Findings } from './findings.js';
import { readMetadata } from './metadata.js';
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
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('file_missing', `${basename(path)} cannot be read`, { file: path, cause });
  }
  const findings = new Findings();
  const { number } = readMetadata(normaliseSource(source), '', findings);
  const fault = findings.sorted.find(
    ({ code }) => code === 'metadata-invalid' || code === 'number-invalid',
  );
  return { path, source, number, fault };
}

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
