/**
 * The list of an issue's own sections ("SECTIONS"): it is made anew for every mail, so it is left
 * out, but the names in it tell where headings begin and end.
 */
import { CONTENTS_NAMES } from '../known-sections.js';
import type { ImportReport } from '../report.js';
import type { SectionNames } from '../section-names.js';
import { type Passage, placeIn } from './passage.js';
import { placeOfWords } from './place-of-words.js';
import { opensText, type Word, wordsOf } from './words-of.js';

const REASON = 'list of contents';
const INLINE_START =
  /(?:^|(?<=[\s\uE001]))(?:SECTIONS|CONTENTS|TABLE OF CONTENTS|IN THIS ISSUE|Sections|Table of contents|In this issue):?(?=\s)/gu;
const SEPARATOR = /^[-*•·◦▪|–]$/u;
const LONGEST_NAME_WORDS = 9;

export function takeContents(
  passages: readonly Passage[],
  names: SectionNames,
  report: ImportReport,
): Passage[] {
  const start = passages.findIndex(({ text }) => CONTENTS_NAMES.has(nameOf(text).toLowerCase()));
  if (start >= 0) return takeListed(passages, start, names, report);
  return passages.flatMap((passage) => takeInline(passage, names, report));
}

/** Names on lines of their own: each comes again, as a heading. */
function takeListed(
  passages: readonly Passage[],
  start: number,
  names: SectionNames,
  report: ImportReport,
): Passage[] {
  let end = start + 1;
  const first = nameOf(passages[end]?.text ?? '').toLowerCase();
  for (; end < passages.length; end++) {
    const name = nameOf(passages[end]?.text ?? '').toLowerCase();
    const isAgain = end > start + 1 && name === first;
    const comesLater = passages
      .slice(end + 1)
      .some(({ text }) => text.toLowerCase().includes(name));
    if (name === '' || isAgain || !comesLater) break;
  }
  const entries = passages.slice(start + 1, end);
  if (entries.length === 0) return [...passages];
  const outermost = Math.min(...entries.map(({ bullet }) => bullet?.indent ?? 0));
  for (const { text, bullet } of entries) {
    names.add({ name: nameOf(text), level: (bullet?.indent ?? 0) > outermost ? 3 : 2 });
  }
  for (const passage of passages.slice(start, end)) {
    report.leaveOut(passage.text, placeIn(passage, 0), REASON);
  }
  return [...passages.slice(0, start), ...passages.slice(end)];
}

/** Names run together: the list ends where its first name comes for the second time. */
function takeInline(passage: Passage, names: SectionNames, report: ImportReport): Passage[] {
  for (const match of passage.text.matchAll(INLINE_START)) {
    const from = match.index + match[0].length;
    const words = wordsOf(passage.text.slice(from));
    const length = listLength(words, names);
    const last = words[length - 1];
    if (length === 0 || !last) continue;
    const end = from + last.end;
    learnNames(words.slice(0, length), names, passage.text.slice(end));
    const place = placeIn(passage, match.index);
    report.leaveOut(passage.text.slice(match.index, end), place, REASON);
    return [slice(passage, 0, match.index), slice(passage, end, passage.text.length)].filter(
      ({ text }) => text !== '',
    );
  }
  return [passage];
}

/** @returns how many words the list has; 0 when it is none */
function listLength(words: readonly Word[], names: SectionNames): number {
  const plain = words.map(({ text }) => text.toLowerCase());
  const begin = SEPARATOR.test(plain[0] ?? '') ? 1 : 0;
  const known = names.findAtStart(plain.slice(begin, begin + LONGEST_NAME_WORDS));
  const longest = known?.length ?? LONGEST_NAME_WORDS;
  for (let length = longest; length > 0; length--) {
    const first = plain.slice(begin, begin + length);
    const again = plain.findIndex(
      (_, i) => i >= begin + length && first.every((word, k) => plain[i + k] === word),
    );
    if (again < 0 || (known && length < longest)) continue;
    // The rule above the heading is no part of the list.
    return again;
  }
  return 0;
}

function learnNames(words: readonly Word[], names: SectionNames, issue: string): void {
  if (!words.some(({ text }) => SEPARATOR.test(text))) {
    learnRunTogether(words, names, issue);
    return;
  }
  let name: string[] = [];
  const learn = () => {
    if (name.length > 0) names.add({ name: name.join(' '), level: 2 });
    name = [];
  };
  for (const { text } of words) {
    if (SEPARATOR.test(text)) learn();
    else name.push(text);
  }
  learn();
}

/** A name is known, or else as many words as come again in the issue, in the list's order. */
function learnRunTogether(words: readonly Word[], names: SectionNames, issue: string): void {
  let from = 0;
  for (let i = 0; i < words.length; ) {
    const texts = words.slice(i, i + LONGEST_NAME_WORDS).map(({ text }) => text);
    const known = names.findAtStart(texts);
    if (known && comesInCapitals(issue, texts.slice(0, known.length))) {
      i += known.length;
      continue;
    }
    let length = known?.length ?? texts.length;
    while (length > 0 && placeOfWords(issue, texts.slice(0, length), from) < 0) length--;
    const name = texts.slice(0, length).join(' ');
    if (length > 0 && opensText(name) && !comesInCapitals(issue, texts.slice(0, length))) {
      from = placeOfWords(issue, texts.slice(0, length), from) + name.length;
      names.declare(name, known?.section.level ?? 2);
    }
    i += Math.max(1, length);
  }
}

/** Then its capitals tell where the heading is, and the words in ordinary case are prose. */
function comesInCapitals(issue: string, words: readonly string[]): boolean {
  const capitals = words.map((word) => word.toUpperCase());
  return capitals.join(' ') !== words.join(' ') && placeOfWords(issue, capitals, 0) >= 0;
}

function nameOf(text: string): string {
  return text.replace(/^[^\p{L}\p{N}(]+|[:\s*]+$/gu, '').replace(/\s+/gu, ' ');
}

/** A part of a passage, with the places of its text. */
export function slice(passage: Passage, from: number, to: number): Passage {
  const part = passage.text.slice(from, to);
  const lead = part.length - part.trimStart().length;
  const start = from + lead;
  const own = passage.origins
    .filter(({ offset }) => offset > start && offset < to)
    .map((origin) => ({ ...origin, offset: origin.offset - start }));
  return {
    ...passage,
    text: part.trim(),
    origins: [{ offset: 0, ...placeIn(passage, start) }, ...own],
  };
}
