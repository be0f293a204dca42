/**
 * What the head of an issue file says: number, title, date and the rest, checked. Keys come in any
 * case; what the format does not know is kept and reported.
 */
import { type Extraction, markValue } from './expressions.js';
import type { Findings } from './findings.js';
import { type Entry, readMetadataBlock } from './metadata-block.js';
import type { Expression, Issue } from './types.js';

type Field = 'number' | 'title' | 'date' | 'subject' | 'preheader' | 'audio' | 'webUrl';

/** Lower-case keys and their aliases. */
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['number', 'number'],
  ['title', 'title'],
  ['date', 'date'],
  ['publish_date', 'date'],
  ['subject', 'subject'],
  ['preheader', 'preheader'],
  ['audio', 'audio'],
  ['audio_url', 'audio'],
  ['url', 'webUrl'],
  ['web_url', 'webUrl'],
]);

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?$/;

export interface Metadata
  extends Pick<Issue, 'date' | 'subject' | 'preheader' | 'audio' | 'webUrl' | 'extra'> {
  /** Undefined when the file has none that is valid; that is an error found already. */
  number: number | undefined;
  title: string | undefined;
  expressions: Expression[];
  bodyStart: number;
}

/**
 * @param text the whole file, normalised
 * @param nonce begins the markers of subscriber expressions in subject and preheader
 */
export function readMetadata(text: string, nonce: string, findings: Findings): Metadata {
  const { entries, bodyStart } = readMetadataBlock(text, (key) => FIELDS.has(key), findings);
  const fields = new Map<Field, Entry>();
  const extra: Record<string, unknown> = {};
  for (const entry of entries) sortEntry(entry, fields, extra, findings);

  const written = (field: Field) => textOf(fields.get(field), findings);
  const number = readNumber(fields.get('number'), findings);
  const title = written('title') ?? written('subject');
  if (title === undefined)
    findings.error('title-missing', 1, 'the issue has no title; add "title: …" at the top');
  const expressions: Expression[] = [];
  const marked = (field: Field) =>
    markField(fields.get(field), written(field), nonce, expressions, findings);
  return {
    number,
    title,
    date: readDate(fields.get('date'), findings),
    subject: marked('subject'),
    preheader: marked('preheader'),
    audio: written('audio'),
    webUrl: written('webUrl'),
    extra,
    expressions,
    bodyStart,
  };
}

function sortEntry(
  entry: Entry,
  fields: Map<Field, Entry>,
  extra: Record<string, unknown>,
  findings: Findings,
): void {
  const field = FIELDS.get(entry.key.toLowerCase());
  if (!field) {
    Object.defineProperty(extra, entry.key, {
      value: entry.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    findings.warn(
      'metadata-unknown',
      entry.line,
      `the metadata key "${entry.key}" is not known; it is kept`,
    );
  } else if (fields.has(field)) {
    const message = `"${entry.key}" repeats "${fields.get(field)?.key}", which counts`;
    findings.warn('metadata-repeated', entry.line, message);
  } else fields.set(field, entry);
}

/** The value as text; undefined when it is missing or empty. */
function textOf(entry: Entry | undefined, findings: Findings): string | undefined {
  if (entry && entry.text === undefined) {
    const message = `"${entry.key}" must be text; put quotes around it`;
    findings.error('metadata-invalid', entry.line, message);
  }
  return entry?.text?.replace(/\s+/gu, ' ').trim() || undefined;
}

function readNumber(entry: Entry | undefined, findings: Findings): number | undefined {
  const text = textOf(entry, findings);
  if (!entry || text === undefined) {
    findings.error(
      'number-missing',
      entry?.line ?? 1,
      'the issue has no number; add "number: …" at the top',
    );
    return undefined;
  }
  const number = /^#?\d{1,9}$/.test(text) ? Number(text.replace('#', '')) : 0;
  if (number > 0) return number;
  findings.error('number-invalid', entry.line, `the number "${text}" is no whole number from 1`);
  return undefined;
}

/** A calendar day; a time behind it is dropped. */
function readDate(entry: Entry | undefined, findings: Findings): string | undefined {
  const text = textOf(entry, findings);
  if (!entry || text === undefined) return undefined;
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  // Date rolls 30 February over into March.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(date)) return date;
  findings.error('date-invalid', entry.line, `the date "${text}" is no day written YYYY-MM-DD`);
  return undefined;
}

function markField(
  entry: Entry | undefined,
  value: string | undefined,
  nonce: string,
  expressions: Expression[],
  findings: Findings,
): string | undefined {
  if (!entry || value === undefined) return value;
  const { text, expressions: found, faults }: Marked = markValue(value, nonce, expressions.length);
  for (const { marker, source } of found) expressions.push({ marker, source, line: entry.line });
  for (const { message } of faults) findings.error('expression-invalid', entry.line, message);
  return text;
}

type Marked = Pick<Extraction, 'expressions' | 'faults'> & { text: string };
