/**
 * Items of the past that no issue file holds: what `pressrun archive import` keeps beside the issues.
 * References resolve to them. IO; archive/database.ts has the whole rows.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { readOnce } from './read-once.js';
import type { IndexedItem } from './title-index.js';

/** In the publication's folder: one JSON object a line, one line an item. */
export const DATABASE_FILE = 'archive/database.jsonl';

/**
 * One object for each line of the database, in its order; none when there is no such file.
 * @throws AppError sheet_invalid with the line that is no JSON object
 */
export async function readDatabaseLines(dir: string): Promise<Record<string, unknown>[]> {
  return linesIn((await ifThere(readFile(join(dir, DATABASE_FILE), 'utf8'))) ?? '');
}

function linesIn(text: string): Record<string, unknown>[] {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  return lines
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => objectIn(line, number));
}

/** @throws AppError sheet_invalid */
export async function readEarlierItems(dir: string): Promise<readonly IndexedItem[]> {
  return (await ifThere(earlierItemsIn(join(dir, DATABASE_FILE)))) ?? [];
}

// It is asked for with every issue that is read.
const earlierItemsIn = readOnce(1, (text): readonly IndexedItem[] =>
  linesIn(text).map(({ issue, id, title, url }) => ({
    issueNumber: Number(issue),
    id: String(id),
    title: String(title),
    url: String(url ?? '').split('\n')[0] || undefined,
  })),
);

async function ifThere<Content>(reading: Promise<Content>): Promise<Content | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function objectIn(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, with its place.
  }
  const message = 'that line is no item; take the file back from git, or import the database again';
  throw new AppError('sheet_invalid', message, { file: DATABASE_FILE, line: number });
}
