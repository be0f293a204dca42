/** Rows of a sheet as the text of an issue file: how a team of contributors hands in an issue. Pure. */
import { writeIssue, writeMarkdown } from '../import-issue/write-issue.js';
import { restoreExpressions } from '../issue/expressions.js';
import { parseIssue } from '../issue/parse.js';
import type { Finding, Issue } from '../issue/types.js';
import { itemsOf } from '../issue/visit.js';
import { mapStrings } from '../render/author.js';
import { COLUMNS, cellsOf, type SummaryRow } from './columns.js';
import { linksOf, parseTitle, rowOf } from './item-rows.js';
import { groupRows } from './row-issue.js';

export interface ComposedIssue {
  text: string;
  items: number;
  /** What the format finds in the text. */
  findings: Finding[];
  /** Cells that the issue does not say as the sheet does. */
  doubts: string[];
}

/** @param head without a date it stays without */
export function composeIssue(
  head: { number: number; title: string; date: string | undefined },
  rows: readonly SummaryRow[],
): ComposedIssue {
  const groups = groupRows(rows);
  let parent: string | undefined;
  const parts = groups.flatMap(({ path: [top = '', ...below], rows: members }) => {
    const headings = top === parent ? [] : [`## ${plain(top)}`];
    if (below.length > 0) headings.push(`### ${plain(below.join(': '))}`);
    parent = top;
    return [...headings, ...members.map(itemText)];
  });
  const text = writeIssue({ ...head, extra: {} }, parts.join('\n\n'));
  const { issue, findings } = parseIssue(text);
  const items = issue ? itemsOf(asTyped(issue)) : [];
  const read = items.map((item) => rowOf(item, head.number));
  const ordered = groups.flatMap(({ rows: members }) => members);
  return { text, items: items.length, findings, doubts: differences(ordered, read) };
}

function asTyped(issue: Issue): Issue {
  return mapStrings(issue, (text) => restoreExpressions(text, issue.expressions));
}

function itemText(row: SummaryRow): string {
  const first = [headOf(row), row.summary && `: ${row.summary}`].join('');
  const blocks = [
    first,
    row.prerequisites && `**Prerequisites:** ${row.prerequisites}`,
    row.readMore && `**Read more:** ${row.readMore}`,
    row.opinion && labelled(row),
  ];
  return blocks.filter(Boolean).join('\n\n');
}

function headOf({ title: written, url, authors, venue, year, summarizer, hatTip }: SummaryRow) {
  const { tags, title } = parseTitle(written);
  const shown = [...tags.map((tag) => `[${tag}]`), title].join(' ');
  const links = linksOf(shown, url);
  const line =
    links.length === 0
      ? `**${plain(shown)}**`
      : links
          .map(
            ({ text, url: address }, at) =>
              `${separatorAt(at, links.length)}${link(text, address)}`,
          )
          .join('');
  const credits = [
    authors && `*(${plain(authors)})*`,
    year !== undefined && `(${[plain(venue), year].filter(Boolean).join(' ')})`,
    summarizer && `(summarized by ${plain(summarizer)})`,
    hatTip && `(H/T ${plain(hatTip)})`,
  ];
  return [line, ...credits].filter(Boolean).join(' ');
}

function separatorAt(index: number, count: number): string {
  if (index === 0) return '';
  return index === count - 1 ? ' and ' : ', ';
}

/** Addresses stay as they are typed wherever Markdown lets them. */
function link(text: string, url: string): string {
  const isPlain = /^[^\s()<>\\]+$/.test(url);
  const target = isPlain ? url : `<${url.replace(/[<>\\]/g, encodeURIComponent)}>`;
  return `[${plain(text)}](${target})`;
}

/** A cell that begins with somebody else's label has it already. */
function labelled({ opinion, summarizer }: SummaryRow): string {
  if (/^\*\*[^*\n]+opinion:\*\*/i.test(opinion)) return opinion;
  return `**${summarizer === '' ? 'My' : `${plain(summarizer)}'s`} opinion:** ${opinion}`;
}

/** Text that no Markdown is read in. */
function plain(text: string): string {
  if (text === '') return '';
  return writeMarkdown([{ type: 'paragraph', children: [{ type: 'text', value: text }] }]);
}

function differences(wanted: readonly SummaryRow[], read: readonly SummaryRow[]): string[] {
  if (wanted.length !== read.length) {
    return [
      `${wanted.length} rows became ${read.length} items: a paragraph of a text is read as an item of its own, or a row as none`,
    ];
  }
  return wanted.flatMap((row, at) => {
    const other = read[at];
    if (other === undefined) return [];
    const [left, right] = [cellsOf(row, ''), cellsOf(other, '')];
    return COLUMNS.filter((column) => !SAID_OTHERWISE.has(column))
      .filter((column) => squeeze(left[column]) !== squeeze(right[column]))
      .map((column) => `${column} of "${row.title}" is read as "${right[column].slice(0, 80)}"`);
  });
}

/** An issue says these by its number and its sections. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set(['Email', 'Category', 'Highlight?']);

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
