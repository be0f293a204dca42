/** Ledgers of old sends become files: whole, readable as before, whatever dies on the way. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { createLedger, type LedgerStore } from '../../src/delivery/ledger.js';
import { createLedgerFiles, type LedgerFiles } from '../../src/delivery/ledger-file.js';
import { createPutAway, type PutAway } from '../../src/delivery/put-away.js';
import { createSends, type Sends } from '../../src/delivery/sends.js';
import { createTally, type RecipientStory, type Tally } from '../../src/delivery/tally.js';
import { tallyWithFiles } from '../../src/delivery/tally-of-files.js';
import { AppError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { keysOf, SHARDS } from '../../src/redis/keys.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const PEOPLE = 12;
const DAY_MS = 86_400_000;
const keys = keysOf('weekly');
const log = createLogger({ pretty: false, level: 'silent' });
const shardOfPerson = (n: number): string => SHARDS[n % 3] ?? '';
const idOf = (n: number): string => `${shardOfPerson(n)}${String(n).padStart(15, '0')}`;

let server: TestRedis;
let redis: Redis;
let ledger: LedgerStore;
let sends: Sends;
let inRedis: Tally;
let tally: Tally;
let dir: string;
let files: LedgerFiles;

before(async () => {
  server = await startTestRedis();
  redis = server.client();
  ledger = createLedger(redis, keys);
  sends = createSends(redis, keys, ledger);
  inRedis = createTally(redis, keys);
});
after(() => server.stop());
beforeEach(async () => {
  await redis.flushall();
  dir = mkdtempSync(join(tmpdir(), 'pressrun-ledgers-'));
  files = createLedgerFiles(dir);
  tally = tallyWithFiles(inRedis, sends, files);
  for (let n = 0; n < PEOPLE; n++) {
    const shard = keys.shard(shardOfPerson(n));
    const tail = idOf(n).slice(1);
    await redis.hset(shard.subscriber(tail), { a: `reader${n}@example.org`, n: '', s: 'a' });
    await redis.sadd(shard.mailable, tail);
  }
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A send that ended a day ago, with somebody in every state that is left at the end. */
async function ended(issue: number, state = 'finished'): Promise<void> {
  await redis.sadd(keys.sends, issue);
  await redis.hset(keys.send(issue), {
    ...{
      issue,
      title: `Issue ${issue}`,
      date: '',
      state,
      planned: 1,
      revision: 1,
      highlights: false,
      step: 3,
    },
    ...{ createdAt: 1, startedAt: Date.now() - 2 * DAY_MS, endedAt: Date.now() - DAY_MS },
  });
  for (const shard of SHARDS.slice(0, 3)) {
    await ledger.plan(issue, shard, {
      startedAt: Date.now() - 2 * DAY_MS,
      revision: 1,
      highlights: false,
      step: 3,
    });
    const [ref] = await ledger.unfinished(issue, shard);
    const batch = ref && (await ledger.open(ref));
    assert.ok(batch);
    const reply = await ledger.claim(batch, batch.waiting);
    assert.ok('claimed' in reply);
    const outcomes = [
      { kind: 'accepted' as const },
      { kind: 'rejected' as const, class: 'no-such-user', words: '550 no' },
      { kind: 'uncertain' as const, words: 'the line was cut' },
      { kind: 'accepted' as const },
    ];
    await ledger.settle(
      batch,
      reply.claimed.map((who, n) => ({ ...who, outcome: outcomes[n] ?? { kind: 'accepted' } })),
    );
  }
}

const putAwayWith = (keep: number, client = redis): PutAway =>
  createPutAway({ redis: client, keys, tally: inRedis, files, keep, log });
const sweep = async (putAway: PutAway, now?: number): Promise<void> =>
  putAway(await sends.list(), now);
const keysOfLedger = (issue: number): Promise<string[]> => redis.keys(`weekly:{?}:${issue}:*`);
const written = (): Promise<string[]> => readdir(join(dir, 'ledgers')).catch(() => []);

async function seen(issue: number, from: Tally) {
  const stories: (RecipientStory | undefined)[] = [];
  for (let n = 0; n < PEOPLE; n++) stories.push(await from.story(issue, idOf(n)));
  const doubtful: string[] = [];
  for await (const { id } of from.recipients(issue, ['uncertain'])) doubtful.push(id);
  return {
    counts: await from.counts(issue),
    recount: await from.recount(issue),
    reasons: await from.reasons(issue),
    copies: await from.copies(issue),
    ...{ stories, doubtful },
  };
}

/** The connection dies at the first command that `fails` says. */
function dying(fails: (command: string, args: unknown[]) => boolean): Redis {
  let dead = false;
  return new Proxy(redis, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        dead ||= fails(String(name), args);
        if (dead) throw new Error('the process is dead');
        return await value.apply(target, args);
      };
    },
  });
}

describe('ledgers of old sends', () => {
  it('become files, the oldest first, and are read as before by totals and by person', async () => {
    for (const issue of [1, 2, 3]) await ended(issue);
    const before = await seen(1, inRedis);
    assert.equal(before.counts.ledger.uncertain, 3);
    const putAway = putAwayWith(2);
    await sweep(putAway);
    assert.deepEqual(await keysOfLedger(1), []);
    assert.equal((await keysOfLedger(2)).length, 15);
    assert.deepEqual(await seen(1, tally), before);
    assert.equal(await tally.story(1, 'Znobody'), undefined);
    await sweep(putAway);
    assert.equal((await keysOfLedger(2)).length, 15, 'as many as are to be kept');
    const [file = ''] = await written();
    assert.equal((await sends.get(1))?.totals?.file, file);
    const text = gunzipSync(await readFile(join(dir, 'ledgers', file))).toString();
    assert.equal(text.trimEnd().split('\n').length, PEOPLE + 2);
    assert.doesNotMatch(text, /@/);
  });

  it('stay while a send is open, or ended a moment ago', async () => {
    await ended(1, 'halted');
    await ended(2);
    await ended(3);
    await redis.hset(keys.send(2), 'endedAt', Date.now() - 60_000);
    const putAway = putAwayWith(1);
    await sweep(putAway);
    assert.deepEqual(await written(), []);
    await sweep(putAway, Date.now() + DAY_MS);
    assert.equal((await keysOfLedger(2)).length, 0);
    await sweep(putAway, Date.now() + DAY_MS);
    assert.equal((await keysOfLedger(1)).length, 15, 'halted: somebody may resume it');
  });

  const CRASHES: [where: string, fails: (command: string, args: unknown[]) => boolean][] = [
    ['before the file is named', (command) => command === 'hsetnx'],
    ['between the file and the removal', (command) => command === 'unlink'],
    [
      'in the middle of the removal',
      (command, [key]) => command === 'unlink' && String(key).includes('{B}'),
    ],
    [
      'before the mark is taken off',
      (command, [, field]) => command === 'hdel' && field === 'leaving',
    ],
  ];
  for (const [where, fails] of CRASHES) {
    it(`are whole when the process dies ${where}, and the next one goes on`, async () => {
      for (const issue of [1, 2]) await ended(issue);
      const before = await seen(1, inRedis);
      await sweep(putAwayWith(1, dying(fails)));
      assert.equal((await sends.get(1))?.leaving, true);
      assert.deepEqual(await seen(1, tally), before, 'wherever it is by then');
      await sweep(putAwayWith(1));
      assert.deepEqual(await seen(1, tally), before);
      assert.deepEqual(await keysOfLedger(1), []);
      assert.equal((await sends.get(1))?.leaving, false);
      await sweep(putAwayWith(1));
      assert.equal((await keysOfLedger(2)).length, 15);
    });
  }

  it('are whole when two put the same one away at once', async () => {
    for (const issue of [1, 2]) await ended(issue);
    const before = await seen(1, inRedis);
    const records = await sends.list();
    await putAwayWith(
      1,
      dying((command) => command === 'hsetnx'),
    )(records);
    const marked = await sends.list();
    await Promise.all([putAwayWith(1)(marked), putAwayWith(1)(marked)]);
    assert.deepEqual(await seen(1, tally), before);
    assert.deepEqual(await keysOfLedger(1), []);
  });

  it('stay in Redis when the file cannot be written, and everything is as before', async () => {
    await writeFile(join(dir, 'ledgers'), 'no folder');
    for (const issue of [1, 2]) await ended(issue);
    const before = await seen(1, inRedis);
    const putAway = putAwayWith(1);
    await sweep(putAway);
    assert.deepEqual(await seen(1, tally), before);
    assert.equal((await sends.get(1))?.leaving, false);
    await sends.reopen(1);
    assert.equal((await sends.get(1))?.state, 'sending', 'a word about it is still heard');
  });

  it('give nobody another chance: who would be mailed again has the issue', async () => {
    for (const issue of [1, 2]) await ended(issue);
    await sweep(putAwayWith(1));
    await assert.rejects(sends.reopen(1), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /was put away/);
      return error.code === 'send_refused';
    });
    assert.equal((await sends.get(1))?.state, 'finished');
  });

  it('are not put away under the hands of somebody who gives another chance', async () => {
    for (const issue of [1, 2]) await ended(issue);
    const records = await sends.list();
    await sends.reopen(1);
    await putAwayWith(1)(records);
    assert.equal((await keysOfLedger(1)).length, 15);
    assert.deepEqual(await written(), []);
    assert.equal((await sends.get(1))?.state, 'sending');
  });

  it('whose file is somewhere else are named with their host; the totals are told all the same', async () => {
    for (const issue of [1, 2]) await ended(issue);
    await sweep(putAwayWith(1));
    await rm(join(dir, 'ledgers'), { recursive: true });
    assert.equal((await tally.counts(1)).ledger.planned, PEOPLE);
    await assert.rejects(tally.story(1, idOf(0)), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /written on \S+, and cannot be read here \(ENOENT\)/);
      return error.code === 'file_missing';
    });
  });

  it('that were cut off are not taken for whole ones', async () => {
    for (const issue of [1, 2]) await ended(issue);
    await sweep(putAwayWith(1));
    const [name = ''] = await written();
    const file = join(dir, 'ledgers', name);
    await writeFile(file, (await readFile(file)).subarray(0, 60));
    await assert.rejects(tally.recount(1), AppError);
  });
});
