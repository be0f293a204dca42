/**
 * The database as CSV. A cell that a spreadsheet would run as a formula gets an apostrophe in front,
 * and so does one that has apostrophes before such a beginning: reading takes exactly one away.
 * @see RFC 4180, https://owasp.org/www-community/attacks/CSV_Injection
 */
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { type Cells, COLUMNS } from './columns.js';
import { invalid, type Table } from './sheet-table.js';

/** Also the full-width forms, which spreadsheets in East Asian locales read alike. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/u;
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/u;

export function formatCsv(rows: readonly Cells[]): string {
  const guarded = rows.map((row) => COLUMNS.map((column) => guard(row[column])));
  // A semicolon or tab would start a cell of its own where the locale splits there.
  return stringify([[...COLUMNS], ...guarded], { quoted_match: /[;\t]/ });
}

function guard(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

function unguard(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}

/** @throws AppError sheet_invalid: empty, a quote that never closes or stands where none may */
export function parseCsv(text: string, file: string): Table {
  const plain = text.replace(/^\uFEFF/, '');
  let parsed: { record: string[]; info: { lines: number } }[];
  try {
    parsed = parse(plain, {
      delimiter: delimiterOf(plain),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as typeof parsed;
  } catch (error) {
    throw error instanceof CsvError ? quotingFault(error, file) : error;
  }
  const [header, ...records] = parsed;
  if (header === undefined) throw invalid(file, 'the file is empty', 1);
  return {
    header: header.record.map((name) => name.trim()),
    headerLine: 1,
    rows: records.map(({ record, info }) => ({
      line: info.lines - lineBreaks(record),
      cells: record.map(unguard),
    })),
  };
}

/** Whichever the first line has most of. */
function delimiterOf(text: string): string {
  const [first = ''] = text.trimStart().split(/\r\n?|\n/, 1);
  return [',', ';', '\t'].reduce((best, next) =>
    first.split(next).length > first.split(best).length ? next : best,
  );
}

function lineBreaks(record: string[]): number {
  return record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}

function quotingFault(error: CsvError, file: string): Error {
  const words =
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quote that opens in or before this row is never closed'
      : 'a quote stands where none may; inside quotes, write it twice ("")';
  const { lines } = error as CsvError & { lines?: number };
  return invalid(file, words, lines, error);
}
