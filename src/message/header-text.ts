/**
 * Text in header fields: made harmless, encoded where ASCII does not suffice, folded.
 *
 * @see RFC 5322 §2.2.3 (folding), RFC 2047 (encoded words)
 */
import { escapeBytes } from './quoted-printable.js';

/** RFC 5322 §2.1.1: lines SHOULD be no longer, CRLF not counted. */
const LINE_LIMIT = 78;
/** RFC 2047 §2, delimiters counted. */
const ENCODED_WORD_LIMIT = 75;
const FOLD = '\r\n ';

/** What may stand unescaped in an encoded word, wherever that stands (RFC 2047 §5 (3)). */
const Q_LITERAL = /^[A-Za-z0-9!*+/-]$/;

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

interface WordEncoding {
  letter: 'Q' | 'B';
  /** Encoded length of a piece of text. */
  lengthOf(text: string): number;
  encode(text: string): string;
}

const Q_ENCODING: WordEncoding = {
  letter: 'Q',
  lengthOf: (text) => encodeQ(text).length,
  encode: encodeQ,
};

const B_ENCODING: WordEncoding = {
  letter: 'B',
  lengthOf: (text) => 4 * Math.ceil(Buffer.byteLength(text) / 3),
  encode: (text) => Buffer.from(text).toString('base64'),
};

/** The whole text as encoded words, each on a line of its own; the shorter of the two encodings. */
export function encodedWords(text: string, column: number): string {
  const encoding = Q_ENCODING.lengthOf(text) <= B_ENCODING.lengthOf(text) ? Q_ENCODING : B_ENCODING;
  const overhead = '=?UTF-8?Q??='.length;
  const words: string[] = [];
  let piece = '';
  let room = Math.min(ENCODED_WORD_LIMIT, LINE_LIMIT - column) - overhead;
  for (const character of text) {
    if (encoding.lengthOf(piece + character) > room) {
      words.push(piece);
      piece = '';
      room = ENCODED_WORD_LIMIT - overhead;
    }
    piece += character;
  }
  words.push(piece);
  return words.map((word) => `=?UTF-8?${encoding.letter}?${encoding.encode(word)}?=`).join(FOLD);
}

function encodeQ(text: string): string {
  let encoded = '';
  for (const character of text) {
    if (character === ' ') encoded += '_';
    else encoded += Q_LITERAL.test(character) ? character : escapeBytes(character);
  }
  return encoded;
}
