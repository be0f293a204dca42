/** `redis.durability: replicas:N`: a claim counts once that many replicas have it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { createLedger, type LedgerStore } from '../../src/delivery/ledger.js';
import { keysOf } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const ISSUE = 7;
const SHARD = 'A';
const FIRST = { issue: ISSUE, lane: 'default', shard: SHARD, first: 0, count: 500, serial: 1 };
const keys = keysOf('weekly');

let master: TestRedis;
let replica: TestRedis;
let redis: Redis;
let ledger: LedgerStore;

async function open() {
  const batch = await ledger.open(FIRST);
  assert.ok(batch);
  return batch;
}

describe('a claim that must have replicas', () => {
  before(async () => {
    [master, replica] = [await startTestRedis(), await startTestRedis()];
    redis = master.client();
    ledger = createLedger(redis, keys, { replicas: 1 });
    for (let n = 0; n < 4; n++) {
      const tail = `${n}`.padStart(15, '0');
      await redis.hset(keys.shard(SHARD).subscriber(tail), { a: `r${n}@example.org`, s: 'a' });
      await redis.sadd(keys.shard(SHARD).mailable, tail);
    }
    await ledger.plan(ISSUE, SHARD, {
      startedAt: Date.now(),
      revision: 1,
      highlights: false,
      step: 1,
    });
  });
  after(async () => {
    await replica.stop();
    await master.stop();
  });

  it('says how many have it when they are too few, and whom it holds nevertheless', async () => {
    const batch = await open();
    const reply = await ledger.claim(batch, batch.waiting.slice(0, 2));
    assert.ok(reply.kind === 'uncopied');
    assert.deepEqual([reply.copies, reply.replicas], [0, 1]);
    const settlements = reply.claimed.map((who) => ({
      ...who,
      outcome: { kind: 'returned' } as const,
    }));
    assert.equal(await ledger.settle(batch, settlements), 2);
  });

  it('counts once a replica has it, which then knows of everybody claimed', async () => {
    const other = replica.client();
    await other.replicaof('127.0.0.1', master.port);
    while (!(await other.info('replication')).includes('link_status:up'));
    const batch = await open();
    const reply = await ledger.claim(batch, batch.waiting);
    assert.ok(reply.kind === 'claimed');
    assert.equal(reply.claimed.length, 4, 'those given back too');
    assert.equal(await other.get(keys.shard(SHARD).ledger(ISSUE).state), 'cccc');
  });

  it('does not when the replica hangs', async () => {
    process.kill(replica.pid, 'SIGSTOP');
    const batch = await open();
    assert.deepEqual(batch.waiting, [], 'in doubt: the holder was replaced');
    await redis.sadd(keys.shard(SHARD).mailable, '000000000000009');
    await redis.hset(keys.shard(SHARD).subscriber('000000000000009'), { a: 'x@y.org', s: 'a' });
    assert.equal(await ledger.append(ISSUE, SHARD), 1);
    const late = await ledger.open({ ...FIRST, first: 4, count: 1 });
    assert.ok(late);
    assert.equal((await ledger.claim(late, late.waiting)).kind, 'uncopied');
    process.kill(replica.pid, 'SIGCONT');
  });
});
