import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, parseReply, ReplyReader } from '../../src/smtp/reply.js';
import type { Reply } from '../../src/smtp/types.js';
import { fc } from '../support/fast-check.js';

const repliesIn = (bytes: Buffer): Reply[] => [...new ReplyReader().push(bytes)];

test('codes go apart from the text, line by line', () => {
  assert.deepEqual(
    parseReply('550-5.1.1 The account\r\n550-5.1.1 does not exist.\r\n550 5.1.1 x'),
    {
      code: 550,
      enhancedCode: '5.1.1',
      text: 'The account does not exist. x',
    },
  );
  assert.deepEqual(parseReply('250 OK'), { code: 250, enhancedCode: undefined, text: 'OK' });
  assert.deepEqual(parseReply('250'), { code: 250, enhancedCode: undefined, text: '' });
  assert.equal(parseReply('550 5.7.515 Access denied').enhancedCode, '5.7.515');
  assert.equal(parseReply('250 2.0.0.1 is an address').enhancedCode, undefined);
});

test('UTF-8 is read as such, other bytes stay what they are', () => {
  const bytes = Buffer.from('550 Empfänger unbekannt\r\n');
  const [reply] = repliesIn(bytes);
  assert.equal(reply?.text, 'Empfänger unbekannt');
  const [old] = repliesIn(Buffer.from('550 Empf\xe4nger\r\n', 'latin1'));
  assert.equal(old?.text, 'Empfänger');
});

test('replies come out the same however the bytes are cut', () => {
  const line = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((text) => text.replace(/[\r\n]/g, ''));
  const reply = fc.tuple(
    fc.integer({ min: 200, max: 599 }),
    fc.array(line, { minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(
      fc.array(reply, { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (replies, step) => {
        const texts = replies.map(([code, lines]) =>
          lines
            .map((text, at) => `${code}${at < lines.length - 1 ? '-' : ' '}${text}\r\n`)
            .join(''),
        );
        const bytes = Buffer.from(texts.join(''));
        const reader = new ReplyReader();
        const pieces = [];
        for (let at = 0; at < bytes.length; at += step) {
          pieces.push(...reader.push(bytes.subarray(at, at + step)));
        }
        assert.deepEqual(pieces, repliesIn(bytes));
        assert.deepEqual(
          pieces.map((one) => one.code),
          replies.map(([code]) => code),
        );
      },
    ),
  );
});

test('a text is kept to 500 characters', () => {
  assert.equal(parseReply(`550 ${'x'.repeat(2_000)}`).text.length, 500);
});

test('what is no reply, and one that never ends, is told apart from an answer', () => {
  assert.throws(() => repliesIn(Buffer.from('HTTP/1.1 200\r\n')), ProtocolError);
  assert.throws(() => repliesIn(Buffer.from('\r\n')), ProtocolError);
  assert.throws(() => {
    const reader = new ReplyReader();
    for (;;) Array.from(reader.push(Buffer.from(`250-${'x'.repeat(1_000)}\r\n`)));
  }, ProtocolError);
  assert.throws(() => repliesIn(Buffer.alloc(100_000, 'x')), ProtocolError);
});

test('a reply that came before the nonsense still counts', () => {
  const codes: number[] = [];
  assert.throws(() => {
    const replies = new ReplyReader().push(Buffer.from('250 2.0.0 queued\r\nnonsense\r\n'));
    for (const { code } of replies) codes.push(code);
  }, ProtocolError);
  assert.deepEqual(codes, [250]);
});
