/**
 * What authors of newsletters mean and Markdown misreads, set right before Markdown sees it. No
 * word changes, and `Markdown.source` still shows what was typed.
 */
import type { Edit } from './edits.js';
import { LABEL_SOURCE } from './labels.js';

/**
 * A label on a line of its own right: glued to the paragraph or list above (lazy continuation),
 * or to the text behind it (`**Read more:**text` is not bold in CommonMark).
 */
const LABEL_LINE = new RegExp(
  `^(\\*\\*|__)[ \\t]*(${LABEL_SOURCE})[ \\t]*(?::[ \\t]*\\1[ \\t]*:?|\\1[ \\t]*:)[ \\t]*`,
  'gimu',
);

/** A linked title at the start of a line or bullet, after tags: `[A [half-open, 1) range](https:`. */
const LINKED_TITLE =
  /^([ \t]*(?:[*+-][ \t]+)?(?:\[[^[\]\n]*\][ \t]*)*)\[((?:(?!\]\().)+)\]\((?=<?https?:)/gm;

/** ``LaTeX quotes'', which CommonMark takes for the start of code. */
const LATEX_QUOTES = /(?<![`\\])``(?=[^\s`])([^`\n]*?)''(?!`)/g;

/** @param isCode whether an offset stands in code or a comment */
export function findRepairs(text: string, isCode: (offset: number) => boolean): Edit[] {
  const edits = [...repairLabels(text), ...repairTitles(text)].filter(
    ({ start }) => !isCode(start),
  );
  // These do look like code where they are not meant to be.
  return [...edits, ...repairQuotes(text)];
}

function* repairLabels(text: string): Generator<Edit> {
  for (const match of text.matchAll(LABEL_LINE)) {
    const start = match.index;
    const glued = start > 0 && text[start - 2] !== '\n';
    const label = `**${match[2]?.trim()}:** `;
    yield {
      start,
      end: start + match[0].length,
      text: glued ? `\n${label}` : label,
      restore: true,
    };
  }
}

function* repairTitles(text: string): Generator<Edit> {
  for (const match of text.matchAll(LINKED_TITLE)) {
    const start = match.index + (match[1]?.length ?? 0) + 1;
    const title = match[2] ?? '';
    const restOfLine = text.slice(match.index + match[0].length).split('\n', 1)[0] ?? '';
    for (const at of strayBrackets(title, restOfLine)) {
      yield { start: start + at, end: start + at, text: '\\', restore: true };
    }
    const address = oddAddress(restOfLine);
    if (address === undefined) continue;
    const end = match.index + match[0].length;
    yield { start: end, end: end + address.length, text: `<${address}>`, restore: true };
  }
}

/** The address at the start of a text, if it holds blanks or a bracket without partner. */
function oddAddress(text: string): string | undefined {
  const [, address = ''] = /^([^\s<>]+)\)(?=[\s.,:;!?]|$)/.exec(text) ?? [];
  if (address !== '') {
    const opening = address.split('(').length;
    return opening > address.split(')').length ? address : undefined;
  }
  return /^(https?:[^()<>"']*[^()<>"'\s])\)/.exec(text)?.[1];
}

/** Offsets of brackets in a link's text that have no partner, and so keep it from being a link. */
function strayBrackets(title: string, restOfLine: string): number[] {
  const open: number[] = [];
  const closing: number[] = [];
  for (const [at, bracket] of bracketsOf(title)) {
    if (bracket === '[') open.push(at);
    else if (open.pop() === undefined) closing.push(at);
  }
  // "[Ed.] see [this](…)" and "[see [this](…)]" hold a link of their own and are no broken titles.
  const lastOpen = title.lastIndexOf('[');
  if (closing.some((at) => at < lastOpen || /[[(:]/.test(title[at + 1] ?? ''))) return [];
  if (open.length > 0 && /\][^(]*$/.test(restOfLine) && !/\[/.test(restOfLine)) return [];
  return [...open, ...closing];
}

function* bracketsOf(text: string): Generator<[number, string]> {
  for (const match of text.matchAll(/\\.|[[\]]/g)) {
    if (match[0].length === 1) yield [match.index, match[0]];
  }
}

function* repairQuotes(text: string): Generator<Edit> {
  for (const match of text.matchAll(LATEX_QUOTES)) {
    const start = match.index;
    yield { start, end: start + 2, text: '\\`\\`', restore: true };
  }
}
