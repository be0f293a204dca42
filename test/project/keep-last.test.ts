import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepLast } from '../../src/keep-last.js';

/** Keeps what it makes of a key, and every key it was made of. */
function counting(most: number) {
  const made: string[] = [];
  const keep = keepLast<string | undefined>(most);
  const get = (key: string, result: Promise<string | undefined> = Promise.resolve(key)) =>
    keep(key, () => {
      made.push(key);
      return result;
    });
  return { get, made };
}

test('what is asked for while it is made, and later, is made once', async () => {
  const { get, made } = counting(2);
  const first = get('a');
  assert.equal(get('a'), first, 'the very promise: a hit adds nothing');
  assert.equal(await first, 'a');
  assert.equal(get('a'), first);
  assert.deepEqual(made, ['a']);
});

test('of more than are kept the oldest is made again', async () => {
  const { get, made } = counting(2);
  for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await get(key);
  assert.deepEqual(made, ['a', 'b', 'c', 'a']);
});

test('what failed or found nothing is made again for the next who asks, and for nobody before', async () => {
  const { get, made } = counting(2);
  const failed = get('a', Promise.reject(new Error('Redis is away')));
  assert.equal(get('a'), failed);
  await assert.rejects(failed, /Redis is away/);
  assert.equal(await get('a'), 'a');
  assert.equal(await get('b', Promise.resolve(undefined)), undefined);
  assert.equal(await get('b'), 'b');
  assert.deepEqual(made, ['a', 'a', 'b', 'b']);
});

test('what fails late takes nothing away that was made since', async () => {
  const { get, made } = counting(1);
  let fail = (_: Error) => {};
  const slow = get(
    'a',
    new Promise((_, reject) => {
      fail = reject;
    }),
  );
  await get('b');
  await get('a');
  fail(new Error('too late'));
  await assert.rejects(slow, /too late/);
  await get('a');
  assert.deepEqual(made, ['a', 'b', 'a']);
});
