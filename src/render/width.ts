/**
 * Columns a text takes in a terminal: CJK and emoji take two, combining marks none.
 * @see UAX #11 (East Asian Width), UAX #29 (grapheme clusters)
 */

/** Blocks whose characters are Wide or Fullwidth, first and last code point, ascending. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f200, 0x1f320],
  [0x1f32d, 0x1f64f],
  [0x1f680, 0x1f6fc],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1faff],
  [0x20000, 0x3fffd],
];

const EMOJI_PRESENTATION = /\p{Emoji_Presentation}|\uFE0F/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const NARROW = /^[\x20-\x7E\u00A0-\u02FF\u2010-\u2027\u2030-\u205E]*$/;

let segmenter: Intl.Segmenter | undefined;

/** The user-perceived characters of `text`, in order. */
export function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Whether a character is one of a script that is written without blanks and takes two columns. */
export function isWide(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x1100) return false;
  return WIDE.some(([first, last]) => code >= first && code <= last);
}

/** Whether every character is known to take one column, without a closer look. */
export function isNarrow(text: string): boolean {
  return NARROW.test(text);
}

/** @returns columns, ≥ 0 */
export function displayWidth(text: string): number {
  if (isNarrow(text)) return text.length;
  let columns = 0;
  for (const character of graphemes(text)) {
    if (isWide(character) || EMOJI_PRESENTATION.test(character)) columns += 2;
    else if (!INVISIBLE.test(character)) columns += 1;
  }
  return columns;
}
