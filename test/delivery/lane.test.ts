import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { PROVIDER_DOMAINS } from '../../src/config/providers.js';
import {
  createLane,
  type Lane,
  type Reservation,
  type RouteOptions,
} from '../../src/delivery/lane.js';
import { createLedger } from '../../src/delivery/ledger.js';
import { keysOf } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const keys = keysOf('weekly');
const LONG_MS = 60_000;

let server: TestRedis;
let redis: Redis;

before(async () => {
  server = await startTestRedis();
  redis = server.client();
});
after(() => server.stop());
beforeEach(() => redis.flushall());

function laneOver(...routes: Partial<RouteOptions>[]): Lane {
  const all = routes.map((route, n) => ({ relay: `r${n}`, share: 1, rate: undefined, ...route }));
  return createLane(redis, keys, 'default', all);
}

async function granted(
  lane: Lane,
  messages = 1,
): Promise<Extract<Reservation, { kind: 'granted' }>> {
  const reservation = await lane.reserve(messages, LONG_MS);
  assert.equal(reservation.kind, 'granted');
  return reservation as Extract<Reservation, { kind: 'granted' }>;
}

async function takenBy(lane: Lane, groups: number): Promise<Map<string, number>> {
  const taken = new Map<string, number>();
  for (let n = 0; n < groups; n++) {
    const { route } = await granted(lane);
    taken.set(route.relay, (taken.get(route.relay) ?? 0) + 1);
  }
  return taken;
}

describe('a lane over several relays', () => {
  it('shares the messages out', async () => {
    const taken = await takenBy(laneOver({ share: 9 }, { share: 1 }), 1_000);
    // Nine in ten; beyond these bounds is a chance of less than one in a million.
    assert.ok((taken.get('r0') ?? 0) > 850 && (taken.get('r0') ?? 0) < 950, `${taken.get('r0')}`);
  });

  it('leaves a relay in trouble to the others, and tries it again after its back-off', async () => {
    const lane = laneOver({ share: 1_000 }, { share: 0 });
    const { route } = await granted(lane);
    assert.equal(route.relay, 'r0', 'a share of 0 waits for the others to fail');
    await route.backOff({ words: 'connection refused', pauseMs: 300 });
    assert.deepEqual([...(await takenBy(lane, 20)).keys()], ['r1']);
    assert.equal((await lane.troubles())[0]?.relay, 'r0');
    await new Promise((resolve) => setTimeout(resolve, 350));
    const again = await granted(lane);
    assert.equal(again.route.relay, 'r0');
    assert.equal(again.troubled, true);
    await again.route.recover();
    assert.deepEqual(await lane.troubles(), []);
    assert.equal((await granted(lane)).troubled, false);
  });

  it('is held when all are, until the first one is open', async () => {
    const lane = laneOver({}, {});
    for (let n = 0; n < 2; n++) {
      const { route } = await granted(lane);
      await route.backOff({ words: 'no', pauseMs: route.relay === 'r0' ? 50_000 : 9_000 });
    }
    const held = await lane.reserve(1, LONG_MS);
    assert.equal(held.kind, 'held');
    assert.ok(held.waitMs <= 9_000);
  });
});

describe('a back-off', () => {
  it('counts what fails at once as one trouble, and doubles with each further one', async () => {
    const lane = laneOver({});
    const { route } = await granted(lane);
    const first = await route.backOff({ words: 'a' });
    assert.equal(await route.backOff({ words: 'b' }), first);
    assert.equal((await lane.troubles())[0]?.words, 'a');
    await redis.hset(keys.route('default', 'r0'), 'until', 0);
    const [seconds] = await redis.time();
    const second = await route.backOff({ words: 'c' });
    assert.ok(second - Number(seconds) * 1000 >= 2_000, 'two seconds after one');
  });

  it('is as long as the relay asked, when that is longer', async () => {
    const { route } = await granted(laneOver({}));
    const own = await route.backOff({ words: 'a' });
    assert.ok((await route.backOff({ words: 'b', pauseMs: 3_600_000 })) > own + 3_000_000);
  });

  it('lowers the rate when the relay asks for less, also where none was set', async () => {
    const lane = laneOver({});
    for (let n = 0; n < 20; n++) assert.equal((await granted(lane, 5)).waitMs, 0);
    const { route } = await granted(lane);
    await route.backOff({ words: 'too fast', slowDown: true });
    await redis.hset(keys.route('default', 'r0'), 'until', 0);
    await granted(lane, 60);
    const { waitMs } = await granted(lane, 60);
    assert.ok(waitMs > 300, `slower than before: ${waitMs}`);
  });
});

describe('rates', () => {
  it('grant three workers that ask at once their rate together, by the server’s clock', async () => {
    const rate = 200;
    const workers = [1, 2, 3].map(() => laneOver({ rate }));
    const now = async (): Promise<number> => {
      const [seconds, micros] = (await redis.time()).map(Number) as [number, number];
      return seconds * 1_000 + micros / 1_000;
    };
    const begun = await now();
    /** When each group may go: not before the first moment, at the latest by the second. */
    const due = await Promise.all(
      workers.map(async (lane) => {
        const moments: { earliest: number; latest: number; asked: number }[] = [];
        for (let n = 0; n < 500; n++) {
          const before = await now();
          const { waitMs } = await granted(lane, 4);
          const asked = await now();
          moments.push({ earliest: before + waitMs, latest: asked + waitMs, asked });
        }
        return moments;
      }),
    );
    const messages = 3 * 500 * 4;
    const all = due.flat();
    const firstAsked = Math.min(...all.map(({ asked }) => asked));
    const earliest = Math.max(...all.map((moment) => moment.earliest));
    const latest = Math.max(...all.map((moment) => moment.latest));
    // A tenth of a second may be saved up before; the group itself goes at its beginning.
    const least = ((messages - 4) * 1_000) / rate - 100;
    assert.ok(latest - begun >= least, `not faster: ${latest - begun} ms`);
    assert.ok(earliest - firstAsked <= least + 1, `not slower: ${earliest - firstAsked} ms`);
  });

  it('of a lane and of the relay below all lanes both hold', async () => {
    const google = createLane(redis, keys, 'google', [
      { relay: 'mta', share: 1, rate: undefined, relayRate: 10 },
    ]);
    const other = createLane(redis, keys, 'other', [
      { relay: 'mta', share: 1, rate: 1_000, relayRate: 10 },
    ]);
    await granted(google, 10);
    const { waitMs } = await granted(other, 1);
    assert.ok(waitMs > 500, `ten of ten went in this second: ${waitMs}`);
  });
});

describe('planning with lanes', () => {
  it('puts each provider’s people in runs of their own, newcomers too', async () => {
    const lanes = { names: ['google', 'other'], fallback: 'other', domains: PROVIDER_DOMAINS };
    const ledger = createLedger(redis, keys, { lanes });
    const shard = keys.shard('A');
    const add = async (n: number, address: string): Promise<void> => {
      const tail = String(n).padStart(15, '0');
      await redis.hset(shard.subscriber(tail), { a: address, n: '', s: 'a' });
      await redis.sadd(shard.mailable, tail);
    };
    for (let n = 0; n < 10; n++) await add(n, n % 2 ? `r${n}@Gmail.com` : `r${n}@example.org`);
    await ledger.plan(3, 'A', { startedAt: Date.now(), revision: 1, highlights: false, step: 1 });
    await add(10, 'late@googlemail.com');
    assert.equal(await ledger.append(3, 'A'), 1);
    const batches = await ledger.unfinished(3, 'A');
    const counts = batches.map(({ lane, count }) => `${lane} ${count}`);
    assert.deepEqual(counts.toSorted(), ['google 1', 'google 5', 'other 5']);
    const batch = batches.find(({ lane, count }) => lane === 'google' && count === 5);
    const open = batch && (await ledger.open(batch));
    const reply = open && (await ledger.claim(open, open.waiting));
    assert.ok(reply?.kind === 'claimed');
    assert.ok(reply.claimed.every(({ recipient }) => recipient.address.endsWith('@Gmail.com')));

    const later = createLedger(redis, keys);
    const lanesNow = (await later.unfinished(3, 'A')).map(({ lane }) => lane);
    assert.ok(
      lanesNow.every((lane) => lane === 'default'),
      'a lane that is no more is nobody’s trap',
    );
  });
});
