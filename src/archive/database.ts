/**
 * The imported database: rows of issues that were published elsewhere, in a text file beside the
 * issues, to be kept in git like them. IO.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../errors.js';
import { DATABASE_FILE, readDatabaseLines } from '../issue/earlier-items.js';
import { COLUMNS, cellsOf, parseCells, type SummaryRow } from './columns.js';

/** A row as it is kept: in an issue, under its anchor there. */
export interface StoredRow extends SummaryRow {
  issue: number;
  id: string;
}

/** @throws AppError sheet_invalid when somebody damaged the file */
export async function readDatabase(dir: string): Promise<StoredRow[]> {
  const lines = await readDatabaseLines(dir);
  return lines.map(({ id, ...fields }, at) => {
    const row = parseCells(cellsOf(fields as unknown as SummaryRow, ''));
    if (typeof row === 'string' || row.issue === undefined || typeof id !== 'string') {
      const reason = typeof row === 'string' ? row : 'it has no id or no issue';
      throw new AppError('sheet_invalid', reason, { file: DATABASE_FILE, line: at + 1 });
    }
    return { ...row, issue: row.issue, id };
  });
}

/** Replaces the file in one step. @throws AppError file_unwritable */
export async function writeDatabase(dir: string, rows: readonly StoredRow[]): Promise<void> {
  const path = join(dir, DATABASE_FILE);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { flush: true });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new AppError('file_unwritable', `the database cannot be written${code}`, {
      file: DATABASE_FILE,
      cause,
    });
  }
}

/** Changes when the file is written; '' when there is none. */
export async function databaseStamp(dir: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(join(dir, DATABASE_FILE));
    return `${mtimeMs}-${size}-${ino}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** Whether two rows say the same. */
export function isSameRow(a: SummaryRow, b: SummaryRow): boolean {
  const [left, right] = [cellsOf(a, ''), cellsOf(b, '')];
  return COLUMNS.every((column) => left[column] === right[column]);
}
