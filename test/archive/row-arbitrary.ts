/** Rows of the database with whatever people and their spreadsheets put into cells. */

import { cellsOf, parseCells, type SummaryRow } from '../../src/archive/columns.js';
import { fc } from '../support/fast-check.js';

const NASTY = [
  '=1+1',
  '@SUM(A1)',
  '+49 30 1',
  '-2',
  "'",
  "'=",
  '\t=x',
  '＝1',
  '"',
  ',',
  ';',
  '\n\n',
  '  ',
  '<b>&amp;',
  '_x0041_',
  '_x0041',
  '\ufffd',
  '\u0085',
  '\u009f',
  '\ufdd0',
  '\u{1fffe}',
  '\u{10ffff}',
  '**Ann’s opinion:** no',
  "**Bo's opinion:** yes",
  '<@A title@>',
  '[x](https://a.example/?a=1&b=2)',
  '{{subscriber.name}}',
  '007',
  '1e5',
  'ü',
  '日本',
  '🗞',
  'é',
];

const text = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', maxLength: 6 })), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''));
const url = fc.webUrl({ withQueryParameters: true });

/** As a sheet gives them: nothing around a line, no control characters. */
export const summaryRow: fc.Arbitrary<SummaryRow> = fc
  .record({
    category: text,
    highlight: fc.boolean(),
    title: text,
    authors: text,
    venue: text,
    year: fc.option(fc.integer({ min: 1000, max: 2999 }), { nil: undefined }),
    hatTip: text,
    issue: fc.integer({ min: 0, max: 300 }),
    summarizer: text,
    summary: text,
    opinion: text,
    prerequisites: text,
    readMore: text,
    url: fc.array(url, { maxLength: 3 }).map((urls) => urls.join('\n')),
  })
  .map((row) => parseCells(cellsOf(row, 'AN')))
  .filter((row): row is SummaryRow => typeof row !== 'string');

export function row(parts: Partial<SummaryRow> & { title: string }): SummaryRow {
  return {
    category: 'Instruments',
    highlight: false,
    authors: '',
    venue: '',
    year: undefined,
    hatTip: '',
    issue: 7,
    summarizer: '',
    summary: '',
    opinion: '',
    prerequisites: '',
    readMore: '',
    url: `https://a.example/${encodeURIComponent(parts.title)}`,
    ...parts,
  };
}
