import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { createFailures } from '../../src/audience/failures.js';
import { type DeliverOptions, deliverBatch } from '../../src/delivery/deliver.js';
import { createLane } from '../../src/delivery/lane.js';
import { createLedger, type LedgerStore } from '../../src/delivery/ledger.js';
import { createTally, type Tally } from '../../src/delivery/tally.js';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { keysOf } from '../../src/redis/keys.js';
import { createTransport } from '../../src/smtp/transport.js';
import type { Transport } from '../../src/smtp/types.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { CUT, type Sink, type SinkOptions, startSink } from '../support/smtp-sink.js';

const ISSUE = 3;
const SHARD = 'Z';
const BATCH = { issue: ISSUE, lane: 'default', shard: SHARD, first: 0, count: 500, serial: 1 };
const keys = keysOf('weekly');
const log = pino({ level: 'silent' });
const composer = createComposer(
  prepareMessage(
    {
      subject: ['Hello'],
      html: ['<p>Dear ', { source: '{{{html subscriber.name}}}' }, '</p>'],
      text: ['Dear ', { source: '{{{plain subscriber.name}}}' }, '\n'],
    },
    {
      slug: 'weekly',
      issue: ISSUE,
      revision: 1,
      from: { name: 'Weekly', address: 'weekly@example.org' },
      publicUrl: 'http://127.0.0.1:9',
      publicationName: 'Weekly',
      profile: 'generic',
    },
  ),
  { tokenKeys: [Buffer.alloc(32, 1)] },
);

let server: TestRedis;
let redis: Redis;
let ledger: LedgerStore;
let tally: Tally;
let sink: Sink | undefined;
let transport: Transport | undefined;
let suppressed: string[];
let halted: string[];

async function plan(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const tail = `${n}`.padStart(15, '0');
    await redis.hset(keys.shard(SHARD).subscriber(tail), {
      a: `reader${n}@example.org`,
      n: `Reader ${n}`,
      s: 'a',
    });
    await redis.sadd(keys.shard(SHARD).mailable, tail);
  }
  await ledger.plan(ISSUE, SHARD, {
    startedAt: Date.now(),
    revision: 1,
    highlights: false,
    step: 1,
  });
}

/** What a job is given; sends to a sink that does as the script says. */
async function options(
  script: SinkOptions['reply'],
  more: Partial<DeliverOptions> = {},
): Promise<DeliverOptions> {
  sink = await startSink({ reply: script });
  const made = createTransport({ url: sink.url, connections: 3, messagesPerConnection: 100, log });
  transport = made;
  return {
    ledger,
    readyIn: async () => 0,
    lane: createLane(redis, keys, 'default', [{ relay: 'relay', share: 1, rate: undefined }]),
    relayOf: () => ({ transport: made, composerOf: async () => composer }),
    suppress: async (id) => void suppressed.push(id),
    failures: createFailures(redis, keys),
    halt: async (_issue, reason) => void halted.push(reason),
    retry: { retryMs: [60_000, 120_000], giveUpAfterMs: 3_600_000 },
    leaseMs: 10_000,
    connections: 3,
    stopping: new AbortController().signal,
    log,
    ...more,
  };
}

async function balanced() {
  const counts = await tally.counts(ISSUE);
  assert.deepEqual(counts, await tally.recount(ISSUE));
  const { planned, ...parts } = counts.ledger;
  assert.equal(
    Object.values(parts).reduce((a, b) => a + b),
    planned,
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
beforeEach(async () => {
  await redis.flushall();
  suppressed = [];
  halted = [];
});
afterEach(async () => {
  await transport?.close(0);
  await sink?.stop();
  transport = undefined;
  sink = undefined;
});

describe('a batch', () => {
  it('mails everybody once and is done', async () => {
    await plan(40);
    const usual = await options(undefined);
    assert.deepEqual(await deliverBatch(BATCH, usual), { kind: 'done' });
    assert.equal((await balanced()).accepted, 40);
    const to = sink?.messages.map((message) => message.to[0]) ?? [];
    assert.equal(new Set(to).size, 40);
    assert.equal(to.length, 40);
    assert.ok((sink?.connections.peak ?? 9) <= 3);
    assert.deepEqual(await deliverBatch(BATCH, usual), { kind: 'done' });
    assert.equal(sink?.messages.length, 40, 'a second job finds nobody left');
  });

  it('retries alone whom the server put off, on the schedule', async () => {
    await plan(10);
    const result = await deliverBatch(
      BATCH,
      await options(({ stage, to }) =>
        stage === 'rcpt' && to === 'reader4@example.org' ? '452 4.2.2 mailbox full' : undefined,
      ),
    );
    assert.equal(result.kind, 'later');
    const wait = result.kind === 'later' ? result.at - Date.now() : 0;
    assert.ok(wait > 40_000 && wait < 73_500, `±20 % of a minute: ${wait}`);
    assert.deepEqual(
      { ...(await balanced()), planned: 0 },
      {
        planned: 0,
        accepted: 9,
        rejected: 0,
        skipped: 0,
        uncertain: 0,
        deferred: 1,
        remaining: 0,
        inFlight: 0,
      },
    );
  });

  it('rejects a dead address with the server’s words and suppresses it', async () => {
    await plan(5);
    const result = await deliverBatch(
      BATCH,
      await options(({ stage, to }) =>
        stage === 'rcpt' && to === 'reader2@example.org'
          ? '550 5.1.1 <reader2@example.org>: no such user here'
          : undefined,
      ),
    );
    assert.equal(result.kind, 'done');
    assert.equal((await balanced()).rejected, 1);
    assert.deepEqual(suppressed, [`${SHARD}000000000000002`]);
    const [reason] = await tally.reasons(ISSUE);
    assert.match(reason?.words ?? '', /^550 .*no such user here/);
    assert.doesNotMatch(reason?.words ?? '', /reader2/, 'no address in the table of texts');
  });

  it('counts a doubtful refusal against the address, and what is taken afterwards', async () => {
    await plan(3);
    const failing = keys.shard(SHARD).subscriber('000000000000002');
    await redis.hset(failing, 'f', '2 1700000000 2');
    await deliverBatch(
      BATCH,
      await options(({ stage, to }) =>
        stage === 'rcpt' && to === 'reader1@example.org' ? '550 5.7.1 refused' : undefined,
      ),
    );
    assert.deepEqual(suppressed, []);
    const counted = await redis.hget(keys.shard(SHARD).subscriber('000000000000001'), 'f');
    assert.match(counted ?? '', new RegExp(`^1 \\d+ ${ISSUE}$`));
    assert.equal(await redis.hget(failing, 'f'), `2 1700000000 2 ${ISSUE}`);
    assert.equal(await redis.hexists(keys.shard(SHARD).subscriber('000000000000000'), 'f'), 0);
  });

  it('suppresses a domain that takes no mail once it is given up, not before', async () => {
    await plan(1);
    const noMail: SinkOptions['reply'] = ({ stage }) =>
      stage === 'rcpt' ? '556 5.1.10 the domain takes no mail' : undefined;
    const usual = await options(noMail);
    assert.equal((await deliverBatch(BATCH, usual)).kind, 'later');
    assert.deepEqual(suppressed, []);
    await redis.flushall();
    await plan(1);
    const noRetry = { ...usual, retry: { retryMs: [60_000], giveUpAfterMs: 1 } };
    assert.equal((await deliverBatch(BATCH, noRetry)).kind, 'done');
    assert.deepEqual(suppressed, [`${SHARD}000000000000000`]);
  });

  it('puts everybody back when the relay is gone, with no attempt used', async () => {
    await plan(6);
    const unreachable = await options(undefined);
    await sink?.stop();
    const result = await deliverBatch(BATCH, unreachable);
    assert.equal(result.kind, 'later');
    assert.equal((await balanced()).remaining, 6);
    assert.equal((await tally.story(ISSUE, `${SHARD}000000000000000`))?.attempts, 0);
    assert.match((await unreachable.lane.troubles())[0]?.words ?? '', /127\.0\.0\.1/);
    const held = await deliverBatch(BATCH, unreachable);
    assert.equal(held.kind, 'later', 'the lane holds everybody back for a while');
  });

  it('names who is in doubt when the line is cut after the last byte', async () => {
    await plan(60);
    // The first to come, for the order of a batch is any, and the others' replies take their time:
    // some are left when the line is cut.
    let cut: string | undefined;
    const result = await deliverBatch(
      BATCH,
      await options(({ stage, to }) => {
        if (stage !== 'message') return undefined;
        cut ??= to;
        return to === cut ? CUT : { afterMs: 20 };
      }),
    );
    assert.equal(result.kind, 'later', 'the lane waits a moment before it goes on');
    const now = await balanced();
    assert.equal(now.uncertain, 1);
    assert.equal(now.inFlight, 0);
    assert.equal(now.accepted + now.remaining, 59);
    const tail = /\d+/.exec(cut ?? '')?.[0]?.padStart(15, '0');
    assert.equal((await tally.story(ISSUE, `${SHARD}${tail}`))?.state, 'uncertain');
  });

  it('halts the send when the relay refuses our own authentication', async () => {
    await plan(4);
    const result = await deliverBatch(
      BATCH,
      await options(({ stage }) =>
        stage === 'message' ? '550 5.7.26 this mail is unauthenticated' : undefined,
      ),
    );
    assert.equal(result.kind, 'done');
    assert.ok(halted.length > 0);
    assert.equal((await balanced()).remaining, 4);
    assert.deepEqual(suppressed, []);
  });

  it('ends within a claim group when the gate is shut', async () => {
    await plan(60);
    const result = await deliverBatch(
      BATCH,
      await options(({ stage }) => {
        if (stage === 'message')
          void ledger.setGate(ISSUE, { open: false, revision: 1, highlights: false, step: 2 });
        return undefined;
      }),
    );
    assert.equal(result.kind, 'done');
    const now = await balanced();
    assert.equal(now.inFlight, 0);
    assert.ok(now.remaining > 40, `${now.remaining} were left alone`);
  });

  it('gives back what is not sent yet when the worker stops', async () => {
    await plan(60);
    const stop = new AbortController();
    const result = await deliverBatch(
      BATCH,
      await options(
        ({ stage }) => {
          if (stage === 'message') stop.abort();
          return undefined;
        },
        { stopping: stop.signal },
      ),
    );
    assert.equal(result.kind, 'give-back');
    const now = await balanced();
    assert.equal(now.inFlight, 0);
    assert.equal(now.uncertain, 0);
    assert.equal(now.accepted, sink?.messages.length);
  });

  it('sends nothing it claimed longer ago than its lease', async () => {
    await plan(3);
    const result = await deliverBatch(BATCH, await options(undefined, { leaseMs: -1 }));
    assert.equal(result.kind, 'give-back');
    assert.equal(sink?.messages.length, 0);
    assert.equal((await balanced()).remaining, 3);
  });

  it('keeps its order of magnitude at a low rate: a group never exceeds a tenth of a second', async () => {
    await plan(5);
    const slow = createLane(redis, keys, 'slow', [{ relay: 'relay', share: 1, rate: 20 }]);
    assert.equal(slow.largestGroup(10), 2);
    const first = await slow.reserve(2, 1_000);
    assert.deepEqual([first.kind, first.waitMs], ['granted', 0]);
    const second = await slow.reserve(2, 1_000);
    assert.equal(second.kind, 'granted');
    assert.equal(
      (await slow.reserve(2, 0)).kind,
      'held',
      'what would take too long is not reserved',
    );
  });
});
