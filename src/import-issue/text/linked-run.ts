/**
 * A list whose points were run together: words and their address, again and again, with no sentence
 * between them. Each is an item.
 */
import { MARK_SOURCE } from './link-marks.js';
import { isUpper, letterCount, sentenceStarts, wordsOf } from './words-of.js';

export interface RunPoint {
  start: number;
  end: number;
  /** With the mark of its address. */
  title: string;
}

/** Fewer addresses one after the other also stand in a sentence. */
const SHORTEST_RUN = 3;
const LONGEST_WORDS = 32;

const ANY_MARK = new RegExp(MARK_SOURCE, 'gu');
/** Brackets that still belong to the point before it, "(RFC 2678)", and the mark of a point. */
const BEFORE_TITLE = /^(\s*(?:\([^()\uE000]{1,40}\)\s+)?)(?:[-–—•·*▪]\s+)?/u;
/** The end of a sentence, and the mark of a point behind it. */
const MARKED_START = /[.!?:…]\s+(?=[-–—•·*▪]\s)/gu;
/** How a sentence goes on behind a link in it. */
const GOES_ON =
  /^(?:[,;.:!?)–—]|(?:and|or|but|nor|is|are|was|were|has|have|had|by|of|in|on|at|to|for|from|with|as|via|which|that|who|where|when|if|than|then|it|its|this|these|those|will|would|can|could|may|also|about|into|over|per)\b)/u;

/** Every run between two offsets, its points in order. */
export function findLinkedRuns(text: string, from: number, to: number): RunPoint[] {
  const found: RunPoint[] = [];
  let run: RunPoint[] = [];
  let start = from;
  const settle = () => {
    if (run.length >= SHORTEST_RUN) found.push(...run);
    run = [];
  };
  for (const match of text.slice(from, to).matchAll(ANY_MARK)) {
    const end = from + match.index + match[0].length;
    const point = pointIn(text, start, end, run.length === 0);
    if (!point) {
      settle();
      const opening = pointIn(text, start, end, true);
      if (opening) run = [opening];
    } else run.push(point);
    start = end;
  }
  settle();
  return found;
}

/** @param opens prose may stand before the first point, as far as a sentence ends it */
function pointIn(text: string, from: number, end: number, opens: boolean): RunPoint | undefined {
  const sentences = sentenceStarts(text, from, end);
  if (sentences.length > 0 && !opens) return undefined;
  const marked = opens ? [...text.slice(from, end).matchAll(MARKED_START)].at(-1) : undefined;
  const sentence = sentences.at(-1)?.at ?? from;
  const begin = Math.max(sentence, marked ? from + marked.index + marked[0].length : from);
  const [lead = '', before = ''] = BEFORE_TITLE.exec(text.slice(begin, end)) ?? [];
  const title = text.slice(begin + lead.length, end);
  const words = title.replace(ANY_MARK, '').trim();
  if (!/^[\p{L}\p{N}“"‘'[`]/u.test(words) || GOES_ON.test(words) || /[:([]$/u.test(words)) {
    return undefined;
  }
  if (wordsOf(words).length > LONGEST_WORDS || words.includes(' | ')) return undefined;
  // A heading that is a link.
  if (isUpper(words) && letterCount(words) > 3) return undefined;
  return { start: begin + before.length, end, title };
}
