/** Processes that are told to stop, or not listened to any more, at awkward moments. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  makePublication,
  type Running,
  subscribersCsv,
  type TestPublication,
} from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const READERS = 200;
const issueFile = (number: number): string =>
  `---\nnumber: ${number}\ntitle: On the way out\ndate: 2026-03-04\n---\nDear reader, this is all.\n`;

let redis: TestRedis;
let sink: Sink;
let publication: TestPublication;
let number = 100;

const mailed = (): (string | undefined)[] => sink.messages.map(({ to }) => to[0]);

async function startWorker(): Promise<Running> {
  const worker = publication.start('start', 'worker');
  await worker.says('worker is ready');
  return worker;
}

async function stop({ child, done }: Running, signal: NodeJS.Signals = 'SIGTERM') {
  child.kill(signal);
  return await done;
}

/** `send`, once some messages have gone. */
async function startSend(): Promise<Running> {
  const send = publication.start('send', `${number}`, '--yes', '--wait', '--loopback');
  await sink.waitFor(20);
  return send;
}

async function endsWell(doubted: number): Promise<void> {
  const { code, stderr } = await publication.run('send', `${number}`, '--yes', '--wait');
  assert.ok([0, 1, 3].includes(code ?? -1), stderr);
  const { state, ledger } = (await publication.run('status', `${number}`, '--json')).json();
  assert.equal(state, 'finished');
  assert.equal(new Set(mailed()).size, mailed().length, 'nobody twice');
  assert.equal(ledger.accepted + ledger.uncertain, READERS, 'nobody missing');
  assert.ok(ledger.uncertain <= doubted, `${ledger.uncertain} in doubt`);
}

before(async () => {
  redis = await startTestRedis({ args: ['--appendfsync', 'always'] });
  sink = await startSink({
    record: 'ids',
    reply: ({ stage }) => (stage === 'message' ? { afterMs: 30 } : undefined),
  });
  publication = await makePublication({
    ...{ smtpUrl: sink.url, redis: redis.url },
    yaml: 'smtp: {connections: 5}\ndelivery: {lockDuration: 2s}\n',
  });
  await publication.write('readers.csv', subscribersCsv(READERS));
  await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
});
after(async () => {
  await publication?.remove();
  await sink?.stop();
  await redis?.stop();
});
beforeEach(async () => {
  sink.messages.length = 0;
  number += 1;
  await publication.write(`issues/${number}.md`, issueFile(number));
});

describe('SIGTERM while a process starts', () => {
  it('lets it finish the step it is in and go, the embedded Redis with it', async () => {
    const own = await makePublication({ smtpUrl: sink.url });
    const server = join(own.dir, '.pressrun', 'redis', 'server.pid');
    const starting = own.start('start');
    while (!existsSync(server)) await sleep(1);
    const { code, stderr } = await stop(starting);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /is ready/, 'nothing was started any more');
    assert.equal(existsSync(server), false);
    await own.remove();
  });

  it('stops what had started', async () => {
    const own = await makePublication({
      ...{ smtpUrl: sink.url, redis: redis.url },
      yaml: 'http: {port: 0}\n',
    });
    const starting = own.start('start');
    await starting.says('web is ready');
    const { code, stderr } = await stop(starting);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /"stopped"/);
    await own.remove();
  });
});

describe('while Redis is away', () => {
  it('Ctrl-C leaves a send that workers see through, at once', async () => {
    const worker = await startWorker();
    const send = await startSend();
    await redis.kill();
    await send.says('Redis does not answer');
    const left = await stop(send, 'SIGINT');
    assert.equal(left.code, 1);
    assert.match(left.stderr, /not known how the send stands/);
    await redis.restart();
    await endsWell(0);
    assert.equal((await stop(worker)).code, 0);
  });

  it('SIGHUP ends a send that does the work itself within its bound, and says what that costs', async () => {
    const send = await startSend();
    await redis.kill();
    await send.says('Redis does not answer');
    const left = await stop(send, 'SIGHUP');
    assert.equal(left.code, 1);
    assert.match(left.stderr, /not stopped cleanly within 25 s/);
    await redis.restart();
    await endsWell(10);
  });
});

describe('output that nobody reads any more', () => {
  for (const args of [[], ['--json']]) {
    it(`does not stop a send ${args.join(' ')}`, async () => {
      const send = publication.start(
        ...['send', `${number}`, '--yes', '--wait', '--loopback', ...args],
      );
      send.child.stdout?.destroy();
      send.child.stderr?.destroy();
      assert.equal((await send.done).code, 0);
      assert.equal(new Set(mailed()).size, READERS);
    });
  }

  it('does not stop a worker, which stops as cleanly as ever', async () => {
    const worker = await startWorker();
    worker.child.stdout?.destroy();
    worker.child.stderr?.destroy();
    await startSend();
    assert.equal((await stop(worker)).code, 0);
    await endsWell(0);
  });
});
