import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SummaryRow } from '../../src/archive/columns.js';
import { itemOf, rowOf } from '../../src/archive/item-rows.js';
import { mergeRows } from '../../src/archive/merge.js';
import { fc } from '../support/fast-check.js';
import { row, summaryRow } from './row-arbitrary.js';

const sheetOf = (rows: SummaryRow[]) => ({
  rows: rows.map((one, at) => ({ line: at + 2, row: one })),
  invalid: [],
});
const NONE: ReadonlyMap<number, SummaryRow[]> = new Map();

describe('importing rows', () => {
  test('keeps every row as it came, also those that are there twice; a second time nothing changes', () => {
    fc.assert(
      fc.property(fc.array(summaryRow, { maxLength: 8 }), (some) => {
        const rows = [...some, ...some.slice(0, 2)];
        const first = mergeRows([], sheetOf(rows), NONE);
        assert.deepEqual(
          first.rows.map(({ id: _, ...kept }) => kept),
          rows,
        );
        const second = mergeRows(first.rows, sheetOf(rows), NONE);
        assert.deepEqual(second.rows, first.rows);
        assert.equal(second.report.unchanged, rows.length);
        const anchors = first.rows.map(({ issue, id }) => `${issue} ${id}`);
        assert.equal(new Set(anchors).size, anchors.length);
      }),
    );
  });

  test('a row with another text replaces the one it was, and keeps its anchor', () => {
    const { rows } = mergeRows([], sheetOf([row({ title: 'A' }), row({ title: 'B' })]), NONE);
    const changed = row({ title: 'A', summary: 'Now with a summary.' });
    const { rows: after, report } = mergeRows(rows, sheetOf([changed]), NONE);
    assert.equal(report.updated, 1);
    assert.deepEqual(after[0], { ...changed, id: '7-a' });
    assert.equal(after.length, 2);
  });

  test('an issue that the archive has in full stays as it is', () => {
    const own = new Map([[7, [row({ title: 'A', summary: 'As it was sent.' })]]]);
    const sheet = sheetOf([row({ title: 'A', summary: 'Otherwise.' }), row({ title: 'New' })]);
    const { rows, report } = mergeRows([], sheet, own);
    assert.deepEqual(rows, []);
    assert.equal(report.known, 1);
    assert.deepEqual(report.invalid, [
      { line: 3, reason: 'issue 7 is in the archive in full, and "New" is not in it' },
    ]);
  });

  test('a row of no issue is faulty', () => {
    const { report } = mergeRows([], sheetOf([row({ title: 'A', issue: undefined })]), NONE);
    assert.match(report.invalid[0]?.reason ?? '', /^Email is empty/);
  });
});

describe('a row as an item', () => {
  test('says what the item says, and back', () => {
    const full = row({
      title: '[video] Dials and needles',
      category: 'Instruments > Old ones',
      highlight: true,
      authors: 'Ada, Bo Jr., et al',
      venue: 'Dial Days',
      year: 2019,
      hatTip: 'Cy',
      summarizer: 'Dee',
      summary: 'It *moves*.\n\n* one\n* two',
      opinion: "Good.\n\n**Ed's opinion:** Bad.\n\nReally.",
      prerequisites: '[x](https://a.example)',
      readMore: 'more',
      url: 'https://a.example/1',
    });
    const item = itemOf(full, '7-dials');
    assert.deepEqual(item.tags, ['video']);
    assert.deepEqual(
      item.opinions.map(({ by, text }) => [by, text.source]),
      [
        ['Dee', 'Good.'],
        ['Ed', 'Bad.\n\nReally.'],
      ],
    );
    assert.deepEqual(rowOf(item, 7), full);
  });
});
