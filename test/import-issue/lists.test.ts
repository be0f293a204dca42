/** Lists of links, flattened until hardly anything tells where a point begins. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importIssue } from '../../src/import-issue/import-issue.js';
import { outlineOf } from './outline.js';

const read = (text: string) => importIssue(Buffer.from(text), { nextNumber: 1 });
const POINTS = ['A ladder of ropes', 'knots: which of them hold', 'Tar and how to boil it'];
const address = (i: number) => `https://ropes.example/${i}`;

describe('a list of links on one line', () => {
  const ways: [string, (point: string, i: number) => string][] = [
    ['[addresses in brackets]', (point, i) => `${point} [${address(i)}]`],
    ['(addresses in brackets)', (point, i) => `${point} (${address(i)})`],
    ['the dashes of its points', (point, i) => `- ${point} [${i + 1}]`],
  ];
  for (const [name, write] of ways) {
    it(`comes back as items, by ${name}, and is said to be a guess`, async () => {
      const numbered = name.startsWith('the')
        ? ` ${POINTS.map((_, i) => `[${i + 1}] ${address(i)}`).join(' ')}`
        : '';
      const { issue, text, doubts, lostWords } = await read(
        `NEWS Some came late. ${POINTS.map(write).join(' ')} (part 2) Write to us for more.${numbered}`,
      );
      assert.deepEqual(outlineOf(issue), [
        '## news',
        ...POINTS.map((title) => `${title} | - | - | -`),
      ]);
      assert.match(text, /^\* \[knots: which of them hold\]\(https:\/\/ropes\.example\/1\)$/m);
      assert.match(text, /^Some came late\.$/m);
      assert.ok(doubts.some(({ rule }) => rule === 'points-run-together'));
      assert.deepEqual(lostWords, []);
    });
  }

  it('is none where the links stand in a sentence', async () => {
    const { issue } = await read(
      'NEWS Ropes [https://a.example] are made of hemp [https://b.example] and of nylon [https://c.example] or sisal [https://d.example].',
    );
    assert.deepEqual(outlineOf(issue), ['## news']);
  });
});

describe('a list whose links are lost', () => {
  it('is a list where its points have lines of their own, and none is said to be a piece', async () => {
    const { issue, text, doubts } = await read(
      `Hello all.\n\nNEWS\n\n${POINTS.join('\n\n')}\n\nWrite to us for more.\n`,
    );
    assert.match(
      text,
      /^\* A ladder of ropes\n\* knots: which of them hold\n\* Tar and how to boil it$/m,
    );
    assert.deepEqual(outlineOf(issue), ['## news']);
    assert.match(
      doubts.find(({ rule }) => rule === 'list-guessed')?.message ?? '',
      /^3 short lines from "A ladder/,
    );
  });

  it('stays one paragraph where its points ran together, which is said', async () => {
    const many = Array.from({ length: 20 }, (_, i) => `Ropes and how they break ${i}`).join(' ');
    const { text, doubts } = await read(`Hello all. NEWS ${many}`);
    assert.ok(text.includes(many));
    assert.equal(doubts.filter(({ rule }) => rule === 'list-run-together').length, 1);
  });
});

it('headings as written are found by the list of contents that was run together, too', async () => {
  const { issue } = await read(
    'Ropes Weekly, issue 9. Sections Knots of the month Work on deck Calendar Knots of the month The bowline holds. Ropes slip, as we saw in our Calendar. Work on deck We tar it by hand Calendar Nothing is planned.',
  );
  assert.deepEqual(
    issue?.sections.map(({ name }) => name),
    ['Knots of the month', 'Work on deck'],
  );
});
