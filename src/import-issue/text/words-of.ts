/** Words of a passage, and what may be told from their looks. */
export interface Word {
  text: string;
  start: number;
  end: number;
}

export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/gu)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Letters, and none of them lower case: `HIGHLIGHTS`, `(ALIGNMENT)`, `GPT-3`. */
export function isUpper(word: string): boolean {
  return /\p{Lu}/u.test(word) && !/[\p{Ll}\uE000]/u.test(word);
}

/** `&`, `/`, `–`: may stand inside a name in capitals. */
export function isJoiner(word: string): boolean {
  return /^[&/–—|-]$/u.test(word);
}

export function isEmoji(word: string): boolean {
  return (
    /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\uFE0F|\u200D)+$/u.test(word) &&
    /\P{ASCII}/u.test(word)
  );
}

export function letterCount(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

/** How a title or a sentence may begin: a capital, a digit, a quotation mark. */
export function opensText(text: string): boolean {
  return /^\s*(?:[\p{Lu}\p{Lt}\p{Lo}\p{N}“‘"'«([]|\p{Extended_Pictographic})/u.test(text);
}

const CLOSERS = String.raw`["”’'»)\]*]*`;
const ABBREVIATION =
  /(?:^|[\s(“"])(?:vs|etc|e\.g|i\.e|cf|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|Inc|Ltd|Vol|No|Fig|Eq|Sec|al|approx|U\.S|\p{Lu}|(?<=[.:;)]\s)\d{1,2}|\d)\.$/u;

const SENTENCE_END = new RegExp(`(?:[.!?…:;\uE001\u2022|]${CLOSERS}|[)\\]”"])$`, 'u');
const SENTENCE_START = new RegExp(
  `([.!?…]|\\(\\s?\\p{Lu}[\\p{L} ]{0,20}#\\d+\\s?\\))${CLOSERS}(\uE000\\d+\uE001)?\\s+`,
  'gu',
);

/** Whether a sentence, an address or a heading ends right before an offset. */
export function endsBefore(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 60), offset).trimEnd();
  return before === '' || SENTENCE_END.test(before);
}

export type Terminator = '.' | '?' | 'mention';

/** Offsets at which a sentence begins behind another, from `from` to `to`. */
export function sentenceStarts(
  text: string,
  from: number,
  to: number,
): { at: number; after: Terminator }[] {
  const part = text.slice(from, to);
  return [...part.matchAll(SENTENCE_START)].flatMap((match) => {
    const [whole, mark = ''] = match;
    const at = from + match.index + whole.length;
    if (!opensText(text.slice(at, at + 8))) return [];
    if (mark === '.' && ABBREVIATION.test(part.slice(0, match.index + 1).slice(-14))) return [];
    return [
      { at, after: mark.startsWith('(') ? 'mention' : mark === '?' || mark === '!' ? '?' : '.' },
    ];
  });
}
