import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIssue } from '../../src/issue/parse.js';
import { itemsOf } from '../../src/issue/visit.js';
import { fc } from '../support/fast-check.js';
import { missingWords, textOfIssue } from './nothing-lost.js';
import { parseBody } from './parsed.js';

/** What authors type, in any order. */
const FRAGMENTS = [
  '# ',
  '## ',
  '### ',
  '#### ',
  '* ',
  '- ',
  '1. ',
  '    ',
  '> ',
  '\n',
  '\n\n',
  '\n\n',
  ' ',
  '\t',
  '\u00a0',
  '[',
  ']',
  '(',
  ')',
  '](https://a.example/',
  '[Fog](https://a.example/fog)',
  '[tag] ',
  '**',
  '*',
  '_',
  '`',
  '```\n',
  '**Ada’s opinion:** ',
  '**Read more:**',
  '**My opinion:**',
  '(summarized by Ada)',
  '(H/T Bo)',
  '*(Kai and Li)*',
  ': ',
  '<@Fog@>',
  '<@fog@>(@Fog@)',
  '{{subscriber.name}}',
  '{{#if subscriber.x}}',
  '{{/if}}',
  '{{',
  '}}',
  '\\',
  '<small>',
  '</small>',
  '<br>',
  '<T>',
  '<',
  '>',
  '&amp;',
  '&',
  '|',
  '---\n',
  '[^1]',
  '[^1]: ',
  '[fog]: https://a.example/2',
  '~~',
  '~15%',
  '$',
  'www.a.example',
  'https://a.example',
  '``',
  "''",
  '!',
  '🦀',
  'é',
  '\r\n',
  'word',
  'Fog',
  'rain',
];
const fragments = fc
  .array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 })
  .map((parts) => parts.join(''));

describe('whatever a file holds', () => {
  it('parsing never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
        parseIssue(text);
        parseBody(text);
        parseBody(`## News\n\n${text}`);
      }),
      { numRuns: 400 },
    );
  });

  it('all words of the text are in the issue', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/).map((letters) => `q${letters}`);
    const piece = fc.oneof({ weight: 2, arbitrary: word }, fc.constantFrom(...FRAGMENTS));
    const text = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, (body) => {
        const { issue } = parseBody(`## News\n\n${body}\n\nqend\n`);
        // Nodes, not `source`: what is not in a node is not printed.
        const nodes = JSON.stringify(issue, (key, value) => (key === 'source' ? undefined : value));
        const found = nodes + issue.expressions.map(({ source }) => source).join();
        const words = body.match(/\bq[a-z]{3,8}\b/g) ?? [];
        // A link definition nobody refers to shows nowhere, as Markdown has it; nor does an empty section.
        const shown = words.filter((candidate) => !isUnshown(candidate, body));
        assert.deepEqual(
          shown.filter((candidate) => !found.includes(candidate)),
          [],
        );
      }),
      { numRuns: 400 },
    );
  });

  it('plain paragraphs keep every word as often as it comes', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    const paragraph = fc
      .array(word, { minLength: 1, maxLength: 12 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(paragraph, { minLength: 1, maxLength: 8 }), (paragraphs) => {
        const { issue } = parseBody(`## News\n\n${paragraphs.join('\n\n')}\n`);
        assert.deepEqual(missingWords(paragraphs.join(' '), textOfIssue(issue)), []);
      }),
      { numRuns: 100 },
    );
  });
});

function isUnshown(word: string, body: string): boolean {
  const line = body.split(/\r?\n/).find((candidate) => candidate.includes(word)) ?? '';
  return /\]:/.test(line) || /^\W*#/.test(line);
}

describe('what is meant to break a parser', () => {
  it('is nested too deeply', () => {
    const { findings, issue } = parseIssue(
      `---\nnumber: 7\ntitle: x\n---\n${'> '.repeat(3000)}x\n`,
    );
    assert.equal(issue, undefined);
    assert.equal(findings[0]?.code, 'nested-too-deeply');
  });

  const shapes: [string, string][] = [
    ['open brackets', '['.repeat(5000)],
    ['bracket pairs', '[a]'.repeat(3000)],
    ['asterisks', '*a **b'.repeat(3000)],
    ['open blocks', '{{#if subscriber.x}}'.repeat(500)],
    ['open references', '<@a'.repeat(5000)],
    ['quotes inside braces', `{{${'"'.repeat(5000)}`],
    ['backticks', Array.from({ length: 300 }, (_, i) => '`'.repeat(i)).join(' ')],
    ['tags', '<small>'.repeat(3000)],
    ['metadata', '[Fog](https://a.example/1) '.concat('(a '.repeat(3000))],
    ['a line of 500,000 letters', 'a'.repeat(500_000)],
  ];
  for (const [name, text] of shapes) {
    it(`is ${name}`, () => {
      parseBody(`## News\n\n${text}\n`);
      parseBody(`## News\n\n* ${text}\n`);
    });
  }

  it('is an issue of 5,000 items', () => {
    const body = Array.from(
      { length: 5000 },
      (_, i) => `* [Fog ${i}](https://a.example/${i})`,
    ).join('\n');
    assert.equal(itemsOf(parseBody(`## News\n\n${body}\n`).issue).length, 5000);
  });
});
