import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../src/archive/archive.js';
import { perSnapshot } from '../../src/web/per-snapshot.js';

const snapshots = () => ['1', '2'].map((version) => ({ version }) as Snapshot);

test('something is made of a snapshot once, and anew of the next', () => {
  const [first, second] = snapshots() as [Snapshot, Snapshot];
  const made: string[] = [];
  const numbers = perSnapshot(({ version }) => {
    made.push(version);
    return { number: Number(version) };
  });
  assert.equal(numbers(first), numbers(first));
  assert.deepEqual(numbers(second), { number: 2 });
  assert.deepEqual(made, ['1', '2']);
});

test('ten who come while it is made share it, and what failed is made again', async () => {
  const [first] = snapshots() as [Snapshot, Snapshot];
  let made = 0;
  const slow = perSnapshot(async () => {
    made += 1;
    if (made === 1) throw new Error('Redis is away');
    return made;
  });
  const ten = () => Promise.allSettled(Array.from({ length: 10 }, () => slow(first)));
  assert.ok((await ten()).every(({ status }) => status === 'rejected'));
  assert.deepEqual(await ten(), Array(10).fill({ status: 'fulfilled', value: 2 }));
  assert.equal(made, 2);
});
