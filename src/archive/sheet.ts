/**
 * Tables of the database as files: CSV, XLSX and JSON, read and written. A fault of the file as a
 * whole is an AppError; a faulty row is a row with its line and a reason.
 */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { unreadable } from '../errors.js';
import {
  type Cells,
  COLUMNS,
  type Column,
  cellsOf,
  parseCells,
  type SummaryRow,
} from './columns.js';
import { formatCsv, parseCsv } from './sheet-csv.js';
import { invalid, type Table } from './sheet-table.js';
import { formatXlsx, parseXlsx } from './sheet-xlsx.js';

export const SHEET_FORMATS = ['csv', 'xlsx', 'json'] as const;
export type SheetFormat = (typeof SHEET_FORMATS)[number];

export interface Sheet {
  rows: { line: number; row: SummaryRow }[];
  invalid: { line: number; reason: string }[];
  /** Columns of the file that are not of the database. */
  ignored: string[];
}

/** The largest database there is has a tenth of it. */
const MAX_BYTES = 100_000_000;

/** @throws AppError sheet_invalid when an item does not fit the format */
export async function formatSheet(
  rows: readonly SummaryRow[],
  format: SheetFormat,
  prefix: string,
): Promise<Buffer> {
  const cells = rows.map((row) => cellsOf(row, prefix));
  if (format === 'xlsx') return formatXlsx(cells);
  if (format === 'csv') return Buffer.from(formatCsv(cells));
  const objects = rows.map((row, at) => ({
    ...cells[at],
    'Highlight?': row.highlight,
    Year: row.year ?? null,
  }));
  return Buffer.from(`${JSON.stringify(objects, undefined, 2)}\n`);
}

/** @throws AppError file_missing, sheet_invalid */
export async function readSheet(file: string): Promise<Sheet> {
  const bytes = await readFile(file).catch((cause) => {
    throw unreadable(file, cause);
  });
  if (bytes.length > MAX_BYTES) throw invalid(file, 'the file is larger than 100 MB');
  return toSheet(await parseTable(bytes, file), file);
}

async function parseTable(bytes: Buffer, file: string): Promise<Table> {
  // A file is what its content says; the name decides between the two kinds of text.
  if (bytes.subarray(0, 4).equals(ZIP)) return parseXlsx(bytes, file);
  const text = decode(bytes, file);
  return extname(file).toLowerCase() === '.json' ? parseJson(text, file) : parseCsv(text, file);
}

const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const words = 'not UTF-8 text; save the file as UTF-8 (in a spreadsheet: "CSV UTF-8") or XLSX';
    throw invalid(file, words, firstBadLine(bytes), cause);
  }
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, from) + 1 || bytes.length;
    try {
      decoder.decode(bytes.subarray(from, end));
    } catch {
      break;
    }
    from = end;
  }
  return line;
}

function parseJson(text: string, file: string): Table {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `not JSON: ${cause instanceof Error ? cause.message : ''}`, 1, cause);
  }
  const isTable = Array.isArray(value) && value.every((row) => typeof row === 'object' && row);
  if (!isTable) throw invalid(file, 'not a list of objects, one an item');
  const objects = value as Record<string, unknown>[];
  const header = [...new Set(objects.flatMap((row) => Object.keys(row)))];
  const rows = objects.map((row, at) => ({
    line: at + 1,
    cells: header.map((name) => (row[name] === null ? '' : String(row[name] ?? ''))),
  }));
  return { header, headerLine: 1, rows };
}

/** @throws AppError sheet_invalid: no Title column, two of one name */
function toSheet({ header, headerLine, rows }: Table, file: string): Sheet {
  const columns = header.map(columnNamed);
  const repeated = columns.find((column, at) => column && columns.indexOf(column) !== at);
  if (repeated) throw invalid(file, `two columns are called "${repeated}"`, headerLine);
  if (!columns.includes('Title')) {
    throw invalid(
      file,
      `no "Title" column; the first row must name the columns: ${COLUMNS.join(', ')}`,
      headerLine,
    );
  }
  const sheet: Sheet = {
    rows: [],
    invalid: [],
    ignored: header.filter((name, at) => name.trim() !== '' && columns[at] === undefined),
  };
  for (const { line, cells } of rows) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const row = cells.length > header.length ? tooLong(cells, header) : rowIn(cells, columns);
    if (typeof row === 'string') sheet.invalid.push({ line, reason: row });
    else sheet.rows.push({ line, row });
  }
  return sheet;
}

function rowIn(cells: string[], columns: (Column | undefined)[]): SummaryRow | string {
  const given: Partial<Cells> = {};
  columns.forEach((column, at) => {
    if (column) given[column] = cells[at] ?? '';
  });
  return parseCells(given);
}

function tooLong(cells: string[], header: string[]): string {
  return `${cells.length} fields where the first row has ${header.length}`;
}

function columnNamed(name: string): Column | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z/]/g, '');
  return COLUMNS.find((column) => plain(column) === plain(name));
}
