/**
 * Wrapping for the text part: greedy, by display width, never inside a URL.
 * @see RFC 5322 §2.1.1 (lines SHOULD be no longer than 78 characters)
 */
import type { Slot } from './types.js';
import { displayWidth, graphemes, isNarrow, isWide } from './width.js';

/** Columns of the text part. */
export const TEXT_WIDTH = 72;

export type Wrap = NonNullable<Slot['wrap']>;

/** Something that must not be broken: a bare URL or an address in angle brackets. */
const UNBREAKABLE = /(?:https?|ftp):\/\/|mailto:|^<[^<>]+>$/i;
/** Must not stand at the start of a line (closing marks of CJK text). */
const NO_START = /^[、。，．：；！？）」』】〕》〉’”…ー々]/u;
/** Must not stand at the end of a line (opening marks of CJK text). */
const NO_END = /[（「『【〔《〈‘“]$/u;
/** A blank at which no line ends: keeps `[3]` beside its link, away from the start of a line. */
export const GLUE = '\u001F';
const BLANKS = /[ \t\r\f\v]+/;
/** What {@link GLUE} holds in its place. */
const REFERENCE = /( \[\d+\])/;

/**
 * Wraps one paragraph.
 * @param text runs of blanks count as one; a line feed is a hard break
 * @param wrap width in columns; `first` and `rest` begin the lines and count as part of the width
 * @returns lines joined by LF, without a trailing LF; no line is wider than `width` unless a URL,
 *   or the prefix, is
 */
export function wrapText(text: string, wrap: Wrap): string {
  const lines: string[] = [];
  for (const hardLine of text.split('\n')) {
    if (fillNarrow(hardLine, wrap, lines)) continue;
    const words = hardLine.split(BLANKS).filter((word) => word !== '');
    fill(
      words.map((word) => word.replaceAll(GLUE, ' ')),
      wrap,
      lines,
    );
  }
  return lines.join('\n');
}

/**
 * The same as {@link fill} for most lines there are: every character takes one column, and every
 * word fits. Looks at the ends of lines alone, not at words.
 * @returns false, and nothing is done, when the line is another one
 */
function fillNarrow(text: string, { first, rest, width }: Wrap, lines: string[]): boolean {
  // As many characters, but with nothing to tell where no line may end.
  const plain = text.replaceAll(GLUE, ' ');
  if (isLoose(text) || ![plain, first, rest].every(isNarrow)) return false;
  const found: string[] = [];
  let prefix = lines.length === 0 ? first : rest;
  for (let from = 0; from < text.length || found.length === 0; ) {
    const limit = from + width - prefix.length;
    const end = text.length <= limit ? text.length : text.lastIndexOf(' ', limit);
    if (end <= from && text !== '') return false;
    found.push((prefix + plain.slice(from, end)).trimEnd());
    from = end + 1;
    prefix = rest;
  }
  lines.push(...found);
  return true;
}

/** Whether there are other blanks in it than one between two words. */
function isLoose(text: string): boolean {
  return text.startsWith(' ') || text.endsWith(' ') || text.includes('  ');
}

function fill(words: string[], wrap: Wrap, lines: string[]): void {
  const prefix = () => (lines.length === 0 ? wrap.first : wrap.rest);
  const restWidth = displayWidth(wrap.rest);
  const room = Math.max(8, wrap.width - restWidth);
  let line = '';
  let used = displayWidth(prefix());
  const flush = () => {
    lines.push((prefix() + line).trimEnd());
    line = '';
    used = restWidth;
  };
  for (const word of words) {
    let glue = line === '' ? '' : ' ';
    for (const piece of breakable(word, room)) {
      const width = displayWidth(piece);
      if (line !== '' && used + glue.length + width > wrap.width) {
        flush();
        glue = '';
      }
      line += glue + piece;
      used += glue.length + width;
      glue = '';
    }
  }
  flush();
}

/** The parts of a word between which a line may end: one, except in CJK text and in overlong words. */
function breakable(word: string, room: number): string[] {
  const width = displayWidth(word);
  if (width === word.length && width <= room) return [word];
  if (UNBREAKABLE.test(word)) return [word];
  const units = unitsOf(word);
  const hasWide = width !== word.length && units.some(isWide);
  if (!hasWide && width <= room) return [word];
  const parts: string[] = [];
  let part = '';
  let previous = '';
  for (const character of units) {
    const between = isWide(character) || isWide(previous);
    const allowed = between && !NO_START.test(character) && !NO_END.test(previous);
    if (part !== '' && (allowed || displayWidth(part + character) > room)) {
      parts.push(part);
      part = '';
    }
    part += character;
    previous = character;
  }
  return part === '' ? parts : [...parts, part];
}

/** Characters as a reader sees them; a number of a link is one with the character before it. */
function unitsOf(word: string): string[] {
  const units: string[] = [];
  for (const [index, run] of word.split(REFERENCE).entries()) {
    if (index % 2 === 1) units.push(`${units.pop() ?? ''}${run}`);
    else units.push(...graphemes(run));
  }
  return units;
}
