/**
 * Lines of flattened text as passages: hard-wrapped paragraphs are joined again, rules make the
 * line above them a heading, bullets and quotation marks are taken off.
 */
import type { HeadingStyle, Passage } from './passage.js';
import type { SourceLine } from './source-lines.js';
import { isUpper } from './words-of.js';

/** Lines longer than this were not wrapped by anybody. */
const WIDEST_WRAP = 132;
/** Narrower "wrapped" text is a list of short lines. */
const NARROWEST_WRAP = 40;
const LONGEST_HEADING = 160;

const RULE = /^\s*(?:([-=_~─━═*#])\1{2,}|\*(?: \*){2,}|-(?: -){2,}|--)\s*$/u;
/** What stands before every line of a quotation or of an opinion set apart. */
const BAR = /^\s{0,4}\|(?:\s|$)/;
const BULLET = /^(\s*)([-*•·◦▪‣–]|\d{1,2}[.)])\s+(?=\S)/u;
/** What no line of its own begins with: a word in small letters, credits of the title above. */
const CONTINUATION = /^(?:\p{Ll}{2,}[\s,]|\((?:[Ss]ummari[sz]ed by|[Hh]\/[Tt]) )/u;
const OPEN_END = /[^.!?:;]$/u;
const MARKED_HEADING = /^\s*(#{1,6}|\*\*)\s+(\S.*?)(?:\s*#+)?\s*$/u;

interface Row {
  /** Without bar, bullet and indent. */
  text: string;
  line: number;
  /** Columns before `text`. */
  before: number;
  kind: 'blank' | 'rule' | 'text';
  rule: string;
  bullet: Passage['bullet'];
}

interface Draft extends Omit<Passage, 'origins' | 'text'> {
  rows: Row[];
  /** A rule stands right above, right below. */
  ruledAbove: boolean;
}

export function toPassages(lines: readonly SourceLine[]): Passage[] {
  const rows = lines.map(toRow);
  const width = wrapWidth(rows);
  const drafts: Draft[] = [];
  let open: Draft | undefined;
  let above: Row | undefined;
  for (const row of rows) {
    if (row.kind === 'rule' && open && above?.kind === 'text') underline(open, row.rule);
    else if (row.kind === 'text' && open && above?.kind === 'text' && goesOn(open, row, width)) {
      open.rows.push(row);
      above = row;
      continue;
    }
    open = row.kind === 'text' ? startDraft(row, above?.kind === 'rule') : undefined;
    if (open) drafts.push(open);
    above = row;
  }
  return drafts.map(toPassage);
}

function toRow({ text, line }: SourceLine): Row {
  const bar = BAR.exec(text)?.[0] ?? '';
  const inner = text.slice(bar.length);
  const bullet = BULLET.exec(inner);
  const indent = /^\s*/.exec(inner)?.[0].length ?? 0;
  const before = bar.length + (bullet?.[0].length ?? indent);
  const words = text.slice(before).trimEnd();
  const isRule = RULE.test(inner);
  return {
    text: words,
    line,
    before,
    kind: words === '' && !isRule ? 'blank' : isRule ? 'rule' : 'text',
    rule: isRule ? inner.trim().charAt(0) : '',
    bullet: bullet ? { mark: bullet[2] ?? '-', indent: (bullet[1] ?? '').length } : undefined,
  };
}

/**
 * The width a text was wrapped at; undefined when its line ends are those of paragraphs.
 * Addresses may stand out, so lines with one do not count.
 */
function wrapWidth(rows: readonly Row[]): number | undefined {
  const lengths = rows
    .filter(({ kind, text }) => kind === 'text' && !/https?:/.test(text))
    .map(({ text, before }) => text.length + before);
  const widest = Math.max(0, ...lengths);
  return lengths.length > 3 && widest <= WIDEST_WRAP && widest >= NARROWEST_WRAP
    ? widest
    : undefined;
}

/** A line end is soft when the next word would not have fitted before it. */
function goesOn(open: Draft, row: Row, width: number | undefined): boolean {
  if (width === undefined || row.bullet || open.style) return false;
  const last = open.rows.at(-1);
  if (!last || MARKED_HEADING.test(row.text)) return false;
  if (hangsBelow(open, row)) return true;
  // A title in capitals may be as wide as the text below it.
  if (capitals(open) && !isUpper(row.text)) return false;
  if (CONTINUATION.test(row.text) && OPEN_END.test(last.text)) return true;
  const [word = ''] = row.text.split(/\s/);
  return last.before + last.text.length + 1 + word.length > width;
}

/** The second line of a point, below the words of the first. */
function hangsBelow({ bullet, rows }: Draft, row: Row): boolean {
  if (!bullet || row.before !== rows[0]?.before || row.before <= bullet.indent) return false;
  return !rows.some(({ text }) => /https?:\S+$/.test(text)) && !/^https?:/.test(row.text);
}

function capitals({ rows }: Draft): boolean {
  const words = rows.map(({ text }) => text).join(' ');
  return isUpper(words) && words.length >= NARROWEST_WRAP;
}

function startDraft(row: Row, ruledAbove: boolean): Draft {
  const marked = row.bullet ? null : MARKED_HEADING.exec(row.text);
  const [whole = '', mark = '', words = row.text] = marked ?? [];
  const isHash = mark.startsWith('#');
  const isHeading = marked !== null && (isHash || !words.includes('**'));
  const before = row.before + (isHeading ? whole.indexOf(words) : 0);
  return {
    rows: [isHeading ? { ...row, text: words, before } : row],
    style: isHeading ? (isHash ? 'hash' : 'stars') : undefined,
    depth: isHeading && isHash ? mark.length : undefined,
    bullet: row.bullet,
    ruledAbove,
  };
}

function underline(draft: Draft, rule: string): void {
  const length = draft.rows.reduce((sum, { text }) => sum + text.length, 0);
  if (length > LONGEST_HEADING || draft.bullet) return;
  const underlined: HeadingStyle =
    rule === '=' || rule === '═' ? 'double-underlined' : 'underlined';
  draft.style ??= draft.ruledAbove ? 'enclosed' : underlined;
}

function toPassage({ rows, style, depth, bullet }: Draft): Passage {
  let text = '';
  const origins = rows.map(({ text: part, line, before }) => {
    if (text !== '') text += ' ';
    const offset = text.length;
    text += part;
    return { offset, line, column: before + 1 };
  });
  return { text, origins, style, depth, bullet };
}
