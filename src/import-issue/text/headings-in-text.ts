/**
 * Headings inside of running text: `… the end. TECHNICAL AI ALIGNMENT LEARNING HUMAN INTENT Title of
 * a piece (…)`. Capitals show that there is one; where one ends and the next begins, only names
 * that are known can tell.
 */
import type { SectionNames } from '../section-names.js';
import type { CreditChain } from './credit-chains.js';
import type { LabelInText } from './labels-in-text.js';
import { placeOfWords } from './place-of-words.js';
import {
  endsBefore,
  isEmoji,
  isJoiner,
  isUpper,
  letterCount,
  opensText,
  sentenceStarts,
  type Word,
  wordsOf,
} from './words-of.js';

export interface HeadingInText {
  /** As it shall be called: the known name, else as written. */
  name: string;
  level: 1 | 2 | 3 | undefined;
  start: number;
  end: number;
  /** Whether the name was known. */
  known: boolean;
}

/** Shorter names in capitals are taken for acronyms unless a sentence has just ended. */
const MIN_LETTERS = 4;
/** An unknown word in capitals must be this long to be a heading. */
const MIN_UNKNOWN_LETTERS = 5;
const LONGEST_REFERENCE = 8;
const FARTHEST_CHAIN = 320;

export function findHeadings(
  text: string,
  names: SectionNames,
  chains: readonly CreditChain[],
  labels: readonly LabelInText[],
): HeadingInText[] {
  const words = wordsOf(text);
  const found: HeadingInText[] = [];
  for (let i = 0; i < words.length; ) {
    const run = headingsAt(text, words, i, names, found.at(-1));
    found.push(...run.headings);
    i += Math.max(1, run.length);
  }
  const ordinary = inOrdinaryCase(text, words, names, chains, labels, found);
  const sure = [...found, ...ordinary];
  const declared = declaredIn(text, names).filter(({ start, end }) =>
    sure.every((heading) => heading.end <= start || heading.start >= end),
  );
  return [...sure, ...declared].sort((a, b) => a.start - b.start);
}

/** Names of the list of contents, in its order; one that is a single word also stands in prose. */
function declaredIn(text: string, names: SectionNames): HeadingInText[] {
  const found: HeadingInText[] = [];
  let from = 0;
  for (const name of names.declared) {
    const start = placeOfWords(text, [name], from);
    if (start < 0) continue;
    const last = found.at(-1);
    const opens = endsBefore(text, start) || last?.end === start - 1;
    if (!name.includes(' ') && !opens) continue;
    from = start + name.length;
    const section = names.find(name);
    found.push({
      name: section?.name ?? name,
      level: section?.level,
      start,
      end: from,
      known: true,
    });
  }
  return found;
}

function headingsAt(
  text: string,
  words: readonly Word[],
  from: number,
  names: SectionNames,
  before: HeadingInText | undefined,
): { headings: HeadingInText[]; length: number } {
  const run = upperRun(words, from);
  const first = run[0];
  if (!first) return { headings: [], length: 1 };
  const atBoundary =
    endsBefore(text, first.start) ||
    before?.end === first.start - 1 ||
    isEmoji(words[from - 1]?.text ?? '');
  const next = words[from + run.length];
  const headings: HeadingInText[] = [];
  for (let i = 0; i < run.length; ) {
    const rest = run.slice(i);
    const match = names.findAtStart(rest.map((word) => word.text));
    const end = rest[(match?.length ?? 0) - 1]?.end;
    if (
      match &&
      end !== undefined &&
      isPlausible(rest, match.length, next, (atBoundary && i === 0) || headings.length > 0)
    ) {
      const { name, level } = match.section;
      headings.push({ name, level, start: rest[0]?.start ?? 0, end, known: true });
      i += match.length;
      continue;
    }
    const unknown = unknownAt(rest, names, next, atBoundary, headings.length > 0);
    if (unknown) headings.push(unknown.heading);
    i += unknown?.length ?? (atBoundary || headings.length > 0 ? rest.length : 1);
    if (!unknown && headings.length > 0) break;
  }
  return { headings, length: run.length };
}

/** Words in capitals up to the end of a sentence. */
function upperRun(words: readonly Word[], from: number): Word[] {
  const run: Word[] = [];
  for (const word of words.slice(from)) {
    const joins = run.length > 0 && (isJoiner(word.text) || /^\d+$/.test(word.text));
    if (!isUpper(word.text) && !joins) break;
    run.push(word);
    if (/[.!?;,]["”’)]*$/u.test(word.text)) break;
  }
  return run;
}

function isPlausible(
  rest: readonly Word[],
  length: number,
  next: Word | undefined,
  opens: boolean,
): boolean {
  const name = rest.slice(0, length);
  const following = rest[length] ?? next;
  const words = name.map(({ text }) => text).join(' ');
  if (/[.,;]$/u.test(words) || following?.text.startsWith('(') === true) return false;
  if (following && !opensText(following.text)) return false;
  // Behind other words in capitals, a name ends them: "see GAIL INTERPRETABILITY Title".
  return opens || (length === rest.length && letterCount(words) >= MIN_LETTERS);
}

/** A name nobody knows: all of the run up to a known one, without what the next title begins with. */
function unknownAt(
  rest: readonly Word[],
  names: SectionNames,
  next: Word | undefined,
  atBoundary: boolean,
  behindHeading: boolean,
): { heading: HeadingInText; length: number } | undefined {
  if (!atBoundary && !behindHeading) return undefined;
  let length = 1;
  // One known word may be part of a name that is not: "GARDENING TOOLS".
  const isNamed = (i: number) =>
    (names.findAtStart(rest.slice(i).map((word) => word.text))?.length ?? 0) > 1;
  while (length < rest.length && !isNamed(length)) {
    length++;
  }
  const isLast = length === rest.length;
  if (isLast) length = withoutTitleWords(rest);
  const name = rest.slice(0, length);
  const text = name.map((word) => word.text).join(' ');
  const letters = letterCount(text);
  const [first] = name;
  const last = name.at(-1);
  const following = rest[length] ?? next;
  const isName =
    name.filter((word) => letterCount(word.text) > 1).length > 1
      ? letters >= MIN_UNKNOWN_LETTERS + 1
      : letters >= (behindHeading ? MIN_UNKNOWN_LETTERS + 3 : MIN_UNKNOWN_LETTERS);
  if (!first || !last || !isName || /[.,;!?]["”’)]*$/u.test(text)) return undefined;
  if (following === undefined || !opensText(following.text) || following.text.startsWith('(')) {
    return undefined;
  }
  const heading = { name: text, level: undefined, start: first.start, end: last.end, known: false };
  return { heading, length };
}

/** `A`, `GPT-3:`: words in capitals that begin the title behind a heading. */
function withoutTitleWords(rest: readonly Word[]): number {
  const colon = rest.findIndex(({ text }) => text.endsWith(':'));
  let length = colon > 0 ? colon : rest.length;
  while (length > 1) {
    const word = rest[length - 1]?.text ?? '';
    if (letterCount(word) > 1 && !isJoiner(word) && !/\d/.test(word)) break;
    length--;
  }
  return length;
}

/**
 * Known names in ordinary case, "Highlights", where a sentence has ended: only right before an item
 * or another such name, because their words also stand in prose.
 */
function inOrdinaryCase(
  text: string,
  words: readonly Word[],
  names: SectionNames,
  chains: readonly CreditChain[],
  labels: readonly LabelInText[],
  upper: readonly HeadingInText[],
): HeadingInText[] {
  const found: HeadingInText[] = [];
  for (let i = words.length - 1; i >= 0; i--) {
    const first = words[i];
    if (!first || !opensText(first.text)) continue;
    const match = names.findAtStart(words.slice(i, i + 8).map((word) => word.text));
    const last = words[i + (match?.length ?? 0) - 1];
    if (!match || !last || isUpper(text.slice(first.start, last.end))) continue;
    const { name, level } = match.section;
    const written = text.slice(first.start, last.end).replace(/:$/, '');
    if (written !== name && written !== titleCase(name)) continue;
    const [following] = [...found, ...upper]
      .filter(({ start }) => start > last.start)
      .sort((a, b) => a.start - b.start);
    const adjoins = following !== undefined && text.slice(last.end, following.start).trim() === '';
    const isEmojiled = isEmoji(words[i - 1]?.text ?? '');
    const opens =
      isEmojiled ||
      endsBefore(text, first.start) ||
      endsReference(text, first.start, labels) ||
      endsHeading(first, words[i - 1], found, upper, names, words, i);
    if (!opens) continue;
    if (!adjoins && !isEmojiled && !leadsToItem(text, last.end, following?.start, chains)) continue;
    found.push({ name, level, start: first.start, end: last.end, known: true });
  }
  return found;
}

/** Whether the words right before are a known name too: "Technical AI alignment Forecasting". */
function endsHeading(
  first: Word,
  previous: Word | undefined,
  found: readonly HeadingInText[],
  upper: readonly HeadingInText[],
  names: SectionNames,
  words: readonly Word[],
  index: number,
): boolean {
  if (!previous) return true;
  if ([...found, ...upper].some(({ end }) => end === previous.end && end < first.start))
    return true;
  for (let length = 1; length <= 6 && length <= index; length++) {
    const before = words.slice(index - length, index).map(({ text }) => text);
    const match = names.findAtStart(before);
    if (match?.length === length && before.join(' ') === match.section.name) return true;
  }
  return false;
}

/** "Read more: Website Forecasting": what a label leads to ends without a full stop. */
function endsReference(text: string, at: number, labels: readonly LabelInText[]): boolean {
  const label = labels.findLast(({ end }) => end <= at);
  if (!label || label.label.kind === 'opinion') return false;
  const reference = text.slice(label.end, at).trim();
  return (
    reference !== '' && wordsOf(reference).length <= LONGEST_REFERENCE && !/[.!?]/.test(reference)
  );
}

function leadsToItem(
  text: string,
  from: number,
  nextHeading: number | undefined,
  chains: readonly CreditChain[],
): boolean {
  if (!opensText(text.slice(from, from + 8))) return false;
  const chain = chains.find(({ start }) => start >= from);
  if (!chain || chain.start - from > FARTHEST_CHAIN) return false;
  if (nextHeading !== undefined && nextHeading < chain.start) return false;
  if (text.slice(from, chain.start).trim() === '') return false;
  return sentenceStarts(text, from, chain.start).every(({ after }) => after === '?');
}

function titleCase(name: string): string {
  return name.replace(/(?<=\s|^)\p{Ll}/gu, (letter) => letter.toUpperCase());
}
