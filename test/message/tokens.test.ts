import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signToken, verifyToken } from '../../src/message/tokens.js';
import { fc } from '../support/fast-check.js';

const OLD_KEY = Buffer.alloc(32, 'o');
const NEW_KEY = Buffer.alloc(32, 'n');
const ID = 'AbCdEf0123_-XyZ9';
const CLAIMS = { purpose: 'unsubscribe', id: ID, issue: 101 } as const;

test('an unsubscribe token says who leaves and from which issue', () => {
  const token = signToken([NEW_KEY], CLAIMS, 'weekly');
  assert.deepEqual(verifyToken([NEW_KEY], 'weekly', 'unsubscribe', token), CLAIMS);
});

test('a token is 44 characters that need no escaping in a URL', () => {
  assert.match(signToken([NEW_KEY], CLAIMS, 'weekly'), /^[A-Za-z0-9_-]{44}$/);
});

test('an unsubscribe token without an issue claims none', () => {
  const token = signToken([NEW_KEY], { purpose: 'unsubscribe', id: ID }, 'weekly');
  const claims = verifyToken([NEW_KEY], 'weekly', 'unsubscribe', token);
  assert.deepEqual(claims, { purpose: 'unsubscribe', id: ID });
});

test('a token of another publication, purpose or key is refused', () => {
  const token = signToken([NEW_KEY], CLAIMS, 'weekly');
  assert.equal(verifyToken([NEW_KEY], 'daily', 'unsubscribe', token), undefined);
  assert.equal(verifyToken([NEW_KEY], 'weekly', 'door', token), undefined);
  assert.equal(verifyToken([OLD_KEY], 'weekly', 'unsubscribe', token), undefined);
});

test('a token outlives a change of key, and new ones are signed with the newest', () => {
  const old = signToken([OLD_KEY], CLAIMS, 'weekly');
  assert.deepEqual(verifyToken([NEW_KEY, OLD_KEY], 'weekly', 'unsubscribe', old), CLAIMS);
  const fresh = signToken([NEW_KEY, OLD_KEY], CLAIMS, 'weekly');
  assert.equal(fresh, signToken([NEW_KEY], CLAIMS, 'weekly'));
});

test('an unsubscribe token works years later', () => {
  const token = signToken([NEW_KEY], CLAIMS, 'weekly');
  const later = new Date('2046-01-01');
  assert.deepEqual(verifyToken([NEW_KEY], 'weekly', 'unsubscribe', token, later), CLAIMS);
});

test('a door nonce is good for five minutes', () => {
  const issuedAt = 1_790_000_000;
  const token = signToken([NEW_KEY], { purpose: 'door', id: ID, issuedAt }, 'weekly');
  const read = (seconds: number) =>
    verifyToken([NEW_KEY], 'weekly', 'door', token, new Date((issuedAt + seconds) * 1000));
  assert.deepEqual(read(0), { purpose: 'door', id: ID, issuedAt });
  assert.ok(read(300));
  assert.equal(read(301), undefined);
  assert.equal(read(-301), undefined);
});

test('a token with any one character changed is refused', () => {
  const token = signToken([NEW_KEY], CLAIMS, 'weekly');
  fc.assert(
    fc.property(fc.nat(43), fc.constantFrom(...'ABab01-_.= é'), (at, character) => {
      fc.pre(token[at] !== character);
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      assert.equal(verifyToken([NEW_KEY], 'weekly', 'unsubscribe', changed), undefined);
    }),
  );
});

test('whatever comes in place of a token is refused without a throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(verifyToken([NEW_KEY], 'weekly', 'unsubscribe', text), undefined);
    }),
  );
  assert.equal(verifyToken([NEW_KEY], 'weekly', 'unsubscribe', 'A'.repeat(44)), undefined);
});

test('an id that is none is a bug and throws', () => {
  const claims = { purpose: 'unsubscribe', id: 'short' } as const;
  assert.throws(() => signToken([NEW_KEY], claims, 'weekly'), TypeError);
});
