import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeQuotedPrintable } from '../../src/message/quoted-printable.js';
import { fc } from '../support/fast-check.js';
import { nastyText } from './samples.js';

/** Decodes by the letter of RFC 2045 §6.7, knowing nothing of our encoder. */
function decode(encoded: string): string {
  const bytes: number[] = [];
  const text = encoded.replace(/=\r\n/g, '').replace(/\r\n/g, '\n');
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '=') {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else bytes.push(text.charCodeAt(at));
  }
  return Buffer.from(bytes).toString();
}

const normalized = (text: string): string => text.replace(/\r\n|\r/g, '\n');

test('encoded pieces put together decode to the texts put together', () => {
  fc.assert(
    fc.property(fc.array(nastyText, { maxLength: 4 }), (texts) => {
      const decoded = decode(texts.map(encodeQuotedPrintable).join(''));
      assert.equal(decoded, texts.map(normalized).join(''));
    }),
    { numRuns: 3_000 },
  );
});

test('no line is long, starts with a dot or "From ", ends in a blank or holds two in a row', () => {
  fc.assert(
    fc.property(nastyText, nastyText, (first, second) => {
      const encoded = encodeQuotedPrintable(first) + encodeQuotedPrintable(second);
      assert.ok(encoded === '' || encoded.endsWith('\r\n'));
      assert.match(encoded, /^[\r\n -~]*$/);
      for (const line of encoded.split('\r\n')) {
        assert.ok(line.length <= 76, line);
        assert.doesNotMatch(line, /^\.|^From |[ \t]$| {2}|\t|\r|\n/);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('an empty text is nothing at all', () => {
  assert.equal(encodeQuotedPrintable(''), '');
});

test('text of exactly the width of a line, and one more, keeps within 76 columns', () => {
  assert.equal(encodeQuotedPrintable('a'.repeat(75)), `${'a'.repeat(75)}=\r\n`);
  assert.equal(encodeQuotedPrintable('a'.repeat(76)), `${'a'.repeat(75)}=\r\na=\r\n`);
});

test('a character of several bytes is not torn apart by a soft break', () => {
  const encoded = encodeQuotedPrintable(`${'a'.repeat(70)}é`);
  assert.equal(encoded, `${'a'.repeat(70)}=\r\n=C3=A9=\r\n`);
});
