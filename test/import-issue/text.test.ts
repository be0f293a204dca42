/** Flattened text: where items, opinions and headings begin, and what is said about a guess. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ImportedIssue, importIssue } from '../../src/import-issue/import-issue.js';
import { itemsOf } from '../../src/issue/visit.js';
import { outlineOf } from './outline.js';

const read = (text: string): Promise<ImportedIssue> =>
  importIssue(Buffer.from(text), { nextNumber: 5 });

const rules = ({ doubts }: ImportedIssue) => doubts.map(({ rule }) => rule);

describe('text on one line', () => {
  it('parts a section from the subsection right behind it, and a title from an acronym', async () => {
    const imported = await read(
      'Welcome. OTHER PROGRESS IN AI REINFORCEMENT LEARNING A Slow Robot (Ann Lee et al) (summarized by Bo): It walks. NEWS CLR Open Call (summarized by Bo): They hire.',
    );
    assert.deepEqual(outlineOf(imported.issue), [
      '## other progress in ai',
      '### reinforcement learning',
      'A Slow Robot | Ann Lee; et al | Bo | -',
      '## news',
      'CLR Open Call | - | Bo | -',
    ]);
  });

  it('keeps acronyms in prose as prose', async () => {
    const imported = await read(
      'HIGHLIGHTS One (Ann Lee) (summarized by Bo): We used ATARI. IRL agents (RL) learn. NASA helped. Two (Cy Poe) (summarized by Bo): Done.',
    );
    const [first] = imported.issue ? itemsOf(imported.issue) : [];
    assert.match(first?.summary?.source ?? '', /ATARI\. IRL agents \(RL\) learn\. NASA helped\.$/);
  });

  it('finds the title behind a reference that no full stop ends, and says it guessed', async () => {
    const imported = await read(
      'HIGHLIGHTS One (Ann Lee) (summarized by Bo): Text. Read more: Website Two: The Return (Cy Poe) (summarized by Bo): Done.',
    );
    assert.deepEqual(outlineOf(imported.issue).slice(1), [
      'One | Ann Lee | Bo | -',
      'Two: The Return | Cy Poe | Bo | -',
    ]);
    assert.ok(rules(imported).includes('title-guessed'));
  });

  it('mends the blanks that lost links left, and nothing else', async () => {
    const { text } = await read(
      'HIGHLIGHTS One (Ann Lee) (summarized by Bo): See the clause ( AN #88 ) , and resources here . Then 2 . 5 ... more.',
    );
    assert.match(text, /See the clause \(AN #88\), and resources here\. Then/);
  });

  it('takes an unknown name in capitals for a heading and says so, with its place', async () => {
    const { doubts, issue } = await read(
      'Hello there. GARDENING TOOLS A Better Spade (Ann Lee) (summarized by Bo): It digs.',
    );
    assert.equal(issue?.sections[0]?.name, 'GARDENING TOOLS');
    const doubt = doubts.find(({ rule }) => rule === 'heading-guessed');
    assert.deepEqual([doubt?.line, doubt?.column], [1, 14]);
  });

  it('knows the names of the publication before the common ones', async () => {
    const imported = await importIssue(
      Buffer.from('Hi. SPADES AND RAKES HEDGES One (Ann Lee) (summarized by Bo): It digs.'),
      {
        nextNumber: 1,
        sections: [
          { name: 'Spades and rakes', level: 2 },
          { name: 'Hedges', level: 3 },
        ],
      },
    );
    assert.deepEqual(outlineOf(imported.issue).slice(0, 2), ['## spades and rakes', '### hedges']);
    assert.ok(!rules(imported).includes('heading-guessed'));
  });

  it('leaves out the list of contents and what every mail carries, and says where it was', async () => {
    const imported = await read(
      'Hello. SECTIONS HIGHLIGHTS NEWS HIGHLIGHTS One (Ann Lee) (summarized by Bo): Text. NEWS Two (Cy Poe) (summarized by Bo): Done. Copyright © 2020 Ann, All rights reserved. You can unsubscribe from this list.',
    );
    assert.deepEqual(
      imported.leftOut.map(({ text }) => text),
      [
        'SECTIONS HIGHLIGHTS NEWS',
        'Copyright © 2020 Ann, All rights reserved. You can unsubscribe from this list.',
      ],
    );
    assert.deepEqual(imported.lostWords, []);
    assert.equal(outlineOf(imported.issue).length, 4);
  });

  it('never runs what a source says: braces and references stay words', async () => {
    const { issue, text } = await read(
      'HIGHLIGHTS One (Ann Lee) (summarized by Bo): Write {{default reader "x"}} or <@Nothing@>.',
    );
    assert.deepEqual(issue?.expressions, []);
    assert.match(text, /Write \\\{\{default reader "x"\}\} or \\<@Nothing@>/);
  });
});

describe('number, title and date', () => {
  it('come from a subject line', async () => {
    const { issue } = await read(
      'Subject: [AN #101]: Why we measure\nDate: Wed, 27 May 2020 17:00\n\nHello.\n',
    );
    assert.deepEqual(
      [issue?.number, issue?.title, issue?.date],
      [101, 'Why we measure', '2020-05-27'],
    );
  });

  it('are the next number and the first title when the source names none, and that is said', async () => {
    const imported = await read('HIGHLIGHTS One (Ann Lee) (summarized by Bo): Text.');
    assert.deepEqual([imported.issue?.number, imported.issue?.title], [5, 'One']);
    assert.deepEqual(rules(imported), ['number-missing', 'title-missing']);
  });
});

it('a long text full of brackets takes no time to speak of', async () => {
  const text = `HIGHLIGHTS ${'word ((( Name Other '.repeat(1_000)}`;
  const imported = await read(text);
  assert.deepEqual(imported.lostWords, []);
});
