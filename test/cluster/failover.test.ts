/**
 * A master of a Redis Cluster is killed in the middle of a send, and its replica takes over: with
 * `replicas:1`, and with a replica that had not got the last of it.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../../src/system.js';
import { makePublication, type Running, type TestPublication } from '../support/publication.js';
import { startTestCluster, type TestCluster } from '../support/redis-cluster.js';
import { addReaders, balancedLedger, beginSend } from '../support/sends.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const READERS = 900;
const PASSWORD = 'nodes of the test';

let cluster: TestCluster;
let sink: Sink;
let publication: TestPublication;
let system: System;
let workers: Running[] = [];
let said = '';

before(async () => {
  cluster = await startTestCluster({
    withReplicas: true,
    password: PASSWORD,
    // However old what it has is, a replica may be promoted: it is the only one.
    args: ['--cluster-replica-validity-factor', '0'],
  });
  sink = await startSink({
    record: 'ids',
    reply: ({ stage }) => (stage === 'message' ? { afterMs: 40 } : undefined),
  });
});
after(async () => {
  await sink?.stop();
  await cluster?.stop();
});
beforeEach(() => {
  sink.messages.length = 0;
});
afterEach(async () => {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.map(({ done }) => done));
  await system?.close();
  await publication?.remove();
});

async function sendWith(durability: string, issue: number): Promise<void> {
  publication = await makePublication({
    ...{ smtpUrl: sink.url, redis: cluster.urls },
    yaml: `redis: {durability: '${durability}'}\nsmtp: {connections: 15}\ndelivery: {lockDuration: 2s}\n`,
  });
  system = await publication.open();
  await addReaders(system, READERS);
  workers = [1, 2, 3].map(() => publication.start('start', 'worker'));
  said = '';
  for (const { child } of workers) child.stderr?.on('data', (text: string) => (said += text));
  await Promise.all(workers.map((worker) => worker.says('worker is ready')));
  await beginSend(publication, system, issue);
  await sink.waitFor(100);
}

/** The send's end, as everybody's fate shows it. */
async function endOf(issue: number): Promise<{ accepted: number; uncertain: number }> {
  while ((await system.sends.get(issue))?.state !== 'finished') await sleep(100);
  const mailed = sink.messages.map(({ to }) => to[0]);
  assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
  const ledger = await balancedLedger(system, issue);
  assert.equal(ledger.planned, READERS);
  assert.equal(ledger.accepted + ledger.uncertain, READERS, 'nobody missing');
  assert.ok(mailed.length >= ledger.accepted, 'nobody is accepted whom the relay never had');
  return ledger;
}

/** Which master had the key's slot at the start. */
async function indexOf(key: string): Promise<number> {
  const slot = Number(await cluster.masters[0]?.client(PASSWORD).cluster('KEYSLOT', key));
  return Math.floor(((slot + 0.5) * 3) / 16_384);
}

describe('a master that is killed in the middle of a send', () => {
  it('with replicas:1 took no claim with it: its replica goes on, once it has a replica itself', async () => {
    await sendWith('replicas:1', 101);
    // The queue is lost with it, too: that of all shards.
    const master = cluster.masters[await indexOf('weekly:{queue}:default:wait')];
    await master?.kill();
    // Nobody of these shards is mailed without a second copy of the claim.
    while ((await system.lanes[0]?.troubles())?.[0]?.of !== 'redis') await sleep(50);
    await master?.restart();
    const { uncertain } = await endOf(101);
    assert.equal(uncertain, 0, 'no worker died, so all of them could tell');
  });

  it('without waiting for replicas loses what only it had, and is told by the workers that live', async () => {
    await sendWith('everysec', 102);
    const index = (await indexOf('weekly:{queue}:default:wait')) === 0 ? 1 : 0;
    const master = cluster.masters[index];
    const replica = cluster.replicas[index]?.client(PASSWORD);
    await replica?.config('SET', 'masterauth', 'no longer the password');
    await master?.client(PASSWORD).call('CLIENT', 'KILL', 'TYPE', 'replica');
    const before = sink.messages.length;
    // About a third of them are in the shards of that master.
    await sink.waitFor(before + 150);
    await master?.kill();
    const { uncertain } = await endOf(102);
    assert.match(said, /the server had forgotten recipients/);
    assert.ok(uncertain <= 30, `at most two for each connection: ${uncertain}`);
  });
});
