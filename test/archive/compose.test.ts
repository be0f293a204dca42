import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeIssue } from '../../src/archive/compose.js';
import { rowOf } from '../../src/archive/item-rows.js';
import { parseIssue } from '../../src/issue/parse.js';
import { itemsOf } from '../../src/issue/visit.js';
import { row } from './row-arbitrary.js';

const HEAD = { number: 102, title: 'From a sheet', date: '2026-06-10' };

describe('an issue from the rows of a sheet', () => {
  test('has highlights first, sections with their subsections together, and every cell', () => {
    const rows = [
      row({ title: 'Low', category: 'Water > Tides', summary: 'One.', authors: 'A, B' }),
      row({ title: 'Other', category: 'Air', url: '', summary: 'Said.' }),
      row({
        title: 'High',
        category: 'Water > Floods',
        authors: 'C',
        year: 2019,
        venue: 'Dam Days',
      }),
      row({
        title: 'A [bracketed] *title*: with (all)',
        highlight: true,
        summarizer: 'Dee',
        hatTip: 'Cy',
        summary: 'Two.\n\nThree {{subscriber.name}} <@Low@>.',
        opinion: "Mine.\n\n**Ed's opinion:** His.",
        prerequisites: 'Nothing',
        readMore: '[x](https://a.example)',
        url: 'https://a.example/a_(b)?c=1&d=*e*',
      }),
    ];
    const { text, items, doubts } = composeIssue(HEAD, rows);
    assert.equal(items, 4);
    assert.deepEqual(doubts, []);
    const { issue } = parseIssue(text);
    assert.ok(issue);
    assert.deepEqual(
      issue.sections.map(({ name, level }) => `${level} ${name}`),
      ['2 Highlights', '2 Water', '3 Tides', '3 Floods', '2 Air'],
    );
    const [first] = itemsOf(issue);
    assert.equal(first?.title, 'A [bracketed] *title*: with (all)');
    assert.equal(first && rowOf(first, 102).opinion, rows[3]?.opinion);
  });

  test('several addresses are several links', () => {
    const { text, doubts } = composeIssue(HEAD, [
      row({
        title: 'One, two and three',
        url: 'https://a.example\nhttps://b.example\nhttps://c.example',
      }),
    ]);
    assert.match(text, /^\[One\]\(https:\/\/a\.example\), \[two\]\(\S+\) and \[three\]/m);
    assert.deepEqual(doubts, []);
  });

  test('a text that would be read as an item of its own is named', () => {
    const summary = 'See here.\n\n[Another](https://b.example): more.';
    const { doubts } = composeIssue(HEAD, [row({ title: 'One', summary })]);
    assert.match(doubts[0] ?? '', /1 rows became 2 items/);
  });
});
