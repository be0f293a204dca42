/** A prepared paragraph against the wrapping of what it evaluates to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeQuotedPrintable } from '../../src/message/quoted-printable.js';
import { compileSlot, slotEvaluator } from '../../src/render/slots.js';
import { GLUE, wrapText } from '../../src/render/text.js';
import type { Slot, SlotData } from '../../src/render/types.js';
import { fc } from '../support/fast-check.js';

const dataOf = (subscriber: Record<string, unknown>): SlotData => ({
  subscriber,
  unsubscribe_url: 'https://a.example/u/t',
  preferences_url: 'https://a.example/p/t',
});

const word = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z.,]{1,9}$/) },
  fc.constantFrom(
    '漢字、仮名。',
    'é',
    '…',
    '👋🏽',
    'From',
    '.',
    '=',
    'x'.repeat(45),
    '\u00a0',
    '\u200b',
  ),
  fc.constantFrom('https://a.example/a/long/path/that/is/not/broken', `a${GLUE}[3]`, `${GLUE}[12]`),
);
const blank = fc.constantFrom('', '  ', '\t', '\n', ' \n', '\n\n', GLUE, `${GLUE} `);
const between = fc.oneof({ weight: 3, arbitrary: fc.constant(' ') }, blank);
const text = fc
  .array(fc.tuple(word, between), { maxLength: 14 })
  .map((parts) => parts.flat().join(''));

const field = fc.constantFrom(
  '{{{plain subscriber.name}}}',
  '{{{plain (default subscriber.name "reader")}}}',
  '{{#if subscriber.name}} in {{{plain subscriber.name}}}{{/if}}',
  '{{#each subscriber.list}}{{{plain this}}} {{/each}}',
  '{{{plain unsubscribe_url}}}',
);
const literal = fc.constant('{{{plain "{{"}}}');
const source = fc
  .array(fc.oneof(text, text, field, literal), { minLength: 1, maxLength: 7 })
  .map((parts) => parts.join(''));

const value = fc.oneof(
  text,
  fc.constantFrom('', ' ', 'Ada', 'Ada Lovelace', 'José', '李', 'a\u00a0', 'x'.repeat(40)),
);
const reader = fc.record({ name: value, list: fc.array(value, { maxLength: 3 }) });
const prefix = fc.constantFrom('', '', '- ', '> ', '  ', '　', '| | ');
const wrap = fc.record({ width: fc.integer({ min: 12, max: 40 }), first: prefix, rest: prefix });

for (const [name, encode] of [
  ['as text', undefined],
  ['in quoted-printable', encodeQuotedPrintable],
] as const) {
  test(`a prepared paragraph is what wrapping it for each reader gives, ${name}`, () => {
    fc.assert(
      fc.property(
        fc.record({ source, wrap }),
        fc.array(reader, { minLength: 1, maxLength: 8 }),
        (slot: Slot & { wrap: NonNullable<Slot['wrap']> }, readers) => {
          const prepared = slotEvaluator(slot, encode);
          const evaluate = compileSlot(slot.source);
          for (const data of readers.map(dataOf)) {
            const wrapped = wrapText(evaluate(data), slot.wrap);
            assert.equal(prepared(data), encode === undefined ? wrapped : encode(wrapped));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
}

test('readers whose names are as long share the lines behind them, and nothing else', () => {
  const source = 'Dear {{{plain subscriber.name}}}, this is the week in which everything was late.';
  const encoded: string[] = [];
  const prepared = slotEvaluator({ source, wrap: { width: 24, first: '', rest: '' } }, (lines) => {
    encoded.push(lines);
    return lines;
  });
  const expected = (name: string) =>
    `Dear ${name}, this is the\nweek in which everything\nwas late.`;
  assert.equal(prepared(dataOf({ name: 'Ada' })), expected('Ada'));
  assert.ok(encoded.includes('week in which everything\nwas late.'));
  encoded.length = 0;
  assert.equal(prepared(dataOf({ name: 'Bob' })), expected('Bob'));
  assert.deepEqual(encoded, ['Dear Bob, this is the\n']);
});
