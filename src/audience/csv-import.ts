/**
 * Importing a CSV: the whole file is checked first, and only then written, so that a fault of the
 * file changes nothing. Interrupted in the middle, running it again completes it.
 */
import { AppError } from '../errors.js';
import { type CsvFormat, readFormat, readRows } from './csv-file.js';
import type { Audience, SubscriberRow } from './store.js';
import type { ImportReport } from './types.js';

export interface ImportOptions {
  /** Refuse the file when a single row is faulty. */
  strict?: boolean;
  /** Told after each group of rows. */
  onProgress?(done: number, total: number): void;
}

/** Rows written at a time: about 80 for each shard, in one script call each. */
const GROUP = 5_000;

/** @throws AppError csv_invalid, file_missing; nothing is written then */
export async function importCsv(
  audience: Pick<Audience, 'put'>,
  file: string,
  { strict = false, onProgress }: ImportOptions = {},
): Promise<ImportReport & { ignored: string[] }> {
  const format = await readFormat(file);
  const { total, invalid, left } = await checkRows(file, format);
  const first = invalid[0];
  if (strict && first) {
    const more = invalid.length > 1 ? ` (and ${invalid.length - 1} further faulty rows)` : '';
    throw new AppError('csv_invalid', `${first.reason}${more}; nothing was imported (--strict)`, {
      file,
      line: first.line,
    });
  }
  const report = {
    imported: 0,
    updated: 0,
    unchanged: 0,
    suppressed: left,
    invalid,
    ignored: format.ignored,
  };
  const consent = { source: 'import', at: Math.floor(Date.now() / 1000) };
  let done = 0;
  for await (const group of groupsOf(file, format)) {
    for (const outcome of await audience.put(group, consent)) report[outcome] += 1;
    done += group.length;
    onProgress?.(done, total);
  }
  return report;
}

async function checkRows(
  file: string,
  format: CsvFormat,
): Promise<{ total: number; invalid: ImportReport['invalid']; left: number }> {
  const invalid: ImportReport['invalid'] = [];
  let total = 0;
  let left = 0;
  for await (const row of readRows(file, format)) {
    if (row.kind === 'row') total += 1;
    else if (row.kind === 'left') left += 1;
    else invalid.push({ line: row.line, reason: row.reason });
  }
  return { total, invalid, left };
}

async function* groupsOf(file: string, format: CsvFormat): AsyncGenerator<SubscriberRow[]> {
  let group: SubscriberRow[] = [];
  for await (const row of readRows(file, format)) {
    if (row.kind === 'row') group.push(row.row);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
