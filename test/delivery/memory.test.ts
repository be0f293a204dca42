import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemory } from '../../src/delivery/memory.js';
import type { Claimed, OpenBatch } from '../../src/delivery/types.js';

const KEPT_MS = 30_000;

const batchOf = (shard: string, issue = 1): OpenBatch => ({
  ref: { issue, lane: 'default', shard, first: 0, count: 500, serial: 1 },
  epoch: 3,
  revision: 1,
  since: 0,
  waiting: [],
});
const person = (shard: string, position: number): Claimed => ({
  position,
  attempt: 1,
  failing: false,
  edition: 'full',
  recipient: {
    id: `${shard}${String(position).padStart(15, '0')}`,
    address: `reader${position}@example.org`,
    name: '',
    attributes: {},
  },
});

function claimedAndAccepted(shard: string, positions: number[], at: number) {
  const memory = createMemory(KEPT_MS);
  const batch = batchOf(shard);
  memory.claimed(
    batch,
    positions.map((position) => person(shard, position)),
    at,
  );
  const accepted = { kind: 'accepted' } as const;
  memory.settled(
    batch,
    positions.map((position) => ({ position, attempt: 1, outcome: accepted })),
    at,
  );
  return memory;
}
const positionsOf = (memory: ReturnType<typeof createMemory>, shard: string): number[] =>
  memory.ofShard(shard).flatMap(({ rows }) => rows.map(({ position }) => position));

describe('what a worker remembers', () => {
  it('goes back half a minute from the newest entry of the shard', () => {
    const memory = claimedAndAccepted('A', [1, 2], 1_000);
    memory.claimed(batchOf('A'), [person('A', 3)], 1_000 + KEPT_MS);
    assert.deepEqual(positionsOf(memory, 'A'), [1, 2, 3]);
    memory.claimed(batchOf('A'), [person('A', 4)], 1_001 + KEPT_MS);
    assert.deepEqual(positionsOf(memory, 'A'), [3, 4]);
  });

  it('stays however long the server is away, whatever becomes of messages meanwhile', () => {
    const memory = claimedAndAccepted('A', [1], 1_000);
    const batch = batchOf('A');
    memory.claimed(batch, [person('A', 2)], 1_000);
    const late = 1_000 + 10 * KEPT_MS;
    memory.settled(batch, [{ position: 2, attempt: 1, outcome: { kind: 'accepted' } }], late);
    assert.deepEqual(positionsOf(memory, 'A'), [1, 2]);
    memory.answered('A', late);
    assert.deepEqual(positionsOf(memory, 'A'), [2]);
  });

  it('is kept of a shard nobody works on any more until somebody takes it off', () => {
    const memory = claimedAndAccepted('A', [1, 2], 1_000);
    assert.equal(memory.quietSince(1_000), undefined);
    assert.equal(memory.quietSince(1_001), 'A');
    memory.forget('A', 1_001);
    assert.deepEqual(memory.ofShard('A'), []);
    assert.equal(memory.quietSince(Number.MAX_SAFE_INTEGER), undefined);
  });

  it('keeps who is in flight, however long, and knows their outcome when it comes', () => {
    const memory = claimedAndAccepted('A', [1], 1_000);
    const batch = batchOf('A');
    memory.claimed(batch, [person('A', 2)], 1_000);
    memory.forget('A', 5_000);
    assert.deepEqual(positionsOf(memory, 'A'), [2]);
    memory.settled(batch, [{ position: 2, attempt: 1, outcome: { kind: 'accepted' } }], 9_000);
    assert.equal(memory.ofShard('A')[0]?.rows[0]?.outcome?.kind, 'accepted');
    assert.equal(memory.quietSince(9_001), 'A');
  });

  it('is not quiet when it was just said anew', () => {
    const memory = claimedAndAccepted('A', [1], 1_000);
    memory.said('A', 50_000);
    memory.said('B', 50_000);
    assert.equal(memory.quietSince(49_999), undefined);
    assert.equal(memory.quietSince(50_001), 'A');
  });
});
