/** Words, as the search knows them and as they are marked in what it found. Pure. */

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

export function wordsIn(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The same for words that differ in case or accents. */
export function foldWord(word: string): string {
  const lower = word.toLowerCase();
  if (/^[a-z0-9]+$/.test(lower)) return lower;
  return word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** A stretch of text; `marked` when it is a word that was looked for. */
export interface Piece {
  text: string;
  marked: boolean;
}

/** The text cut at the words that are meant. @param words folded */
export function markWords(text: string, words: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const add = (end: number, marked: boolean) => {
    if (end > from) pieces.push({ text: text.slice(from, end), marked });
    from = end;
  };
  if (words.size > 0) {
    for (const { index, 0: word } of text.matchAll(WORD)) {
      if (!words.has(foldWord(word))) continue;
      add(index, false);
      add(index + word.length, true);
    }
  }
  add(text.length, false);
  return pieces;
}

const EXCERPT_CHARACTERS = 260;
const BEFORE_THE_WORD = 60;

/** The part of a text around the first word that is meant, cut between words; else its beginning. */
export function excerptOf(text: string, words: ReadonlySet<string>): string {
  if (text.length <= EXCERPT_CHARACTERS) return text;
  const first = [...text.matchAll(WORD)].find(({ 0: word }) => words.has(foldWord(word)));
  const at = first?.index ?? 0;
  const start = at <= BEFORE_THE_WORD * 2 ? 0 : text.indexOf(' ', at - BEFORE_THE_WORD) + 1;
  const rest = text.slice(start);
  if (rest.length <= EXCERPT_CHARACTERS) return `… ${rest}`;
  const end = rest.lastIndexOf(' ', EXCERPT_CHARACTERS);
  return `${start > 0 ? '… ' : ''}${rest.slice(0, end > 0 ? end : EXCERPT_CHARACTERS)} …`;
}
