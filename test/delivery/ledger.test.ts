import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { createLedger, type LedgerStore } from '../../src/delivery/ledger.js';
import { createTally, type Tally } from '../../src/delivery/tally.js';
import type { OpenBatch, Outcome } from '../../src/delivery/types.js';
import { keysOf } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const ISSUE = 7;
const SHARD = 'A';
const keys = keysOf('weekly');
const FIRST = { issue: ISSUE, lane: 'default', shard: SHARD, first: 0, count: 500, serial: 1 };

let server: TestRedis;
let redis: Redis;
let ledger: LedgerStore;
let tally: Tally;

const tail = (n: number): string => String(n).padStart(15, '0');

async function addSubscribers(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const key = keys.shard(SHARD).subscriber(tail(n));
    await redis.hset(key, { a: `reader${n}@example.org`, n: `Reader ${n}`, s: 'a' });
    await redis.sadd(keys.shard(SHARD).mailable, tail(n));
  }
}

async function planned(count: number): Promise<OpenBatch> {
  await addSubscribers(count);
  await ledger.plan(ISSUE, SHARD, {
    startedAt: Date.now(),
    revision: 1,
    highlights: false,
    step: 1,
  });
  return await opened();
}

async function opened(serial = 1): Promise<OpenBatch> {
  const batch = await ledger.open({ ...FIRST, serial });
  assert.ok(batch);
  return batch;
}

async function claimAll(batch: OpenBatch) {
  const reply = await ledger.claim(batch, batch.waiting);
  assert.equal(reply.kind, 'claimed');
  return reply.kind === 'claimed' ? reply.claimed : [];
}

async function settleAll(
  batch: OpenBatch,
  claimed: readonly { position: number; attempt: number }[],
  outcome: Outcome,
): Promise<number> {
  return await ledger.settle(
    batch,
    claimed.map(({ position, attempt }) => ({ position, attempt, outcome })),
  );
}

async function ledgerNow() {
  const [counts, recounted] = await Promise.all([tally.counts(ISSUE), tally.recount(ISSUE)]);
  assert.deepEqual(counts, recounted, 'counters and states agree');
  const { planned: sum, ...parts } = counts.ledger;
  assert.equal(
    Object.values(parts).reduce((a, b) => a + b, 0),
    sum,
    'the ledger balances',
  );
  return { ...counts.ledger, inFlight: counts.inFlight };
}

before(async () => {
  server = await startTestRedis();
  redis = server.client();
  ledger = createLedger(redis, keys);
  tally = createTally(redis, keys);
});
after(() => server.stop());
beforeEach(() => redis.flushall());

describe('planning a shard', () => {
  it('puts everybody who may be mailed in the ledger, once, however often it runs', async () => {
    await addSubscribers(3);
    assert.equal(
      await ledger.plan(ISSUE, SHARD, { startedAt: 1, revision: 1, highlights: false, step: 1 }),
      3,
    );
    await redis.sadd(keys.shard(SHARD).mailable, tail(99));
    assert.equal(
      await ledger.plan(ISSUE, SHARD, { startedAt: 2, revision: 1, highlights: false, step: 1 }),
      3,
    );
    assert.equal((await ledgerNow()).planned, 3);
  });

  it('of nobody leaves an empty ledger that is done', async () => {
    assert.equal(
      await ledger.plan(ISSUE, SHARD, { startedAt: 1, revision: 1, highlights: false, step: 1 }),
      0,
    );
    assert.equal(await ledger.isShardDone(ISSUE, SHARD), true);
    assert.deepEqual(await ledger.unfinished(ISSUE, SHARD), []);
  });

  it('costs at most 24 bytes a recipient', async (t) => {
    const count = 15_625;
    const pipeline = redis.pipeline();
    for (let n = 0; n < count; n++) pipeline.sadd(keys.shard(SHARD).mailable, tail(n));
    await pipeline.exec();
    await ledger.plan(ISSUE, SHARD, {
      startedAt: Date.now(),
      revision: 1,
      highlights: false,
      step: 1,
    });
    let bytes = 0;
    for (const key of Object.values(keys.shard(SHARD).ledger(ISSUE))) {
      bytes += Number((await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0);
    }
    t.diagnostic(`${(bytes / count).toFixed(2)} bytes a recipient at a million subscribers`);
    assert.ok(bytes / count <= 24, `${bytes / count}`);
  });
});

describe('a claim', () => {
  it('returns what personalisation needs', async () => {
    const batch = await planned(1);
    await redis.hset(keys.shard(SHARD).subscriber(tail(0)), 'x', '{"city":"Köln"}');
    const [first] = await claimAll(batch);
    assert.deepEqual(first, {
      position: 0,
      attempt: 1,
      failing: false,
      edition: 'full',
      recipient: {
        id: `A${tail(0)}`,
        address: 'reader0@example.org',
        name: 'Reader 0',
        attributes: { city: 'Köln' },
      },
    });
  });

  it('gives everybody the full issue in a ledger from before there were editions', async () => {
    const batch = await planned(1);
    await redis.hdel(keys.shard(SHARD).ledger(ISSUE).meta, 'highlights');
    await redis.hset(keys.shard(SHARD).subscriber(tail(0)), 'e', 'highlights');
    const [first] = await claimAll(batch);
    assert.equal(first?.edition, 'full');
    await settleAll(batch, [{ position: 0, attempt: 1 }], { kind: 'accepted' });
    assert.equal((await tally.story(ISSUE, `A${tail(0)}`))?.edition, 'full');
  });

  it('cannot be made twice for the same person', async () => {
    const batch = await planned(5);
    assert.equal((await claimAll(batch)).length, 5);
    assert.equal((await claimAll(batch)).length, 0);
    assert.equal((await ledgerNow()).inFlight, 5);
  });

  it('skips who left, was erased or suppressed after planning, with the reason', async () => {
    const batch = await planned(7);
    const shard = keys.shard(SHARD);
    await redis.hset(shard.subscriber(tail(0)), 's', 'u');
    await redis.del(shard.subscriber(tail(1)));
    await redis.hset(shard.suppressed, tail(2), 'complained 1700000000');
    await redis.hset(shard.subscriber(tail(4)), 'z', Math.floor(Date.now() / 1000) + 3_600);
    await redis.hset(shard.subscriber(tail(5)), 's', 'm', 'to', tail(3));
    // Over: they are back by themselves.
    await redis.hset(shard.subscriber(tail(6)), 'z', Math.floor(Date.now() / 1000) - 1);
    const claimed = await claimAll(batch);
    assert.deepEqual(claimed.map(({ recipient }) => recipient.name).sort(), [
      'Reader 3',
      'Reader 6',
    ]);
    assert.equal((await ledgerNow()).skipped, 5);
    const reasons = (await tally.reasons(ISSUE)).map((reason) => reason.class).sort();
    assert.deepEqual(reasons, ['complained', 'erased', 'moved', 'paused', 'unsubscribed']);
  });

  it('is refused while the gate is shut', async () => {
    const batch = await planned(2);
    await ledger.setGate(ISSUE, { open: false, revision: 1, highlights: false, step: 2 });
    assert.deepEqual(await ledger.claim(batch, batch.waiting), { kind: 'shut' });
    await ledger.setGate(ISSUE, { open: true, revision: 1, highlights: false, step: 1 });
    assert.deepEqual(
      await ledger.claim(batch, batch.waiting),
      { kind: 'shut' },
      'an old step is late',
    );
    await ledger.setGate(ISSUE, { open: true, revision: 1, highlights: false, step: 3 });
    assert.equal((await claimAll(batch)).length, 2);
  });

  it('is refused to a replaced worker, and what that one held is uncertain', async () => {
    const old = await planned(3);
    await ledger.claim(old, old.waiting.slice(0, 1));
    await opened();
    assert.deepEqual(await ledger.claim(old, old.waiting.slice(1)), { kind: 'stale' });
    const now = await ledgerNow();
    assert.equal(now.uncertain, 1);
    assert.equal(now.remaining, 2);
  });

  it('of a batch that was given a newer job is refused to the older job', async () => {
    await planned(1);
    const next = await ledger.requeue(FIRST);
    assert.equal(next?.serial, 2);
    assert.equal(await ledger.requeue(FIRST), undefined, 'one sweep replaces a job');
    assert.equal(await ledger.open(FIRST), undefined);
    assert.ok(await ledger.open({ ...FIRST, serial: 2 }));
  });
});

describe('settling', () => {
  it('writes every outcome once', async () => {
    const batch = await planned(5);
    const claimed = await claimAll(batch);
    const outcomes: Outcome[] = [
      { kind: 'accepted' },
      { kind: 'rejected', class: 'unknown-user', words: '550 no such user' },
      { kind: 'deferred', class: 'mailbox-full', words: '452 full', dueAt: Date.now() + 60_000 },
      { kind: 'uncertain', words: 'connection lost' },
      { kind: 'returned' },
    ];
    const settlements = claimed.map(({ position, attempt }, n) => ({
      position,
      attempt,
      outcome: outcomes[n] ?? { kind: 'returned' as const },
    }));
    assert.equal(await ledger.settle(batch, settlements), 5);
    assert.equal(await ledger.settle(batch, settlements), 0);
    assert.deepEqual(await ledgerNow(), {
      planned: 5,
      accepted: 1,
      rejected: 1,
      deferred: 1,
      uncertain: 1,
      skipped: 0,
      remaining: 1,
      inFlight: 0,
    });
    const story = await tally.story(ISSUE, `A${batch.waiting[1]?.tail}`);
    assert.equal(story?.state, 'rejected');
    assert.equal(story?.attempts, 1);
    assert.equal(story?.words, '550 no such user');
  });

  it('makes a deferred recipient claimable when due, not before, with the next attempt', async () => {
    const batch = await planned(1);
    const due = Date.now() + 1_500;
    await settleAll(batch, await claimAll(batch), {
      kind: 'deferred',
      class: 'x',
      words: '',
      dueAt: due,
    });
    const again = await opened();
    assert.ok((again.waiting[0]?.dueAt ?? 0) >= due);
    assert.equal((await claimAll(again)).length, 0);
    await new Promise((resolve) =>
      setTimeout(resolve, (again.waiting[0]?.dueAt ?? 0) - Date.now() + 20),
    );
    const [second] = await claimAll(again);
    assert.equal(second?.attempt, 2);
    await settleAll(again, second ? [second] : [], { kind: 'returned' });
    assert.equal((await ledgerNow()).deferred, 1, 'relay trouble puts it back where it was');
    const [third] = await claimAll(await opened());
    assert.equal(third?.attempt, 2, 'and uses no attempt');
  });

  it('lets a replaced worker’s late, definite word settle what became uncertain, and nothing else', async () => {
    const old = await planned(3);
    const claimed = await claimAll(old);
    const current = await opened();
    const [first, second, third] = claimed;
    assert.ok(first && second && third);
    assert.equal(await settleAll(old, [first], { kind: 'accepted' }), 1);
    assert.equal(await settleAll(old, [second], { kind: 'uncertain', words: '' }), 0);
    assert.equal(await settleAll(old, [{ ...third, attempt: 2 }], { kind: 'accepted' }), 0);
    assert.equal(await settleAll(current, [first], { kind: 'returned' }), 0);
    const now = await ledgerNow();
    assert.equal(now.accepted, 1);
    assert.equal(now.uncertain, 2);
  });

  it('lets a replaced worker settle nothing that the new one claimed, not even the same attempt', async () => {
    const old = await planned(1);
    const claimed = await claimAll(old);
    const current = await opened();
    assert.equal(await settleAll(old, claimed, { kind: 'returned' }), 1, 'it was not sent');
    const reply = await ledger.claim(current, old.waiting);
    assert.equal(reply.kind === 'claimed' && reply.claimed[0]?.attempt, 1);
    assert.equal(await settleAll(old, claimed, { kind: 'returned' }), 0, 'a repeated command');
    assert.equal((await ledgerNow()).inFlight, 1);
  });

  const OUTCOMES: Outcome[] = [
    { kind: 'accepted' },
    { kind: 'rejected', class: 'policy', words: '550 no' },
    { kind: 'deferred', class: 'busy', words: '450 later', dueAt: Date.now() + 1e6 },
    { kind: 'returned' },
  ];

  it('lets a worker that slept through a second chance lift nobody else’s doubt', async () => {
    for (const outcome of OUTCOMES) {
      await redis.flushall();
      const sleeper = await planned(1);
      const claimed = await claimAll(sleeper);
      const second = await opened();
      assert.equal((await ledger.reassign(ISSUE, 'resend')).moved, 1);
      await ledger.open(FIRST).then(async (batch) => {
        assert.ok(batch);
        await settleAll(batch, await claimAll(batch), OUTCOMES[1] as Outcome);
      });
      // Attempts are counted anew: the next one has the sleeper's number.
      assert.equal((await ledger.reassign(ISSUE, 'retry')).moved, 1);
      const [again] = await claimAll(await opened());
      assert.equal(again?.attempt, claimed[0]?.attempt);
      await opened();
      assert.equal((await ledgerNow()).uncertain, 1);
      assert.equal(await settleAll(sleeper, claimed, outcome), 0, outcome.kind);
      assert.equal(await settleAll(second, claimed, outcome), 0);
      assert.equal((await ledgerNow()).uncertain, 1);
    }
  });

  it('lets a command that is sent again lift nobody else’s doubt of the same attempt', async () => {
    const first = await planned(1);
    const claimed = await claimAll(first);
    assert.equal(await settleAll(first, claimed, { kind: 'returned' }), 1);
    const [again] = await claimAll(await opened());
    assert.equal(again?.attempt, 1);
    await opened();
    assert.equal(await settleAll(first, claimed, { kind: 'returned' }), 0, 'its reply was lost');
    assert.equal((await ledgerNow()).uncertain, 1);
  });

  it('lets whoever’s line was cut say later what became of that attempt', async () => {
    const batch = await planned(1);
    const claimed = await claimAll(batch);
    await settleAll(batch, claimed, { kind: 'uncertain', words: 'the line was cut' });
    await opened();
    assert.equal(await settleAll(batch, claimed, { kind: 'accepted' }), 1);
    assert.equal(await redis.hexists(keys.shard(SHARD).ledger(ISSUE).meta, 'w0'), 0);
  });

  it('keeps the class when a send meets more distinct words than the table holds', async () => {
    const batch = await planned(300);
    const claimed = await claimAll(batch);
    await ledger.settle(
      batch,
      claimed.map(({ position, attempt }) => ({
        position,
        attempt,
        outcome: { kind: 'rejected', class: 'policy', words: `550 refused ${position}` },
      })),
    );
    const reasons = await tally.reasons(ISSUE);
    assert.equal(
      reasons.reduce((sum, { count }) => sum + count, 0),
      300,
    );
    assert.ok(reasons.every((reason) => reason.class === 'policy'));
    assert.deepEqual(reasons[0], { state: 'rejected', class: 'policy', words: '', count: 100 });
  });
});
