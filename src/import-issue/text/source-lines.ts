/**
 * Flattened text as lines of plain words: what mail archives leave behind of transfer encodings,
 * entities and quoting is undone, and every line remembers its number.
 */
import { parseFragment } from 'parse5';
import type { ImportReport } from '../report.js';

export interface SourceLine {
  text: string;
  line: number;
}

/** Padding of preheaders and soft hyphens: nothing a reader sees. */
const INVISIBLE = /\u00AD|\u034F|\u200B|\u200C|\u2060|\uFEFF/gu;
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,31}\d{0,2});/gi;
/** The bytes of text outside ASCII, and the signs that are encoded most. */
const ENCODED_BYTE = /=(?:3D|20|09|2E|A0|[89A-F][0-9A-F])/g;
/** So many encoded bytes are no accident. */
const MIN_ENCODED_BYTES = 3;

export function readLines(source: string, report: ImportReport): SourceLine[] {
  const lines = source
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .split('\n')
    .map((text, index) => ({ text, line: index + 1 }));
  const decoded = isQuotedPrintable(source) ? decodeQuotedPrintable(lines, report) : lines;
  const clean = decoded.map(({ text, line }) => ({ text: cleanLine(text), line }));
  return withoutQuoting(clean, report);
}

function cleanLine(text: string): string {
  return text.replace(ENTITY, decodeEntity).replace(INVISIBLE, '').replace(/\t/g, ' ').trimEnd();
}

function decodeEntity(entity: string): string {
  const [node] = parseFragment(entity).childNodes;
  return node && 'value' in node ? node.value : entity;
}

function isQuotedPrintable(source: string): boolean {
  const bytes = source.match(ENCODED_BYTE)?.length ?? 0;
  return bytes >= MIN_ENCODED_BYTES || (bytes > 0 && /\S=\n/.test(source));
}

/** @see RFC 2045 §6.7; soft line breaks may have become blanks since. */
function decodeQuotedPrintable(lines: SourceLine[], report: ImportReport): SourceLine[] {
  report.doubt(
    'quoted-printable',
    { line: 1, column: 1 },
    'the text is quoted-printable ("=E2=80=99"); it was decoded',
  );
  const joined: SourceLine[] = [];
  let open: SourceLine | undefined;
  for (const { text, line } of lines) {
    const continues = /=[ \t]*$/.test(text);
    const part = text.replace(/=[ \t]*$/, '');
    if (open) open.text += part;
    else {
      open = { text: part, line };
      joined.push(open);
    }
    if (!continues) open = undefined;
  }
  return joined.map(({ text, line }) => ({ text: decodeBytes(text), line }));
}

function decodeBytes(text: string): string {
  return text.replace(/(?<=[^\s=])= (?=\p{Ll})/gu, '').replace(/(?:=[0-9A-F]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('=', ''), 'hex');
    const utf8 = bytes.toString('utf8');
    return utf8.includes('\uFFFD') ? bytes.toString('latin1') : utf8;
  });
}

/** A forwarded text has ">" before (nearly) every line. */
function withoutQuoting(lines: SourceLine[], report: ImportReport): SourceLine[] {
  const filled = lines.filter(({ text }) => text.trim() !== '');
  const quoted = filled.filter(({ text }) => /^\s*>/.test(text)).length;
  if (filled.length < 4 || quoted < filled.length * 0.8) return lines;
  const [first] = filled;
  if (first) {
    const message = 'the lines begin with ">", as of a forwarded mail; the marks were taken off';
    report.doubt('quoted-text', { line: first.line, column: 1 }, message);
  }
  const bare = lines.map(({ text, line }) => ({ text: text.replace(/^\s*> ?/, ''), line }));
  return withoutQuoting(bare, report);
}
