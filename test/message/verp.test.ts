import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase32, encodeBase32 } from '../../src/message/base32.js';
import { readReturnPath, returnPathLocalPart } from '../../src/message/verp.js';
import { fc } from '../support/fast-check.js';

const KEYS: [Buffer] = [Buffer.alloc(32, 'k')];
const CLAIMS = { id: 'AbCdEf0123_-XyZ9', issue: 101 };

test('a bounce address names the subscriber and the issue', () => {
  const localPart = returnPathLocalPart(KEYS, 'weekly', 'b', CLAIMS);
  assert.match(localPart, /^b\+[a-z2-7]{24}\.[a-z2-7]{16}$/);
  assert.deepEqual(readReturnPath(KEYS, 'weekly', 'b', localPart), CLAIMS);
});

test('a server that changes case does no harm', () => {
  const localPart = returnPathLocalPart(KEYS, 'weekly', 'b', CLAIMS).toUpperCase();
  assert.deepEqual(readReturnPath(KEYS, 'weekly', 'b', localPart), CLAIMS);
});

test('the longest local part keeps within 64 octets', () => {
  const claims = { ...CLAIMS, issue: 0xffffff };
  assert.ok(returnPathLocalPart(KEYS, 'weekly', 'unsub', claims).length <= 64);
});

test('an address of another kind, publication or key is refused', () => {
  const localPart = returnPathLocalPart(KEYS, 'weekly', 'b', CLAIMS);
  const testCopy = returnPathLocalPart(KEYS, 'weekly', 'test', CLAIMS);
  assert.deepEqual(readReturnPath(KEYS, 'weekly', 'test', testCopy), CLAIMS);
  for (const other of [localPart, localPart.replace(/^b/, 'unsub'), testCopy]) {
    assert.equal(readReturnPath(KEYS, 'weekly', 'unsub', other), undefined);
    const renamed = other.replace(/^\w+/, 'unsub');
    assert.equal(readReturnPath(KEYS, 'weekly', 'unsub', renamed), undefined);
  }
  assert.equal(readReturnPath(KEYS, 'daily', 'b', localPart), undefined);
  assert.equal(readReturnPath([Buffer.alloc(32, 'x')], 'weekly', 'b', localPart), undefined);
});

test('an address with any one letter changed is refused', () => {
  const localPart = returnPathLocalPart(KEYS, 'weekly', 'b', CLAIMS);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 42 }), fc.constantFrom(...'az27.+é'), (at, letter) => {
      fc.pre(localPart[at] !== letter);
      const changed = localPart.slice(0, at) + letter + localPart.slice(at + 1);
      assert.equal(readReturnPath(KEYS, 'weekly', 'b', changed), undefined);
    }),
  );
});

test('any other local part is refused without a throw', () => {
  for (const text of ['', 'b', 'b+', 'bounce', 'b+a.b', 'postmaster', `b+${'a'.repeat(40)}`]) {
    assert.equal(readReturnPath(KEYS, 'weekly', 'b', text), undefined);
  }
});

test('base32 gives back what it was given, and agrees with the vectors of RFC 4648', () => {
  assert.equal(encodeBase32(Buffer.from('fooba')), 'mzxw6ytb');
  assert.equal(decodeBase32('mzxw6yt1'), undefined);
  assert.equal(decodeBase32('mzxw6yt'), undefined);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 5, maxLength: 5 })), (groups) => {
      const bytes = Buffer.concat(groups);
      assert.deepEqual(decodeBase32(encodeBase32(bytes)), bytes);
    }),
  );
});
