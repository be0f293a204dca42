/** Three readers, one relay that misbehaves towards the middle one, and what becomes of them. */
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { createFailures } from '../../src/audience/failures.js';
import { type DeliverOptions, deliverBatch } from '../../src/delivery/deliver.js';
import { createLane } from '../../src/delivery/lane.js';
import { createLedger } from '../../src/delivery/ledger.js';
import { createTally } from '../../src/delivery/tally.js';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { keysOf } from '../../src/redis/keys.js';
import type { Timeouts } from '../../src/smtp/timeouts.js';
import { createTransport } from '../../src/smtp/transport.js';

const ISSUE = 3;
const SHARD = 'Z';
const keys = keysOf('weekly');
const log = pino({ level: 'silent' });

/** The one the relay misbehaves towards. */
export const VICTIM = 'reader1@example.org';
const OTHERS = 2;

/** A message larger than the buffers of both ends, so that its end cannot leave unread. */
const HUGE = 'A line of text that fills the buffers of both ends.\r\n'.repeat(300_000);

function composerOf(huge: boolean) {
  const message = prepareMessage(
    { subject: ['Hello'], html: ['<p>Dear reader</p>'], text: [huge ? HUGE : 'Dear reader\n'] },
    {
      slug: 'weekly',
      issue: ISSUE,
      revision: 1,
      from: { name: 'Weekly', address: 'weekly@example.org' },
      publicUrl: 'http://127.0.0.1:9',
      publicationName: 'Weekly',
      profile: 'generic',
    },
  );
  return createComposer(message, { tokenKeys: [Buffer.alloc(32, 1)] });
}
const composers = { small: composerOf(false), huge: composerOf(true) };

export interface Bench {
  url: string;
  timeouts?: Partial<Timeouts>;
  messageSize?: 'small' | 'huge';
}

/** In the words of docs/operations.md. */
export interface Outcome {
  /** "deferred (mailbox-full)": the state, and its class where there is one. */
  recipient: string;
  lane: 'goes on' | 'waits' | 'send halts';
}

export async function planReaders(redis: Redis): Promise<void> {
  await redis.flushall();
  const { subscriber, mailable } = keys.shard(SHARD);
  for (let n = 0; n <= OTHERS; n++) {
    const tail = `${n}`.padStart(15, '0');
    await redis.hset(subscriber(tail), { a: `reader${n}@example.org`, n: `Reader ${n}`, s: 'a' });
    await redis.sadd(mailable, tail);
  }
  await createLedger(redis, keys).plan(ISSUE, SHARD, {
    startedAt: Date.now(),
    revision: 1,
    highlights: false,
    step: 1,
  });
}

/** One run over the batch, on one connection, and what it did to the victim and the lane. */
export async function runBatch(redis: Redis, bench: Bench): Promise<Outcome> {
  const transport = createTransport({
    url: bench.url,
    connections: 1,
    messagesPerConnection: 100,
    log,
    ...(bench.timeouts && { timeouts: bench.timeouts }),
  });
  const lane = createLane(redis, keys, 'default', [{ relay: 'relay', share: 1, rate: undefined }]);
  let halted = false;
  let suppressed = false;
  const options: DeliverOptions = {
    ledger: createLedger(redis, keys),
    lane,
    relayOf: () => ({
      transport,
      composerOf: async () => composers[bench.messageSize ?? 'small'],
    }),
    suppress: async () => {
      suppressed = true;
    },
    failures: createFailures(redis, keys),
    readyIn: async () => 0,
    halt: async () => {
      halted = true;
    },
    retry: { retryMs: [3_600_000], giveUpAfterMs: 48 * 3_600_000 },
    leaseMs: 60_000,
    connections: 1,
    stopping: new AbortController().signal,
    log,
  };
  const ref = { issue: ISSUE, lane: 'default', shard: SHARD, first: 0, count: 500, serial: 1 };
  await deliverBatch(ref, options);
  await transport.close(0);
  const [trouble] = await lane.troubles();
  return {
    recipient: `${await storyOf(redis)}${suppressed ? ', suppressed' : ''}`,
    lane: halted ? 'send halts' : trouble ? 'waits' : 'goes on',
  };
}

/** The relay behaves again, and the pause is over: everybody who is not settled is mailed. */
export async function goOn(redis: Redis, url: string): Promise<void> {
  await redis.del(keys.route('default', 'relay'));
  await runBatch(redis, { url });
  const tally = createTally(redis, keys);
  const { ledger, inFlight } = await tally.counts(ISSUE);
  assert.deepEqual(ledger, (await tally.recount(ISSUE)).ledger, 'recount');
  assert.deepEqual([ledger.remaining, inFlight], [0, 0], 'the send goes on to its end');
  assert.ok(ledger.accepted >= OTHERS, 'the others are not drawn into it');
}

async function storyOf(redis: Redis): Promise<string> {
  const id = `${SHARD}${'1'.padStart(15, '0')}`;
  const story = await createTally(redis, keys).story(ISSUE, id);
  assert.ok(story);
  const state = story.state === 'pending' ? 'remaining' : story.state;
  if (state === 'remaining') assert.equal(story.attempts, 0, 'no attempt is used');
  return state === 'deferred' || state === 'rejected' ? `${state} (${story.class})` : state;
}
