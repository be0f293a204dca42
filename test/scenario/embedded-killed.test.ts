/** Processes that share an embedded Redis are killed: the others, and the next, must not notice. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  makePublication,
  type Running,
  subscribersCsv,
  type TestPublication,
} from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const READERS = 200;
const ISSUE = `---
number: 4
title: Who is left
date: 2026-03-04
---
Dear reader, this is all.
`;

let sink: Sink;
let publication: TestPublication;

const pidFile = (): string => join(publication.dir, '.pressrun', 'redis', 'server.pid');
const serverPid = (): number => Number(readFileSync(pidFile(), 'utf8'));

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function startWorker(): Promise<Running> {
  const worker = publication.start('start', 'worker');
  await worker.says('worker is ready');
  return worker;
}

async function end({ child, done }: Running, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  return (await done).code;
}

async function total(): Promise<number> {
  const ran = await publication.run('subscribers', 'stats', '--json');
  assert.equal(ran.code, 0, ran.stderr);
  return ran.json().total;
}

before(async () => {
  sink = await startSink({
    record: 'ids',
    reply: ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined),
  });
  publication = await makePublication({
    smtpUrl: sink.url,
    yaml: 'smtp: {connections: 15}\ndelivery: {lockDuration: 2s}\n',
  });
  await publication.write('issues/4.md', ISSUE);
  await publication.write('readers.csv', subscribersCsv(READERS));
  await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
});
after(async () => {
  await publication.remove();
  await sink.stop();
});

describe('kill -9 of a process that uses the embedded Redis', () => {
  it('that started it, and of one that joined it, in the middle of a send: the others go on, and the last one out stops it', async () => {
    const starter = await startWorker();
    const pid = serverPid();
    const [joined, last] = await Promise.all([startWorker(), startWorker()]);
    const send = publication.start('send', '4', '--yes', '--wait', '--json', '--loopback');
    await sink.waitFor(40);
    await end(starter, 'SIGKILL');
    await sink.waitFor(sink.messages.length + 20);
    await end(joined, 'SIGKILL');
    const { ledger } = (await send.done).json();
    const mailed = sink.messages.map(({ to }) => to[0]);
    assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
    assert.equal(ledger.accepted + ledger.uncertain, READERS, 'nobody missing');
    assert.ok(ledger.uncertain <= 30, 'two for each connection');
    assert.equal(serverPid(), pid, 'the same server all the time');
    assert.equal(await total(), READERS);
    assert.ok(runs(pid), 'somebody still uses it');
    assert.equal(await end(last, 'SIGTERM'), 0);
    assert.equal(existsSync(pidFile()), false, 'stopped');
  });

  it('that was the last leaves it to the next one, who stops it', async () => {
    const worker = await startWorker();
    const pid = serverPid();
    await end(worker, 'SIGKILL');
    assert.ok(runs(pid), 'nobody was left to stop it');
    assert.equal(await total(), READERS);
    assert.equal(existsSync(pidFile()), false, 'stopped');
  });

  it('that was starting it, lock in hand: the next one takes over and stops it', async () => {
    const starting = publication.start('start', 'worker');
    while (!existsSync(pidFile())) await sleep(1);
    await end(starting, 'SIGKILL');
    assert.equal(await total(), READERS);
    assert.equal(existsSync(pidFile()), false, 'stopped by the one that took over');
  });
});
