/**
 * Takes the subscriber expressions an author typed out of the text, before Markdown sees it.
 *
 * Taken: `{{subscriber.field}}`, `{{default subscriber.field "text"}}`, `{{unsubscribe_url}}`, `{{preferences_url}}` and
 * the blocks `{{#if}}`, `{{#unless}}`, `{{#each}}` over subscriber fields, each as one marker: upper
 * case letters and digits only, so that it passes unchanged through Markdown, URLs, HTML and smart
 * punctuation. What stands inside a block is not read as Markdown.
 *
 * Left as text: any other `{{` (merge tags of other systems, `{{issue.title}}`, triple braces), all
 * of it in code, and what follows a backslash (`\{{subscriber.name}}`). A subscriber expression that
 * would not work is a fault, and stays text.
 */
import { createHash } from 'node:crypto';
import type { Edit } from './edits.js';
import {
  closingName,
  explainFault,
  isAllowedInside,
  isMeantAsOurs,
  isOpening,
  isOutput,
  openingName,
  readTag,
  type Tag,
} from './expression-grammar.js';
import type { Expression } from './types.js';

/** Something wrong at an offset of a text. */
export interface Fault {
  offset: number;
  message: string;
}

export interface Extraction {
  edits: Edit[];
  /** In the order of the text; with offsets, as only the caller knows the lines. */
  expressions: (Omit<Expression, 'line'> & { offset: number })[];
  faults: Fault[];
}

/**
 * Finds all subscriber expressions of a text.
 * @param isCode whether an offset stands in code or a comment
 * @param nonce begins every marker, see {@link markerNonce}
 * @param first number of the first marker: each text of an issue continues the count
 */
export function extractExpressions(
  text: string,
  isCode: (offset: number) => boolean,
  nonce: string,
  first = 0,
): Extraction {
  const found: Extraction = { edits: [], expressions: [], faults: [] };
  for (
    let offset = text.indexOf('{{'), next = 0;
    offset !== -1;
    offset = text.indexOf('{{', next)
  ) {
    next = offset + 2;
    if (isEscaped(text, offset) || isCode(offset)) continue;
    const reading = readExpression(text, offset);
    next = reading.end;
    if (reading.kind === 'fault') found.faults.push(reading);
    if (reading.kind !== 'expression') continue;
    const marker = `${nonce}${first + found.expressions.length}Z`;
    found.edits.push({ start: offset, end: next, text: marker, restore: false });
    found.expressions.push({ marker, source: text.slice(offset, next), offset });
  }
  return found;
}

/** A metadata value with markers for its expressions, and braces for `\{{`. */
export function markValue(
  value: string,
  nonce: string,
  first: number,
): Pick<Extraction, 'expressions' | 'faults'> & { text: string } {
  const { edits, expressions, faults } = extractExpressions(value, () => false, nonce, first);
  let text = '';
  let from = 0;
  for (const { start, end, text: marker } of edits) {
    text += unescapeBraces(value.slice(from, start)) + marker;
    from = end;
  }
  return { text: text + unescapeBraces(value.slice(from)), expressions, faults };
}

/** Letters that begin every marker of one source, which cannot contain its own hash. */
export function markerNonce(source: string): string {
  const bytes = createHash('sha256').update(source).digest().subarray(0, 20);
  return `SLOT${[...bytes].map((byte) => String.fromCharCode(65 + (byte % 26))).join('')}`;
}

/** Puts the expressions back where their markers stand. */
export function restoreExpressions(text: string, expressions: readonly Expression[]): string {
  if (expressions.length === 0) return text;
  const sources = new Map(expressions.map(({ marker, source }) => [marker, source]));
  return text.replace(/SLOT[A-Z]{20}\d+Z/g, (marker) => sources.get(marker) ?? marker);
}

type Reading =
  | { kind: 'expression' | 'text'; end: number }
  | ({ kind: 'fault'; end: number } & Fault);

function readExpression(text: string, offset: number): Reading {
  const tag = readTag(text, offset);
  if (!tag) return readUnfinished(text, offset);
  const { content, triple, end } = tag;
  if (!triple && isOutput(content)) return { kind: 'expression', end };
  if (!triple && isOpening(content)) return readBlock(text, offset, tag);
  if (!isMeantAsOurs(content)) return { kind: 'text', end };
  return { kind: 'fault', end, offset, message: explainFault(tag) };
}

/** Reads on from an opening tag to the closing tag that belongs to it. */
function readBlock(text: string, start: number, opening: Tag): Reading {
  const open = [openingName(opening.content)];
  let offset = text.indexOf('{{', opening.end);
  while (offset !== -1) {
    const tag = isEscaped(text, offset) ? undefined : readTag(text, offset);
    const end = tag?.end ?? offset + 2;
    if (tag && closingName(tag.content) === open.at(-1)) open.pop();
    else if (tag && (tag.triple || !isAllowedInside(tag.content))) {
      const message = `${tag.written} cannot stand inside ${opening.written}…: only subscriber fields and blocks over them can`;
      return { kind: 'fault', end: opening.end, offset, message };
    } else if (tag?.content.startsWith('#')) open.push(openingName(tag.content));
    if (open.length === 0) return { kind: 'expression', end };
    offset = text.indexOf('{{', end);
  }
  const message = `${opening.written} is never closed; add {{/${open.at(-1)}}}`;
  return { kind: 'fault', end: opening.end, offset: start, message };
}

/** Braces that never close: `{{subscriber.name`. */
function readUnfinished(text: string, offset: number): Reading {
  const word = /^\{+\s*[^\s{}]*/.exec(text.slice(offset, offset + 80))?.[0] ?? '{{';
  if (!isMeantAsOurs(word.replace(/^\{+\s*#?/, ''))) return { kind: 'text', end: offset + 1 };
  const message = `${word}… has no closing braces`;
  return { kind: 'fault', end: offset + word.length, offset, message };
}

/** CommonMark's rule: an odd number of backslashes before it. */
function isEscaped(text: string, offset: number): boolean {
  let backslashes = 0;
  while (text[offset - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function unescapeBraces(text: string): string {
  return text.replace(/\\\{\{/g, '{{');
}
