/** Regular times on a wall clock, and what goes out in them. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { parseCron } from '../../src/config/values.js';
import { LATE_MS } from '../../src/delivery/fire.js';
import { fireSlots } from '../../src/delivery/fire-slots.js';
import { createLedger } from '../../src/delivery/ledger.js';
import type { Frozen } from '../../src/delivery/send-record.js';
import { createSends, type Sends } from '../../src/delivery/sends.js';
import { freeSlot, nextSlots, type Schedule, slotsAfter } from '../../src/delivery/slots.js';
import { createLogger } from '../../src/log.js';
import { keysOf } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const slots = (cron: string, timezone: string, after: string, count: number): string[] => {
  const found: string[] = [];
  for (const at of slotsAfter({ cron, timezone }, Date.parse(after))) {
    found.push(new Date(at).toISOString().slice(0, 16));
    if (found.length === count) return found;
  }
  return found;
};

describe('slots', () => {
  it('keep their time on the wall when the clocks change', () => {
    assert.deepEqual(slots('0 9 * * WED', 'Europe/Berlin', '2026-10-20T12:00Z', 3), [
      ...['2026-10-21T07:00', '2026-10-28T08:00', '2026-11-04T08:00'],
    ]);
  });

  it('of an hour that is left out come as much later as the clock is put forward', () => {
    assert.deepEqual(slots('30 2 * * SUN', 'Europe/Berlin', '2026-03-27T12:00Z', 2), [
      ...['2026-03-29T01:30', '2026-04-05T00:30'],
    ]);
    // Chile leaves out midnight.
    assert.deepEqual(slots('0 0 * * SUN', 'America/Santiago', '2026-09-04T12:00Z', 2), [
      ...['2026-09-06T04:00', '2026-09-13T03:00'],
    ]);
  });

  it('of an hour that happens twice come the first time, once', () => {
    assert.deepEqual(slots('30 2 * * SUN', 'Europe/Berlin', '2026-10-23T12:00Z', 2), [
      ...['2026-10-25T00:30', '2026-11-01T01:30'],
    ]);
    // Asked between the two: that week's has been.
    assert.deepEqual(slots('30 2 * * SUN', 'Europe/Berlin', '2026-10-25T00:45Z', 1), [
      '2026-11-01T01:30',
    ]);
  });

  it('of every hour are one each, whatever the clock does', () => {
    const night = slots('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30Z', 4);
    assert.deepEqual(night, [
      ...['2026-03-29T00:00', '2026-03-29T01:00', '2026-03-29T02:00', '2026-03-29T03:00'],
    ]);
  });

  it('are written as in a crontab, and what is read in more than one way is refused', () => {
    for (const good of ['0 9 * * WED', '30 7 1,15 * *', '0 9 * MAR-MAY THU', '*/5 * * * * *']) {
      assert.equal(parseCron(good), good);
    }
    for (const bad of ['', '@weekly', '9 * *', 'H 9 * * 3', '0 9 * * 9', '0 0 30 2 *', 'soon']) {
      assert.equal(parseCron(bad), undefined, bad);
    }
  });
});

describe('queued sends', () => {
  const WEEKLY: Schedule = { cron: '0 9 * * WED', timezone: 'UTC' };
  const [FIRST, SECOND, THIRD] = [2, 9, 16].map((day) => Date.UTC(2026, 11, day, 9));
  const keys = keysOf('weekly');
  const log = createLogger({ pretty: false, level: 'silent' });
  let server: TestRedis;
  let redis: Redis;
  let sends: Sends;
  const planned: number[] = [];

  before(async () => {
    server = await startTestRedis();
    redis = server.client();
    sends = createSends(redis, keys, createLedger(redis, keys), () => {});
  });
  after(() => server.stop());
  beforeEach(async () => {
    await redis.flushall();
    planned.length = 0;
  });

  const queue = async (issue: number, at = 0): Promise<void> => {
    const frozen = { issue: { number: issue, title: '' }, message: {} } as unknown as Frozen;
    const now = (FIRST ?? 0) - 1_000;
    const slot = at || freeSlot(WEEKLY, await sends.list(), { now });
    assert.ok(await sends.schedule(frozen, { at: slot, queued: true, loopback: true }));
  };
  const slotComes = (at = 0, schedule: Schedule | 'none' = WEEKLY) =>
    fireSlots({
      ...{ sends, log, now: () => at, schedule: schedule === 'none' ? undefined : schedule },
      enqueuePlan: async (issue) => void planned.push(issue),
      checkDoor: async () => undefined,
    });
  const timeOf = async (issue: number) => (await sends.get(issue))?.scheduledFor;

  it('take one slot each, in the order in which they are queued, and go out one a slot', async () => {
    for (const issue of [5, 6, 7]) await queue(issue);
    assert.deepEqual([await timeOf(5), await timeOf(6), await timeOf(7)], [FIRST, SECOND, THIRD]);
    const shown = nextSlots(WEEKLY, await sends.list(), (FIRST ?? 0) - 1, 4);
    assert.deepEqual(
      shown.map(({ issue }) => issue),
      [5, 6, 7, undefined],
    );
    for (const slot of [FIRST, SECOND, THIRD]) await slotComes(slot);
    assert.deepEqual(planned, [5, 6, 7]);
    await slotComes(THIRD);
    assert.deepEqual(planned, [5, 6, 7], 'a clock that calls twice');
  });

  it('let a slot pass that nobody took', async () => {
    assert.deepEqual(await slotComes(FIRST), { kind: 'done' });
    await queue(6, SECOND);
    assert.deepEqual(await slotComes(FIRST), { kind: 'done' });
    assert.deepEqual(planned, []);
  });

  it('give their slot back when they are taken back, cancelled or sent by hand', async () => {
    for (const issue of [5, 6, 7]) await queue(issue);
    const five = await sends.get(5);
    assert.ok(five && (await sends.unschedule(five)));
    assert.equal(await sends.get(5), undefined);
    assert.deepEqual(await redis.keys('*send-5*'), [], 'nothing of it is left');
    assert.equal(await sends.unschedule(five), false);
    await sends.cancel(6);
    await queue(8);
    await queue(5);
    assert.deepEqual([await timeOf(8), await timeOf(5)], [FIRST, SECOND]);
    const eight = await sends.get(8);
    assert.ok(eight && (await sends.begin(eight)));
    assert.equal(await sends.unschedule(eight), false, 'it has begun');
    await slotComes(FIRST);
    assert.deepEqual(planned, [], 'begun by hand, and nobody else moves up');
  });

  it('that got the same slot in the same moment go out in two', async () => {
    await queue(6, FIRST);
    await queue(5, FIRST);
    await slotComes(FIRST);
    assert.deepEqual(planned, [5]);
    assert.equal(await timeOf(6), SECOND);
    await queue(7, SECOND);
    await slotComes(SECOND, 'none');
    assert.deepEqual(planned, [5, 6]);
    assert.match((await sends.get(7))?.missed ?? '', /the same slot/);
  });

  it('whose slot passed while everything was down wait for a word, and the next goes on', async () => {
    await queue(5);
    await queue(6);
    await slotComes((SECOND ?? 0) - LATE_MS);
    assert.deepEqual(planned, []);
    const missed = await sends.get(5);
    assert.equal(missed?.state, 'scheduled');
    assert.match(missed?.missed ?? '', /no worker was there/);
    const news = Object.values(await redis.hgetall(keys.untold(5)));
    assert.match(news.join(), /"send.missed".*no worker was there/);
    await slotComes(SECOND);
    assert.deepEqual(planned, [6]);
    assert.ok(missed && (await sends.reschedule(missed, { at: THIRD ?? 0, queued: true })));
    await slotComes(THIRD);
    assert.deepEqual(planned, [6, 5]);
  });
});
