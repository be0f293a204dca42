/** Clean stops: a real worker process is told to stop, and the ledger is looked at afterwards. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Work } from '../../src/queue/queues.js';
import type { System } from '../../src/system.js';
import { startWorker } from '../../workers/worker.js';
import { makePublication, type Running, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { addReaders, balancedLedger, beginSend } from '../support/sends.js';
import { HANG, type Sink, type SinkOptions, startSink } from '../support/smtp-sink.js';

const READERS = 300;
/** Far longer than any test: whoever had to wait for a lock to expire would not be done in time. */
const SETTINGS = 'smtp: {connections: 5}\ndelivery: {lockDuration: 10m}\n';

let redis: TestRedis;
let sink: Sink;
let script: SinkOptions['reply'];
let publication: TestPublication;
let system: System;
let stopped: Running;
let successor: Work | undefined;
let number = 100;

before(async () => {
  redis = await startTestRedis();
  sink = await startSink({ reply: (event) => script?.(event) });
  publication = await makePublication({ smtpUrl: sink.url, redis: redis.url, yaml: SETTINGS });
  system = await publication.open();
  await addReaders(system, READERS);
});
after(async () => {
  await system?.close();
  await publication?.remove();
  await sink?.stop();
  await redis?.stop();
});
beforeEach(async () => {
  script = undefined;
  sink.messages.length = 0;
  number += 1;
  stopped = publication.start('start', 'worker');
  await stopped.says('worker is ready');
});
afterEach(async () => {
  await successor?.close();
  successor = undefined;
  stopped.child.kill('SIGKILL');
  await stopped.done;
});

async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  stopped.child.kill(signal);
  return (await stopped.done).code;
}

/** Another worker does what is left; then nobody is missing, and nobody has two. */
async function finish(): Promise<void> {
  script = undefined;
  successor ??= await startWorker(system);
  while ((await system.sends.get(number))?.state !== 'finished') await sleep(50);
  const mailed = sink.messages.map(({ to }) => to[0]);
  assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
  const { accepted, uncertain } = await balancedLedger(system, number);
  assert.equal(accepted + uncertain, READERS, 'nobody forgotten');
  assert.ok(mailed.length >= accepted);
}

/** A relay that falls silent after the final dot once it took 20 messages; resolves when 5 wait. */
async function fallSilent(): Promise<void> {
  let messages = 0;
  script = ({ stage }) => (stage === 'message' && ++messages > 20 ? HANG : undefined);
  await beginSend(publication, system, number);
  while (messages < 25) await sleep(10);
}

describe('SIGTERM', () => {
  it('lets messages in flight end and gives back the rest', async () => {
    script = ({ stage }) => (stage === 'message' ? { afterMs: 100 } : undefined);
    await beginSend(publication, system, number);
    await sink.waitFor(20);
    assert.equal(await stop(), 0);
    const now = await balancedLedger(system, number);
    assert.equal(now.accepted, sink.messages.length);
    assert.deepEqual([now.inFlight, now.uncertain], [0, 0]);
    assert.equal(await system.presence.workers().then(({ length }) => length), 0);
    await finish();
  });

  it('hands the rest to a worker that waits, and to it at once', async () => {
    script = ({ stage }) => (stage === 'message' ? { afterMs: 100 } : undefined);
    await beginSend(publication, system, number);
    await sink.waitFor(5);
    successor = await startWorker(system);
    assert.equal(await stop(), 0);
    await finish();
    assert.equal((await balancedLedger(system, number)).accepted, READERS);
  });

  it('in the middle of planning hands that over too', async () => {
    await beginSend(publication, system, number);
    await sink.waitFor(1);
    assert.equal(await stop(), 0);
    await finish();
    assert.equal((await balancedLedger(system, number)).accepted, READERS);
  });

  it('is bounded: who waits for a relay that fell silent after the final dot is in doubt', async () => {
    await fallSilent();
    assert.equal(await stop(), 0);
    const now = await balancedLedger(system, number);
    assert.deepEqual([now.accepted, now.uncertain, now.inFlight], [20, 5, 0]);
    assert.deepEqual(await system.lanes[0]?.troubles(), [], 'we hung up, not the relay');
    await finish();
    assert.equal((await balancedLedger(system, number)).uncertain, 5, 'nobody mails them again');
  });

  it('does not wait for a relay that does not answer at all', async () => {
    script = ({ stage }) => (stage === 'connect' ? HANG : undefined);
    const before = sink.connections.ever;
    await beginSend(publication, system, number);
    while (sink.connections.ever === before) await sleep(10);
    assert.equal(await stop(), 0);
    const now = await balancedLedger(system, number);
    assert.deepEqual([now.remaining, now.inFlight], [now.planned, 0]);
    assert.deepEqual(await system.lanes[0]?.troubles(), []);
    await finish();
  });

  it('twice in one breath, as npx and systemd send it, is one wish', async () => {
    script = ({ stage }) => (stage === 'message' ? { afterMs: 600 } : undefined);
    await beginSend(publication, system, number);
    await sink.waitFor(5);
    stopped.child.kill('SIGINT');
    assert.equal(await stop(), 0);
    const now = await balancedLedger(system, number);
    assert.deepEqual([now.inFlight, now.uncertain], [0, 0]);
    await finish();
  });

  it('a second time ends the process at once; who was in flight is in doubt', async () => {
    await fallSilent();
    stopped.child.kill('SIGTERM');
    await stopped.says('stopping');
    while ((await system.tally.counts(number)).inFlight > 5) await sleep(20);
    // Signals within a third of a second are one wish.
    await sleep(400);
    assert.equal(await stop(), 143);
    assert.equal((await balancedLedger(system, number)).inFlight, 5);
    // The lock of a process that was not let end lasts ten minutes here; without the queue it is
    // the ledger that knows what is left.
    await redis.client().del(...(await redis.client().keys('weekly:{queue}:default:*')));
    await finish();
    assert.equal((await balancedLedger(system, number)).uncertain, 5);
  });
});
