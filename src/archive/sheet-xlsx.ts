/** The database as a workbook of one sheet. Its cells are texts, and so never formulas. */
import { Readable } from 'node:stream';
import { readSheet as readFirstSheet } from 'read-excel-file/node';
import writeXlsxFile from 'write-excel-file/node';
import { AppError } from '../errors.js';
import { type Cells, COLUMNS, type Column } from './columns.js';
import { invalid, type Table } from './sheet-table.js';

/** @see https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3 */
const MAX_CELL_CHARACTERS = 32_767;

/** Characters; texts wrap within them. */
const WIDTHS: Partial<Record<Column, number>> = {
  Title: 45,
  Authors: 25,
  Category: 25,
  Summary: 90,
  'My opinion': 60,
  'Read more': 30,
  Prerequisites: 30,
  URL: 40,
};

/** @throws AppError sheet_invalid for a text that no cell holds */
export async function formatXlsx(rows: readonly Cells[]): Promise<Buffer> {
  for (const row of rows) requireFitting(row);
  const header = COLUMNS.map((value) => ({ value, fontWeight: 'bold' as const }));
  const sheet = rows.map((row) =>
    COLUMNS.map((column) => (row[column] === '' ? null : textCell(row[column]))),
  );
  return writeXlsxFile([header, ...sheet], {
    sheet: 'Summaries',
    columns: COLUMNS.map((column) => ({ width: WIDTHS[column] ?? 12 })),
    stickyRowsCount: 1,
  }).toBuffer();
}

function textCell(value: string) {
  return {
    value: escapeText(value),
    type: String,
    wrap: true,
    alignVertical: 'top' as const,
  };
}

/** What the writer would leave out: some XML discourages, and the mark of a character that was lost. */
const LEFT_OUT = String.raw`[\u007f-\u009f\ufffd]|\p{Noncharacter_Code_Point}`;
const ESCAPED = new RegExp(`_(?=x[0-9a-f]{4}(?:_|${LEFT_OUT}))|${LEFT_OUT}`, 'giu');

/**
 * `_x0041_` means "A" in a cell, and is read so; an author who wrote those seven characters meant them.
 * @see ECMA-376 part 1, §22.9.2.19 (ST_Xstring)
 */
function escapeText(text: string): string {
  return text.replace(ESCAPED, (found) => found.split('').map(escapeUnit).join(''));
}

function escapeUnit(unit: string): string {
  return `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}

function requireFitting(row: Cells): void {
  const long = COLUMNS.find((column) => row[column].length > MAX_CELL_CHARACTERS);
  if (long === undefined) return;
  throw new AppError(
    'sheet_invalid',
    `${long} of "${row.Title}" (${row.Email}) has ${row[long].length} characters and a cell holds ${MAX_CELL_CHARACTERS}; export it as csv or json`,
  );
}

/** The first sheet. @throws AppError sheet_invalid */
export async function parseXlsx(bytes: Buffer, file: string): Promise<Table> {
  let rows: unknown[][];
  try {
    rows = await readFirstSheet(Readable.from([bytes]), {
      trim: false,
      parseNumber: (text) => text,
    });
  } catch (cause) {
    throw invalid(
      file,
      'not a workbook that can be read; save it as XLSX or CSV',
      undefined,
      cause,
    );
  }
  const [header, ...others] = rows;
  if (header === undefined) throw invalid(file, 'the first sheet is empty', 1);
  return {
    header: header.map(textOf),
    headerLine: 1,
    rows: others.map((cells, at) => ({ line: at + 2, cells: cells.map(textOf) })),
  };
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  // A year that the sheet shows as a date.
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return String(cell);
}
