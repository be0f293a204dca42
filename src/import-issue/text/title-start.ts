/**
 * Where a title begins in running text, between the end of what stood before and the brackets
 * behind it. Where the words do not tell, the guess is the likelier one, and said to be one.
 */
import type { Label } from './labels-in-text.js';
import { MARK_SOURCE } from './link-marks.js';
import { sentenceStarts, wordsOf } from './words-of.js';

export interface TitleStart {
  at: number;
  /** What was unsure about it. */
  doubt: string | undefined;
}

/** What stands right before the stretch a title is looked for in. */
export type Before =
  | { kind: 'heading' | 'start' }
  /** The end of an item's brackets, with its title. */
  | { kind: 'item'; title: string; colon: boolean }
  | { kind: 'label'; label: Label; title: string | undefined };

const MENTION = '\\(\\s?\\p{Lu}[\\p{L} ]{0,20}#\\d+\\s?\\)';

const LONGEST_TITLE_WORDS = 32;
const LONGEST_QUESTION_WORDS = 10;
/** A question of the text before, not of a title. */
const PROSE_QUESTION =
  /\b(?:I|we|you|they|it|this|that|these|those|there|he|she|him|her|them|us|my|your|our|their|its)\b|^(?:But|And|So|Or|If|Then|Also|Well|However|Now)\b/u;
/** What "Read more:" often leads to, by its kind. */
const REFERENCE_NOUN =
  /^(?:(?:[\w.]+\s+){0,2}(?:[Ww]ebsite|[Pp]aper|[Bb]log post|[Bb]logpost|[Vv]ideo|[Ss]lides|[Cc]ode|[Tt]alk|[Tt]hread|[Pp]odcast|[Ss]ummary|[Pp]ost|[Rr]epo|[Rr]eport|[Tt]ranscript|[Cc]omment|[Dd]iscussion|[Ss]equence)|LessWrong|GitHub|arXiv|Website)\s+(?=[\p{Lu}\d“"'])/u;

/** @returns the beginning of the title that ends at `to` */
export function findTitleStart(text: string, from: number, to: number, before: Before): TitleStart {
  const starts = sentenceStarts(text, from, to).filter(
    ({ at }) => wordsOf(text.slice(at, to)).length > 0,
  );
  const last = starts.at(-1);
  if (before.kind === 'label' && before.label.kind !== 'opinion') {
    const split = splitReference(text, from, to, before.title);
    if (split && (!last || split.at >= last.at || last.after !== '.')) return split;
  }
  if (!last) return unbroken(text, from, to, before);
  if (last.after === '?') return withQuestion(text, starts, from, to, before);
  return checked(text, last.at, to, undefined);
}

function unbroken(text: string, from: number, to: number, before: Before): TitleStart {
  if (before.kind === 'item' && before.colon) {
    return checked(text, from, to, 'nothing ends the text before it');
  }
  return checked(text, from, to, undefined);
}

/** "Who owns it? A preliminary analysis": a title may hold a question, as text may end in one. */
function withQuestion(
  text: string,
  starts: readonly { at: number; after: string }[],
  from: number,
  to: number,
  before: Before,
): TitleStart {
  const last = starts.at(-1)?.at ?? from;
  let first = last;
  for (let i = starts.length - 1; i >= 0 && starts[i]?.after === '?'; i--) {
    const begin = starts[i - 1]?.at ?? from;
    const opensHere = i > 0 || before.kind === 'heading' || before.kind === 'start';
    const question = text.slice(begin, first).trim();
    if (!opensHere || !mayBeTitle(question)) break;
    first = begin;
  }
  if (first === last) return checked(text, last, to, undefined);
  return checked(text, first, to, 'the question at its beginning may end the text before it');
}

function mayBeTitle(question: string): boolean {
  return wordsOf(question).length <= LONGEST_QUESTION_WORDS && !PROSE_QUESTION.test(question);
}

/** "Read more: Website Next title (…)": no full stop stands between the two. */
function splitReference(
  text: string,
  from: number,
  to: number,
  ownTitle: string | undefined,
): TitleStart | undefined {
  const region = text.slice(from, to);
  const inner = region.replace(new RegExp(`\\s*${MARK_SOURCE}\\s*$`, 'u'), '');
  const doubt = 'it follows a reference without a full stop between the two';
  const mark = [
    ...inner.matchAll(new RegExp(`${MARK_SOURCE}\\)?\\s*(?:${MENTION}\\s*)?`, 'gu')),
  ].at(-1);
  if (mark) return { at: from + mark.index + mark[0].length, doubt: undefined };
  const mention = [
    ...inner.matchAll(/\(\s?\p{Lu}[\p{L} ]{0,20}#\d+\s?\)\s+(?=[\p{Lu}\d“"'])/gu),
  ].at(-1);
  if (mention) return { at: from + mention.index + mention[0].length, doubt: undefined };
  const lead = /^\s*(?:Paper:\s*)?/u.exec(inner)?.[0] ?? '';
  if (ownTitle && inner.slice(lead.length).startsWith(`${ownTitle} `)) {
    return { at: from + lead.length + ownTitle.length + 1, doubt };
  }
  const blank = /^\s*/u.exec(inner)?.[0].length ?? 0;
  const noun = REFERENCE_NOUN.exec(inner.slice(blank));
  if (noun) return { at: from + blank + noun[0].length, doubt };
  const turn = [...inner.matchAll(/\b\p{Ll}{4,}\s+(?=\p{Lu})/gu)].find(
    ({ 0: word }) => !/^(?:with|from|into|over|under|about|between|without|through)\s/u.test(word),
  );
  return turn && { at: from + turn.index + turn[0].length, doubt };
}

function checked(text: string, at: number, to: number, doubt: string | undefined): TitleStart {
  const length = wordsOf(text.slice(at, to)).length;
  if (length > LONGEST_TITLE_WORDS) return { at, doubt: `it is ${length} words long` };
  return { at, doubt };
}
