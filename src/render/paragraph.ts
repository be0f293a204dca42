/**
 * A wrapped paragraph with fields of a reader in it, prepared: most of its lines are the same for
 * everyone. Lines that end before the first field are wrapped once. Text behind the last one is wrapped
 * once for each column it can go on in, which is all that the fields before it can change about it.
 * Nothing of a reader's is kept.
 */
import { GLUE, type Wrap, wrapText } from './text.js';
import type { SlotData } from './types.js';
import { isNarrow } from './width.js';

export interface ParagraphParts {
  /** Static text before the first field and behind the last one. */
  front: string;
  tail: string;
  /** What is between the two for one reader. */
  between(data: SlotData): string;
}

/** How lines are written: of lines that end in LF, one by one as well as together. */
export type Encode = (text: string) => string;

/** Text behind the fields, from the column it goes on in. */
interface Ending {
  /** What of it stays in the line that is begun. */
  line: string;
  /** The lines after that one, encoded; undefined when there is none. */
  lines: string | undefined;
}

const BLANK = /[ \t\n\r\f\v]/;

/** @returns what `encode(wrapText(front + between(data) + tail, wrap))` returns */
export function paragraphEvaluator(
  { front, tail, between }: ParagraphParts,
  wrap: Wrap,
  encode: Encode,
): (data: SlotData) => string {
  const begun = cutBegun(front, wrap);
  const lines = encode(begun.lines);
  const begunWrap = begun.lines === '' ? wrap : { ...wrap, first: wrap.rest };
  // A word that a field ends in goes on until the first blank.
  const wordEnd = indexOf(tail, BLANK);
  const word = tail.slice(0, wordEnd);
  const rest = tail.slice(wordEnd);
  const endings = new Map<number, Ending>();

  const endingFrom = (column: number): Ending => {
    const known = endings.get(column);
    if (known) return known;
    // A word stands in the line that is begun: it counts, and what it is does not.
    const standIn = { ...wrap, first: 'x'.repeat(column - 1) };
    const [line = '', ...others] = wrapText(`x${rest}`, standIn).split('\n');
    const lines = others.length === 0 ? undefined : encode(others.join('\n'));
    const ending = { line: line.slice(column), lines };
    endings.set(column, ending);
    return ending;
  };

  return (data) => {
    const text = begun.text + between(data) + word;
    const wrapped = wrapText(text, begunWrap);
    const column = wrapped.length - (wrapped.lastIndexOf('\n') + 1);
    // A column behind the width is a reader's long word: keeping what follows it would have no bound.
    const isUsual = column <= wrap.width && endsInWord(text) && isNarrow(wrapped.slice(-column));
    if (!isUsual) return lines + encode(wrapText(text + rest, begunWrap));
    const ending = endingFrom(column);
    const own = wrapped + ending.line;
    if (ending.lines === undefined) return lines + encode(own);
    return lines + encode(`${own}\n`) + ending.lines;
  };
}

/** Cuts off the lines that end in `front`, whatever follows it. */
function cutBegun(front: string, wrap: Wrap): { lines: string; text: string } {
  const words = front.slice(0, lastIndexOf(front, BLANK));
  const whole = wrapText(words, wrap);
  const lines = whole.slice(0, whole.lastIndexOf('\n') + 1);
  for (let at = words.length - 1; lines !== '' && at > 0; at -= 1) {
    if (!BLANK.test(words.charAt(at))) continue;
    const before = wrapText(words.slice(0, at), wrap);
    if (before.length > lines.length - 1) continue;
    const after = wrapText(words.slice(at + 1), { ...wrap, first: wrap.rest });
    return `${before}\n${after}` === whole
      ? { lines: `${before}\n`, text: front.slice(at + 1) }
      : { lines: '', text: front };
  }
  return { lines: '', text: front };
}

/** Behind a blank wrapping could not go on as from the line it gives, which has no blank at its end. */
function endsInWord(text: string): boolean {
  const last = text.charAt(text.length - 1);
  return last !== GLUE && last.trim() !== '';
}

/** @returns its length where there is none */
function indexOf(text: string, character: RegExp): number {
  const at = text.search(character);
  return at < 0 ? text.length : at;
}

function lastIndexOf(text: string, character: RegExp): number {
  for (let at = text.length - 1; at > 0; at -= 1) if (character.test(text.charAt(at))) return at;
  return 0;
}
