/** Leaving, erasing and suppressing at random moments of a send, thousands of times. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { sentIssues } from '../../src/archive/published.js';
import { signToken } from '../../src/message/tokens.js';
import type { Work } from '../../src/queue/queues.js';
import type { System } from '../../src/system.js';
import { buildWeb } from '../../src/web/server.js';
import { startWorker } from '../../workers/worker.js';
import { makePublication, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { addReaders, balancedLedger, beginSend } from '../support/sends.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const READERS = 3_300;
const LEAVERS = 2_200;
const ISSUE = 101;
const addressOf = (n: number): string => `reader${n}@example.org`;

let redis: TestRedis;
let sink: Sink;
let publication: TestPublication;
const systems: System[] = [];
const works: Work[] = [];
let app: FastifyInstance;
/** By address: when the RCPT of a message came in, which is after its claim. */
const mailedAt = new Map<string, number>();

before(async () => {
  redis = await startTestRedis();
  sink = await startSink({
    record: 'ids',
    reply: ({ stage, to }) => {
      if (stage === 'rcpt' && to !== undefined) mailedAt.set(to, performance.now());
      return undefined;
    },
  });
  publication = await makePublication({ smtpUrl: sink.url, redis: redis.url });
  for (let n = 0; n < 3; n++) systems.push(await publication.open());
});
after(async () => {
  await app?.close();
  for (const work of works) await work.close();
  for (const system of systems) await system.close();
  await publication?.remove();
  await sink?.stop();
  await redis?.stop();
});

type Way = 'one-click' | 'erase' | 'suppress';
const WAYS: readonly Way[] = ['one-click', 'erase', 'one-click', 'suppress'];

describe('leaving while the issue is on its way', () => {
  it('wins over every claim that comes later, whichever way it is done', async () => {
    const [system] = systems;
    assert.ok(system);
    await addReaders(system, READERS);
    app = await buildWeb({
      config: system.config,
      log: system.log,
      instanceId: system.instanceId,
      audience: system.audience,
      joining: system.joining,
      frozenIssues: sentIssues(system.sends),
      episodes: system.episodes,
      ready: async () => true,
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const acknowledgedAt = new Map<string, number>();
    const leave = async (n: number): Promise<void> => {
      const id = system.audience.idOf(addressOf(n) as never);
      const way = WAYS[n % WAYS.length] ?? 'erase';
      if (way === 'erase') await system.audience.erase(id);
      else if (way === 'suppress') await system.audience.suppress(id, 'bounced');
      else {
        const { keys, publication: its } = system.config;
        const token = signToken(
          keys.tokenKeys,
          { purpose: 'unsubscribe', id, issue: ISSUE },
          its.slug,
        );
        const body = 'List-Unsubscribe=One-Click';
        const reply = await fetch(`${url}/u/${token}`, { method: 'POST', body });
        assert.equal(reply.status, 200);
      }
      acknowledgedAt.set(addressOf(n), performance.now());
    };

    for (const one of systems) works.push(await startWorker(one));
    const leavers = Array.from({ length: LEAVERS }, (_, n) => n).sort(() => Math.random() - 0.5);
    // Some before the first claim, the others while the relay is being fed.
    for (const n of leavers.splice(0, 200)) await leave(n);
    await beginSend(publication, system, ISSUE);
    const leaving = Array.from({ length: 8 }, async () => {
      for (let n = leavers.pop(); n !== undefined; n = leavers.pop()) await leave(n);
    });
    await Promise.all(leaving);
    while ((await system.sends.get(ISSUE))?.state !== 'finished') await sleep(50);

    const ledger = await balancedLedger(system, ISSUE);
    const mailed = sink.messages.flatMap(({ to }) => to);
    assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
    assert.equal(mailed.length, ledger.accepted);
    assert.equal(ledger.accepted + ledger.skipped, ledger.planned, 'mailed or skipped');
    for (let n = LEAVERS; n < READERS; n++)
      assert.ok(mailedAt.has(addressOf(n)), 'nobody forgotten');
    await claimsCameFirst(system, mailed, acknowledgedAt);
    await audienceIsRight(system);
    await nothingIsLeftOfTheErased();
  });
});

/** Who was mailed after leaving had been claimed before: they are few, and it was moments ago. */
async function claimsCameFirst(
  system: System,
  mailed: readonly string[],
  acknowledgedAt: ReadonlyMap<string, number>,
): Promise<void> {
  const late = mailed.filter(
    (to) => (mailedAt.get(to) ?? 0) > (acknowledgedAt.get(to) ?? Infinity),
  );
  // A claim is acted on within its lease; nobody who left longer ago can have been claimed.
  for (const to of late) {
    const heldMs = (mailedAt.get(to) ?? 0) - (acknowledgedAt.get(to) ?? 0);
    assert.ok(heldMs < system.config.delivery.lockDurationMs, `${heldMs} ms after leaving`);
  }
  const raced = [...acknowledgedAt.keys()].filter((address) => mailedAt.has(address)).length;
  assert.ok(raced > 0 && raced < LEAVERS, `${raced} were mailed before they left, the others not`);
  assert.ok(late.length < mailed.length / 10, `${late.length} were claimed when they left`);
}

async function audienceIsRight(system: System): Promise<void> {
  const ways = Array.from({ length: LEAVERS }, (_, n) => WAYS[n % WAYS.length]);
  const count = (way: Way): number => ways.filter((one) => one === way).length;
  const stats = await system.audience.stats();
  assert.equal(stats.unsubscribed, count('one-click'));
  assert.equal(stats.suppressed, count('erase') + count('suppress'));
  assert.equal(stats.total, READERS - count('erase'));
}

/** Looks for erased addresses in every key and value: audience, ledger, frozen messages, queue. */
async function nothingIsLeftOfTheErased(): Promise<void> {
  const client = redis.client();
  const everything: string[] = [];
  for (const key of await client.keys('*')) {
    everything.push(key, await textOf(client, key));
  }
  const text = everything.join('\n');
  assert.ok(text.includes(addressOf(READERS - 1)), 'the search finds who is there');
  const found = Array.from({ length: LEAVERS }, (_, n) => n)
    .filter((n) => WAYS[n % WAYS.length] === 'erase')
    .filter((n) => text.includes(addressOf(n)) || text.includes(`Reader ${n}\n`));
  assert.deepEqual(found, []);
}

async function textOf(client: ReturnType<TestRedis['client']>, key: string): Promise<string> {
  switch (await client.type(key)) {
    case 'hash':
      return Object.entries(await client.hgetall(key))
        .flat()
        .join('\n');
    case 'set':
      return (await client.smembers(key)).join('\n');
    case 'zset':
      return (await client.zrange(key, '0', '-1')).join('\n');
    case 'list':
      return (await client.lrange(key, 0, -1)).join('\n');
    case 'stream':
      return JSON.stringify(await client.xrange(key, '-', '+'));
    default:
      return (await client.get(key)) ?? '';
  }
}
