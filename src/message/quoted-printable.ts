/**
 * Quoted-printable, in a dialect that leaves nothing to be done later: no line starts with a dot
 * (no dot-stuffing), no line ends in a blank and no two blanks meet (the wire bytes are the relaxed
 * DKIM body, RFC 6376 §3.4.4), no line starts with "From " (no mbox escaping on the way).
 *
 * @see RFC 2045 §6.7
 */

/** Longest line without its CRLF is 76; one column is kept for the soft break's "=". */
const LAST_COLUMN = 75;
const HARD_BREAK = '\r\n';
const SOFT_BREAK = '=\r\n';

/** `=00` … `=FF` */
const ESCAPES = Array.from(
  { length: 256 },
  (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);

/** Short ASCII that is its own encoding: most slot values. */
const PLAIN = /^(?!\.|From )(?:[!-<>-~]| (?! ))+$/;

/**
 * Encodes text that begins at column 0, so that whatever comes next begins at column 0 too: the
 * result is empty or ends in CRLF. Concatenated results decode to the concatenated texts.
 * @param text any line ends (LF, CRLF, CR); each becomes a CRLF
 */
export function encodeQuotedPrintable(text: string): string {
  if (text.length <= LAST_COLUMN && PLAIN.test(text)) return text + SOFT_BREAK;
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.pop() ?? '';
  let encoded = '';
  for (const line of lines) encoded += encodeLine(line, true) + HARD_BREAK;
  return last === '' ? encoded : encoded + encodeLine(last, false) + SOFT_BREAK;
}

/** Encodes one line's text, broken softly where it is too long. */
function encodeLine(text: string, endsHere: boolean): string {
  if (text.length <= LAST_COLUMN && PLAIN.test(text) && !text.endsWith(' ')) return text;
  let encoded = '';
  let line = '';
  for (let index = 0; index < text.length; ) {
    const room = LAST_COLUMN - line.length;
    const end = line === '' ? index : plainEnd(text, index, index + room);
    if (end > index) {
      line += text.slice(index, end);
      index = end;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
    const following = index + character.length;
    const unit = encodeCharacter(
      text,
      index,
      character,
      line,
      endsHere && following === text.length,
    );
    // A character is never torn apart by a soft break, for the sake of clients that decode by line.
    if (line !== '' && unit.length > room) {
      encoded += line + SOFT_BREAK;
      line = '';
      continue;
    }
    line += unit;
    index = following;
  }
  return encoded + line;
}

/** Where a run of characters that stand for themselves ends, single blanks between them included. */
function plainEnd(text: string, from: number, limit: number): number {
  let end = from;
  while (end < limit) {
    const code = text.charCodeAt(end);
    const isSingleBlank = code === 0x20 && end > from && isPlain(text.charCodeAt(end + 1));
    if (!isPlain(code) && !isSingleBlank) break;
    end += 1;
  }
  return end;
}

/** Printable ASCII but blank and "="; false for the NaN past the end of a text. */
const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f && code !== 0x3d;

function encodeCharacter(
  text: string,
  index: number,
  character: string,
  line: string,
  isLast: boolean,
): string {
  if (character === ' ') return isLast || line.endsWith(' ') ? '=20' : ' ';
  const atStart = line === '' && (character === '.' || text.startsWith('From ', index));
  return !atStart && isPlain(character.charCodeAt(0)) ? character : escapeBytes(character);
}

/** `=C3=A9` for "é"; the same in encoded words (RFC 2047 §4.2). */
export function escapeBytes(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text)) escaped += ESCAPES[byte];
  return escaped;
}
