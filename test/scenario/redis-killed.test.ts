/** Redis dies in the middle of a send, with the process or with its host; three workers live on. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../../src/system.js';
import { readAddresses, readStates } from '../crash/ledger-bytes.js';
import { type KillableRedis, startKillableRedis } from '../crash/redis-server.js';
import { makePublication, type Running, type TestPublication } from '../support/publication.js';
import { addReaders, balancedLedger, beginSend } from '../support/sends.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const READERS = 900;

let redis: KillableRedis;
let sink: Sink;
let publication: TestPublication;
let system: System;
let workers: Running[];
let said = '';

before(async () => {
  redis = await startKillableRedis();
  sink = await startSink({
    record: 'ids',
    reply: ({ stage }) => (stage === 'message' ? { afterMs: 40 } : undefined),
  });
  publication = await makePublication({
    ...{ smtpUrl: sink.url, redis: redis.url },
    yaml: 'smtp: {connections: 15}\ndelivery: {lockDuration: 2s}\n',
  });
  system = await publication.open();
  await addReaders(system, READERS);
  workers = [1, 2, 3].map(() => publication.start('start', 'worker'));
  for (const { child } of workers) {
    child.stderr?.on('data', (text: string) => {
      said += text;
    });
  }
  await Promise.all(workers.map((worker) => worker.says('worker is ready')));
});
after(async () => {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ done }) => done));
  await system?.close();
  await publication?.remove();
  await sink?.stop();
  await redis?.stop();
});
beforeEach(() => {
  sink.messages.length = 0;
  said = '';
});
afterEach(() => {
  assert.ok(
    workers.every(({ child }) => child.exitCode === null),
    'no worker died',
  );
});

const mailed = (): string[] => sink.messages.map(({ to }) => to[0] ?? '');

/** People the relay has accepted a message for, and whom the ledger holds for not mailed yet. */
async function forgotten(issue: number): Promise<string[]> {
  const had = mailed();
  const states = await readStates(redis.client, issue, await readAddresses(redis.client));
  return had.filter((address) => states.get(address) === 'p');
}

async function endOf(issue: number): Promise<void> {
  while ((await system.sends.get(issue))?.state !== 'finished') await sleep(100);
  assert.equal(new Set(mailed()).size, sink.messages.length, 'nobody twice');
  const { planned, accepted, uncertain } = await balancedLedger(system, issue);
  assert.deepEqual([planned, accepted, uncertain], [READERS, READERS, 0], 'all of them could tell');
}

describe('kill -9 of Redis in the middle of a send', () => {
  for (const [issue, fsync] of [
    [101, 'always'],
    [102, 'everysec'],
  ] as const) {
    it(`with ${fsync} loses nothing that was answered`, async () => {
      await redis.setFsync(fsync);
      await beginSend(publication, system, issue);
      await sink.waitFor(200);
      redis.kill();
      await redis.restart();
      assert.deepEqual(await forgotten(issue), []);
      await redis.admit();
      await endOf(issue);
    });
  }
});

describe('power loss of the host of Redis in the middle of a send', () => {
  it('with everysec loses the last messages, and is told of them by the workers that live', async () => {
    await redis.setFsync('everysec');
    await beginSend(publication, system, 103);
    await sink.waitFor(100);
    const kept = await redis.written();
    await sink.waitFor(250);
    redis.kill();
    await redis.restart(kept);
    const lost = await forgotten(103);
    assert.ok(lost.length >= 100, `the disk had not got them: ${lost.length}`);
    await redis.admit();
    await endOf(103);
    assert.match(said, /the server had forgotten recipients/);
  });
});
