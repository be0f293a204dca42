/** Processes that are suspended for longer than their locks last, and wake up again. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Work } from '../../src/queue/queues.js';
import type { System } from '../../src/system.js';
import { startWorker } from '../../workers/worker.js';
import { makePublication, type Running, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { addReaders, balancedLedger, beginSend } from '../support/sends.js';
import { type Sink, type SinkOptions, startSink } from '../support/smtp-sink.js';

const READERS = 300;
const CONNECTIONS = 5;
const SETTINGS = `smtp: {connections: ${CONNECTIONS}}\ndelivery: {lockDuration: 2s}\n`;

let redis: TestRedis;
let sink: Sink;
let script: SinkOptions['reply'];
let publication: TestPublication;
let system: System;
let sleeper: Running;
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
  sleeper = publication.start('start', 'worker');
  await sleeper.says('worker is ready');
});
afterEach(async () => {
  process.kill(redis.pid, 'SIGCONT');
  await successor?.close();
  successor = undefined;
  sleeper.child.kill('SIGKILL');
  await sleeper.done;
});

async function untilFinished(): Promise<void> {
  while ((await system.sends.get(number))?.state !== 'finished') await sleep(50);
}

function mailedOnce(): void {
  const mailed = sink.messages.map(({ to }) => to[0]);
  assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
}

/** Suspends the worker once the relay has seen this stage so many times. */
async function suspendedAt(stage: 'body' | 'message', times: number): Promise<void> {
  let seen = 0;
  script = (event) => {
    if (event.stage === stage && ++seen === times) sleeper.child.kill('SIGSTOP');
    return event.stage === 'message' ? { afterMs: 20 } : undefined;
  };
  await beginSend(publication, system, number);
  while (seen < times) await sleep(10);
}

describe('a worker that is suspended past its lock', () => {
  for (const stage of ['body', 'message'] as const) {
    it(`at the ${stage} is replaced, and mails nobody a second time when it wakes`, async () => {
      await suspendedAt(stage, 25);
      successor = await startWorker(system);
      await untilFinished();
      const replaced = await balancedLedger(system, number);
      assert.ok(replaced.uncertain > 0, 'what it held is in doubt');
      assert.ok(replaced.uncertain <= 2 * CONNECTIONS);
      assert.equal(replaced.accepted + replaced.uncertain, READERS);
      sleeper.child.kill('SIGCONT');
      // What the relay had answered while it slept settles the doubt: a definite word, if late.
      const known = new Set(sink.messages.map(({ to }) => to[0])).size;
      while ((await system.tally.counts(number)).ledger.accepted < known) await sleep(50);
      sleeper.child.kill('SIGTERM');
      assert.equal((await sleeper.done).code, 0);
      const settled = await balancedLedger(system, number);
      assert.equal(settled.accepted, known, 'accepted is what the relay took, no more');
      assert.equal(settled.accepted + settled.uncertain + settled.remaining, READERS);
      mailedOnce();
    });
  }
});

describe('a Redis that is suspended past every lock', () => {
  it('costs time and nothing else', async () => {
    script = ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined);
    await beginSend(publication, system, number);
    await sink.waitFor(25);
    process.kill(redis.pid, 'SIGSTOP');
    await sleep(4_000);
    process.kill(redis.pid, 'SIGCONT');
    successor = await startWorker(system);
    await untilFinished();
    const now = await balancedLedger(system, number);
    assert.equal(now.accepted + now.uncertain, READERS);
    assert.ok(now.uncertain <= 2 * CONNECTIONS);
    mailedOnce();
  });

  it('lets a stopping worker end, with everybody written down, when it is back in time', async () => {
    script = ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined);
    await beginSend(publication, system, number);
    await sink.waitFor(25);
    process.kill(redis.pid, 'SIGSTOP');
    sleeper.child.kill('SIGTERM');
    await sleeper.says('stopping');
    await sleep(500);
    process.kill(redis.pid, 'SIGCONT');
    assert.equal((await sleeper.done).code, 0);
    const now = await balancedLedger(system, number);
    assert.deepEqual([now.inFlight, now.uncertain], [0, 0]);
    assert.equal(now.accepted, sink.messages.length);
    successor = await startWorker(system);
    await untilFinished();
    mailedOnce();
  });

  it('does not hold a stopping worker for ever', async () => {
    script = ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined);
    await beginSend(publication, system, number);
    await sink.waitFor(25);
    process.kill(redis.pid, 'SIGSTOP');
    sleeper.child.kill('SIGTERM');
    const { code, stderr } = await sleeper.done;
    assert.equal(code, 1);
    assert.match(stderr, /not stopped cleanly within 25 s/);
    process.kill(redis.pid, 'SIGCONT');
    successor = await startWorker(system);
    await untilFinished();
    const now = await balancedLedger(system, number);
    assert.equal(now.accepted + now.uncertain, READERS);
    assert.ok(now.uncertain <= 2 * CONNECTIONS);
    mailedOnce();
  });
});
