import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapText } from '../../src/render/text.js';
import { displayWidth } from '../../src/render/width.js';
import { fc } from '../support/fast-check.js';

const plain = { width: 72, first: '', rest: '' };
const word = fc.oneof(
  fc.stringMatching(/^[a-zA-Z,.;()-]{1,90}$/),
  fc.stringMatching(/^[ぁ-ん漢字、。「」]{1,60}$/),
  fc.constantFrom('👩‍👩‍👧', 'é', '👋', 'naïve', '½'),
);

test('no line is wider than asked for, and no character is lost', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), (words) => {
      const wrapped = wrapText(words.join(' '), { width: 72, first: '> - ', rest: '>   ' });
      for (const line of wrapped.split('\n')) assert.ok(displayWidth(line) <= 72, line);
      const kept = wrapped.replace(/^>( {3}| - |)/gm, '').replace(/\s/g, '');
      assert.equal(kept, words.join(''));
    }),
  );
});

test('blanks around and between the words change nothing', () => {
  const words = fc.array(
    fc.oneof(word, fc.stringMatching(/^[a-z~[\]=\u00e4–]{1,12}$/), fc.constant('')),
    { maxLength: 40 },
  );
  const wrap = fc.record({
    width: fc.integer({ min: 12, max: 80 }),
    first: fc.constantFrom('', '* ', '> - ', '[12] '),
    rest: fc.constantFrom('', '  ', '> ', '     '),
  });
  fc.assert(
    fc.property(words, wrap, (some, how) => {
      const glued = some.map((one) => one.replaceAll('~', '\u001F'));
      assert.equal(wrapText(glued.join(' '), how), wrapText(` ${glued.join('\t  ')} `, how));
    }),
    { numRuns: 2_000 },
  );
});

test('the number of a link stays on the line of the character before it', () => {
  const before = fc.constantFrom('漢字仮名', 'x'.repeat(18), 'x'.repeat(20), 'é', '👋', '）');
  const words = fc.array(fc.tuple(before, fc.boolean()), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.constantFrom(' ', ''), (some, between) => {
      const text = some.map(([word, linked]) => (linked ? `${word}\u001F[1]` : word)).join(between);
      const wrapped = wrapText(text, { width: 20, first: '> ', rest: '> ' });
      assert.doesNotMatch(wrapped, /^> *\[|^> *\d?\]/m);
    }),
    { numRuns: 2_000 },
  );
});

test('a URL is never broken, however long', () => {
  const url = `https://example.org/${'x'.repeat(349)}`;
  const lines = wrapText(`See the log at ${url} for more.`, plain).split('\n');
  assert.deepEqual(lines, ['See the log at', url, 'for more.']);
});

test('the second line and those after it begin as told', () => {
  assert.equal(
    wrapText('one two three', { width: 9, first: '1. ', rest: '   ' }),
    '1. one\n   two\n   three',
  );
});

test('a line feed is a hard break', () => {
  assert.equal(wrapText('a  b\nc', { width: 72, first: '* ', rest: '  ' }), '* a b\n  c');
});

test('CJK text takes two columns a character and breaks between them, not before a full stop', () => {
  assert.equal(displayWidth('潮位'), 4);
  assert.equal(
    wrapText('港の潮位を記録。', { width: 14, first: '', rest: '' }),
    '港の潮位を記\n録。',
  );
});

test('combining marks take no column and emoji take two', () => {
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('👩‍👩‍👧'), 2);
  assert.equal(displayWidth('❤\uFE0F'), 2);
  assert.equal(displayWidth('“quoted” – dash…'), 16);
});

test("a link's number stays beside its last word", () => {
  const wrapped = wrapText('a windfall clause\u001F[9] at last', {
    width: 16,
    first: '',
    rest: '',
  });
  assert.equal(wrapped, 'a windfall\nclause [9] at\nlast');
});
