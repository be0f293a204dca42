import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { parseAddress } from '../../src/audience/address.js';
import { withJournal } from '../../src/audience/journaled.js';
import { type Audience, createAudience } from '../../src/audience/store.js';
import type { JournalNote } from '../../src/journal/journal.js';
import { keysOf, shardOf, tailOf } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 6, 9);
const keys = keysOf('weekly');
const noted: JournalNote[] = [];
let server: TestRedis;
let redis: Redis;
let audience: Audience;
let id: string;

/** Issue N goes out N weeks after the start. */
const failed = (issue: number, days = issue * 7) => audience.failed(id, issue, START + days * DAY);
const reason = async () => (await audience.suppression(id))?.reason;

describe('mails that do not arrive', () => {
  before(async () => {
    server = await startTestRedis();
    redis = server.client();
    const store = createAudience({ redis, keys, idKey: Buffer.alloc(32, 7) });
    audience = withJournal(store, { note: async (notes) => void noted.push(...notes) });
  });
  after(() => server.stop());
  beforeEach(async () => {
    await redis.flushall();
    const parsed = parseAddress('reader@example.org');
    assert.ok(parsed.ok);
    await audience.put([{ address: parsed.address }], { source: 'import', at: 1_700_000_000 });
    id = audience.idOf(parsed.address);
    noted.length = 0;
  });

  it('suppress an address after three in a row over more than two weeks', async () => {
    assert.equal(await failed(1), 'counted');
    assert.equal(await failed(2), 'counted');
    assert.equal(await failed(3), 'counted', 'two weeks are not more than two weeks');
    assert.equal(await reason(), undefined);
    assert.equal(await failed(4), 'suppressed');
    assert.equal(await reason(), 'bounced');
    const { mailable, unmailable } = keys.shard(shardOf(id));
    assert.equal(await redis.sismember(mailable, tailOf(id)), 0);
    assert.equal(await redis.sismember(unmailable, tailOf(id)), 1);
    assert.deepEqual(noted, [{ kind: 'suppressed', subject: id, word: 'bounced' }]);
  });

  it('do not, however many, when they came within two weeks', async () => {
    for (let issue = 1; issue <= 14; issue += 1) {
      assert.equal(await failed(issue, issue), 'counted');
    }
    assert.equal(await reason(), undefined);
  });

  it('count once an issue, however often they are reported', async () => {
    for (const days of [7, 8, 30, 31]) assert.equal(await failed(1, days), 'counted');
    assert.equal(await failed(2, 40), 'counted', 'the second failure, not the fifth');
    assert.equal(await reason(), undefined);
  });

  it('still count when the relay had taken them: the bounce comes later', async () => {
    for (const issue of [1, 2, 3]) {
      await audience.arrived(id, issue);
      assert.equal(await failed(issue), 'counted');
    }
    await audience.arrived(id, 4);
    assert.equal(await failed(4), 'suppressed');
  });

  it('are forgotten once one arrived: taken, and not reported by the next issue', async () => {
    await failed(1);
    await failed(2);
    await audience.arrived(id, 3);
    await audience.arrived(id, 3);
    await audience.arrived(id, 4);
    assert.equal(await redis.hexists(keys.shard(shardOf(id)).subscriber(tailOf(id)), 'f'), 0);
    assert.equal(await failed(5), 'counted');
    assert.equal(await reason(), undefined);
  });

  it('begin anew when one arrived between two that failed', async () => {
    await failed(1);
    await failed(2);
    await audience.arrived(id, 3);
    assert.equal(await failed(4), 'counted');
    assert.equal(await failed(5), 'counted');
    assert.equal(await failed(6), 'counted');
    assert.equal(await failed(7), 'suppressed');
  });

  it('leave no trace of somebody who is not on the list', async () => {
    await audience.erase(id);
    assert.equal(await failed(1), 'unknown');
    assert.equal(await redis.exists(keys.shard(shardOf(id)).subscriber(tailOf(id))), 0);
  });
});
