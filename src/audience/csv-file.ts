/**
 * Reading a CSV of subscribers: delimiter, encoding, columns, rows. A fault of the file as a whole
 * is an AppError with its line; a faulty row is a row with a reason.
 * @see RFC 4180
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { AppError, unreadable } from '../errors.js';
import { EDITIONS, type Edition, isEdition } from '../issue/editions.js';
import { parseAddress } from './address.js';
import type { SubscriberRow } from './store.js';

export type CsvRow =
  | { kind: 'row'; line: number; row: SubscriberRow }
  /** The file itself says that this person must not be mailed. */
  | { kind: 'left'; line: number }
  | { kind: 'invalid'; line: number; reason: string };

/** `status` and `suppressed` are those of our own export. */
export const COLUMNS = ['email', 'name', 'attributes', 'edition', 'status', 'suppressed'] as const;
type Column = (typeof COLUMNS)[number];

const MAX_NAME_CHARACTERS = 256;
const MAX_ATTRIBUTES_BYTES = 4_096;

/** How the file is written, from its first line. */
export interface CsvFormat {
  delimiter: string;
  /** Place of each column; a missing one leaves that field of known subscribers as it is. */
  places: Partial<Record<Column, number>> & { email: number };
  columns: number;
  /** Columns of the file we do not know. */
  ignored: string[];
}

/** @throws AppError file_missing; csv_invalid for an empty file or one without an email column */
export async function readFormat(file: string): Promise<CsvFormat> {
  const header = await firstLine(file);
  const delimiter = [',', ';', '\t'].reduce((best, next) =>
    header.split(next).length > header.split(best).length ? next : best,
  );
  const names = header.split(delimiter).map((name) => name.trim().replace(/^"|"$/g, '').trim());
  const lower = names.map((name) => name.toLowerCase());
  const email = lower.indexOf('email');
  if (email < 0) {
    throw new AppError(
      'csv_invalid',
      `no "email" column; the first line must name the columns: email, and if you like name, edition (full or highlights) and attributes (a JSON object)`,
      { file, line: 1 },
    );
  }
  const repeated = lower.find((name, index) => lower.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new AppError('csv_invalid', `two columns are called "${repeated}"`, { file, line: 1 });
  }
  const placeOf = (column: Column): number | undefined =>
    lower.includes(column) ? lower.indexOf(column) : undefined;
  return {
    delimiter,
    places: {
      email,
      name: placeOf('name'),
      attributes: placeOf('attributes'),
      edition: placeOf('edition'),
      status: placeOf('status'),
      suppressed: placeOf('suppressed'),
    },
    columns: names.length,
    ignored: names.filter((_, index) => !COLUMNS.some((column) => column === lower[index])),
  };
}

async function firstLine(file: string): Promise<string> {
  const handle = await open(file).catch((cause) => {
    throw unreadable(file, cause);
  });
  try {
    for await (const line of handle.readLines({ autoClose: false })) {
      const text = line.replace(/^\uFEFF/, '');
      if (text.trim() !== '') return text;
    }
  } finally {
    await handle.close();
  }
  throw new AppError('csv_invalid', 'the file is empty', { file, line: 1 });
}

/**
 * The rows after the header, with bounded memory.
 * @throws AppError csv_invalid: not UTF-8, a quote that never closes or stands where none may
 */
export async function* readRows(file: string, format: CsvFormat): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    delimiter: format.delimiter,
    from: 2,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const feeding = pipeline(createReadStream(file), utf8Only(file), parser);
  // The loop below meets the same error; without a handler it would end the process.
  feeding.catch(() => {});
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      yield rowOf(record, line + 1, info.lines, format);
      line = info.lines;
    }
    await feeding;
  } catch (error) {
    throw error instanceof CsvError ? quotingFault(error, file, line + 1) : error;
  }
}

interface Parsed {
  record: string[];
  /** `lines`: the last line of the record. */
  info: { lines: number };
}

/** Passes text on, and fails at the first byte that is no UTF-8. */
function utf8Only(file: string): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  const check = (chunk: Buffer | undefined): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new AppError('csv_invalid', NOT_UTF8, { file, line, cause });
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // Line by line, so that the message can say where; a line end is never inside a character.
      for (let from = 0; from < chunk.length; ) {
        const end = chunk.indexOf(0x0a, from) + 1 || chunk.length;
        try {
          this.push(check(chunk.subarray(from, end)));
        } catch (error) {
          return done(error as Error);
        }
        if (chunk[end - 1] === 0x0a) line += 1;
        from = end;
      }
      done();
    },
    flush(done) {
      try {
        done(null, check(undefined));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

const NOT_UTF8 = 'not UTF-8 text; save the file as UTF-8 (in a spreadsheet: "CSV UTF-8")';

/** @param line the first one of the row that could not be read */
function quotingFault(error: CsvError, file: string, line: number): AppError {
  const words =
    error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quote that opens in this row is never closed'
      : 'a quote stands where none may; inside quotes, write it twice ("")';
  return new AppError('csv_invalid', words, { file, line, cause: error });
}

function rowOf(
  record: string[],
  first: number,
  last: number,
  { places, columns }: CsvFormat,
): CsvRow {
  const invalid = (reason: string): CsvRow => ({ kind: 'invalid', line: first, reason });
  const field = (place: number | undefined): string | undefined =>
    place === undefined ? undefined : (record[place] ?? '').trim();
  if (record.length > columns)
    return invalid(`${record.length} fields where the first line has ${columns}`);
  const parsed = parseAddress(field(places.email) ?? '');
  if (!parsed.ok) return invalid(parsed.reason);
  const name = field(places.name)?.normalize('NFC');
  if (name !== undefined && hasControls(name)) {
    return invalid(
      `the name has a line break or control character${last > first ? '; is a quote not closed?' : ''}`,
    );
  }
  if (name !== undefined && name.length > MAX_NAME_CHARACTERS) {
    return invalid(`the name is longer than ${MAX_NAME_CHARACTERS} characters`);
  }
  const status = field(places.status) ?? '';
  if ((status !== '' && status.toLowerCase() !== 'active') || field(places.suppressed)) {
    return { kind: 'left', line: first };
  }
  const attributes = parseAttributes(field(places.attributes));
  if (typeof attributes === 'string') return invalid(attributes);
  const edition = parseEdition(field(places.edition));
  if (!edition.ok) return invalid(edition.reason);
  const row = { address: parsed.address, name, attributes, edition: edition.edition };
  return { kind: 'row', line: first, row };
}

/** Of an empty one nothing is said: only what is written counts over somebody's own choice. */
export function parseEdition(
  text = '',
): { ok: true; edition: Edition | undefined } | { ok: false; reason: string } {
  const edition = text.toLowerCase();
  if (edition === '') return { ok: true, edition: undefined };
  if (isEdition(edition)) return { ok: true, edition };
  return { ok: false, reason: `the edition is "${text}"; write ${EDITIONS.join(' or ')}` };
}

const hasControls = (text: string): boolean => /[\p{Cc}\u2028\u2029]/u.test(text);

/**
 * A JSON object of attributes; undefined when the file has no such column.
 * @returns the reason as text when it is none
 */
export function parseAttributes(
  text: string | undefined,
): Record<string, unknown> | undefined | string {
  if (text === undefined) return undefined;
  if (text === '') return {};
  if (Buffer.byteLength(text) > MAX_ATTRIBUTES_BYTES) {
    return `the attributes are longer than ${MAX_ATTRIBUTES_BYTES} bytes`;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    return 'the attributes are not JSON; write an object such as {"city": "Bonn"}';
  }
  return 'the attributes are JSON but no object such as {"city": "Bonn"}';
}
