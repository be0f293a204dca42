/**
 * Text in header fields: made harmless, encoded where ASCII does not suffice, folded.
 *
 * @see RFC 5322 §2.2.3 (folding), RFC 2047 (encoded words)
 */
import { escapeBytes } from './quoted-printable.js';

/** RFC 5322 §2.1.1: lines SHOULD be no longer, CRLF not counted. */
export const LINE_LIMIT = 78;
/** RFC 2047 §2, delimiters counted. */
const ENCODED_WORD_LIMIT = 75;
const FOLD = '\r\n ';

/** What may stand unescaped in an encoded word, wherever that stands (RFC 2047 §5 (3)). */
const Q_LITERALS = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+/-');

/**
 * One line of text without controls: line breaks, controls and runs of blanks become one blank.
 * A value of a subscriber's can then start no header field of its own.
 */
export function headerText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp} ]+/gu, ' ').trim();
}

/**
 * Shortens to at most `maxBytes` of UTF-8, between code points, with an ellipsis in the last three.
 * @param maxBytes > 3
 */
export function truncateText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let kept = '';
  let room = maxBytes - 3;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/**
 * An unstructured value, encoded and folded.
 * @param text as {@link headerText} returns it
 * @param column where the value begins in its line, the name and ": " before it
 */
export function unstructuredValue(text: string, column: number): string {
  return isPlain(text, LINE_LIMIT - column)
    ? foldAtBlanks(text, column)
    : encodedWords(text, column);
}

/** Whether text can stand as it is: printable ASCII, nothing like an encoded word, words that fit a line. */
export function isPlain(text: string, widest: number): boolean {
  return (
    /^[ -~]*$/.test(text) &&
    !text.includes('=?') &&
    text.split(' ').every((word) => word.length <= widest)
  );
}

/** Breaks lines before blanks, which then open the next line. */
export function foldAtBlanks(text: string, column: number): string {
  let folded = '';
  let used = column;
  for (const [index, word] of text.split(' ').entries()) {
    const isBroken = index > 0 && used + 1 + word.length > LINE_LIMIT;
    folded += index === 0 ? word : (isBroken ? FOLD : ' ') + word;
    used = (isBroken ? 1 : index === 0 ? used : used + 1) + word.length;
  }
  return folded;
}

/** One character in the two encodings of RFC 2047 §4. */
interface Unit {
  character: string;
  q: string;
  bytes: number;
}

/** The whole text as encoded words, each on a line of its own; the shorter of the two encodings. */
export function encodedWords(text: string, column: number): string {
  const units = Array.from(text, unitOf);
  const qLength = units.reduce((sum, { q }) => sum + q.length, 0);
  const isQ = qLength <= base64Length(Buffer.byteLength(text));
  const words: string[] = [];
  let word = '';
  let size = 0;
  let room = Math.min(ENCODED_WORD_LIMIT, LINE_LIMIT - column) - DELIMITERS_LENGTH;
  for (const { character, q, bytes } of units) {
    const grown = size + (isQ ? q.length : bytes);
    const fits = (isQ ? grown : base64Length(grown)) <= room;
    if (!fits) {
      words.push(word);
      room = ENCODED_WORD_LIMIT - DELIMITERS_LENGTH;
    }
    size = fits ? grown : grown - size;
    word = (fits ? word : '') + (isQ ? q : character);
  }
  words.push(word);
  return words.map((content) => (isQ ? qWord(content) : bWord(content))).join(FOLD);
}

const DELIMITERS_LENGTH = '=?UTF-8?Q??='.length;

const qWord = (encoded: string): string => `=?UTF-8?Q?${encoded}?=`;
const bWord = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3);

function unitOf(character: string): Unit {
  if (character === ' ') return { character, q: '_', bytes: 1 };
  if (Q_LITERALS.has(character)) return { character, q: character, bytes: 1 };
  const q = escapeBytes(character);
  return { character, q, bytes: q.length / 3 };
}
