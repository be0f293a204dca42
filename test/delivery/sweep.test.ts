import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { createLedger, type LedgerStore } from '../../src/delivery/ledger.js';
import { createSends } from '../../src/delivery/sends.js';
import { sweep } from '../../src/delivery/sweep.js';
import type { BatchRef } from '../../src/delivery/types.js';
import { keysOf } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const ISSUE = 7;
const SHARD = 'A';
const keys = keysOf('weekly');

let server: TestRedis;
let redis: Redis;
let ledger: LedgerStore;

before(async () => {
  server = await startTestRedis();
  redis = server.client();
  ledger = createLedger(redis, keys);
});
after(() => server.stop());
beforeEach(async () => {
  await redis.flushall();
  await redis.sadd(keys.shard(SHARD).mailable, 'a'.padEnd(15, '-'), 'b'.padEnd(15, '-'));
  await ledger.plan(ISSUE, SHARD, {
    startedAt: Date.now(),
    revision: 1,
    highlights: false,
    step: 1,
  });
  await redis.sadd(keys.sends, ISSUE);
  await redis.hset(keys.send(ISSUE), {
    ...{
      issue: ISSUE,
      state: 'sending',
      planned: 1,
      revision: 1,
      highlights: false,
      step: 1,
      createdAt: Date.now(),
    },
  });
});

const jobId = ({ shard, first, serial }: BatchRef): string => `${shard}-${first}-${serial}`;

/** @returns ids of the jobs that were put back */
async function swept(live: readonly string[]): Promise<string[]> {
  const enqueued: string[] = [];
  await sweep({
    ...{ ledger, sends: createSends(redis, keys, ledger), jobId, uncertain: 'hold', doubtMs: 0 },
    enqueue: async (batches) => void enqueued.push(...batches.map(jobId)),
    liveJobs: async () => new Set(live),
    enqueuePlan: async () => {},
    enqueueFire: async () => {},
    enqueueNews: async () => {},
    putAway: async () => {},
  });
  return enqueued;
}

describe('the sweep', () => {
  it('leaves a batch alone whose job is live', async () => {
    assert.deepEqual(await swept(['A-0-1']), []);
  });

  it('puts a batch back whose job is lost, as a newer job that shuts the lost one out', async () => {
    assert.deepEqual(await swept([]), ['A-0-2']);
    const lost = { issue: ISSUE, lane: 'default', shard: SHARD, first: 0, count: 2, serial: 1 };
    assert.equal(await ledger.open(lost), undefined, 'the lost job comes back and is too late');
    assert.ok(await ledger.open({ ...lost, serial: 2 }));
    assert.deepEqual(await swept(['A-0-2']), []);
  });

  it('ends a send in which nobody is left', async () => {
    const [batch] = await ledger.unfinished(ISSUE, SHARD);
    const opened = batch && (await ledger.open(batch));
    assert.ok(opened);
    const reply = await ledger.claim(opened, opened.waiting);
    assert.deepEqual(reply, { kind: 'claimed', claimed: [] }, 'both were erased meanwhile');
    assert.deepEqual(await swept([]), []);
    assert.equal(await redis.hget(keys.send(ISSUE), 'state'), 'finished');
  });
});
