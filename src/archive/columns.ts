/**
 * The database of summaries as a table: its columns, and what each cell means. A row keeps the texts
 * as they were written, so that a sheet comes back as it went in.
 */
import { oneLine } from '../issue/plain-text.js';

export const COLUMNS = [
  'Category',
  'Highlight?',
  'Title',
  'Authors',
  'Venue',
  'Year',
  'H/T',
  'Email',
  'Summarizer',
  'Summary',
  'My opinion',
  'Prerequisites',
  'Read more',
  'URL',
] as const;
export type Column = (typeof COLUMNS)[number];
export type Cells = Record<Column, string>;

/** One item of the database. Texts are Markdown, and empty where there is none. */
export interface SummaryRow {
  /** Section and subsection: "Technical AI alignment > Interpretability". */
  category: string;
  highlight: boolean;
  /** On one line; tags in front, as in "[video] A title". */
  title: string;
  authors: string;
  venue: string;
  year: number | undefined;
  hatTip: string;
  /** Undefined for an item that is not in an issue yet. */
  issue: number | undefined;
  summarizer: string;
  summary: string;
  /** Of the summarizer; those of others begin with a label: "**Ann's opinion:** …". */
  opinion: string;
  prerequisites: string;
  readMore: string;
  /** One address a line; the first is the piece. */
  url: string;
}

const YES = new Set(['yes', 'y', 'true', 'x', '1', 'highlight', '✓', '✔']);
const NO = new Set(['', 'no', 'n', 'false', '0', '-']);
const EMAIL = /^(?:.*\D)?#?\s*(\d{1,9})$/s;

/** @param prefix of `AN #62` */
export function cellsOf(row: SummaryRow, prefix: string): Cells {
  return {
    Category: row.category,
    'Highlight?': row.highlight ? 'Yes' : 'No',
    Title: row.title,
    Authors: row.authors,
    Venue: row.venue,
    Year: row.year === undefined ? '' : String(row.year),
    'H/T': row.hatTip,
    Email: row.issue === undefined ? '' : `${prefix} #${row.issue}`,
    Summarizer: row.summarizer,
    Summary: row.summary,
    'My opinion': row.opinion,
    Prerequisites: row.prerequisites,
    'Read more': row.readMore,
    URL: row.url,
  };
}

/** @returns why the row cannot be taken, in words, when it cannot */
export function parseCells(given: Partial<Cells>): SummaryRow | string {
  const text = (column: Column) => normalise(given[column] ?? '');
  const line = (column: Column) => oneLine(given[column] ?? '');
  const control = COLUMNS.find((column) => CONTROL.test(text(column)));
  if (control !== undefined) return `${control} holds a control character`;
  if (line('Title') === '') return 'the Title is empty';
  const highlight = line('Highlight?').toLowerCase();
  if (!YES.has(highlight) && !NO.has(highlight)) {
    return `Highlight? is "${line('Highlight?')}"; write Yes or No`;
  }
  const year = line('Year').replace(/\.0+$/, '');
  if (!/^(?:[12]\d{3})?$/.test(year)) return `the Year is "${line('Year')}"; write four digits`;
  const issue = EMAIL.exec(line('Email'))?.[1];
  if (issue === undefined && line('Email') !== '') {
    return `Email is "${line('Email')}"; it names the issue, as in "AN #62"`;
  }
  return {
    category: line('Category'),
    highlight: YES.has(highlight),
    title: line('Title'),
    authors: line('Authors'),
    venue: line('Venue'),
    year: year === '' ? undefined : Number(year),
    hatTip: line('H/T'),
    issue: issue === undefined ? undefined : Number(issue),
    summarizer: line('Summarizer'),
    summary: text('Summary'),
    opinion: text('My opinion'),
    prerequisites: text('Prerequisites'),
    readMore: text('Read more'),
    url: text('URL').split(/\s+/).join('\n'),
  };
}

/** Neither a sheet nor a page has a use for them, and XLSX cannot hold them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/;

/** Line ends as everywhere in the house; blank lines around a text say nothing. */
function normalise(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[^\S\n]*\n)+|\s+$/gu, '');
}
