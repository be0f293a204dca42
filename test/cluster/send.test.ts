/** A Redis Cluster of three masters carries the same publication, over the same code. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLedgerFiles } from '../../src/delivery/ledger-file.js';
import { createPutAway } from '../../src/delivery/put-away.js';
import { createTally } from '../../src/delivery/tally.js';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { startTestCluster, type TestCluster } from '../support/redis-cluster.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const ISSUE = `---
number: 101
title: Small things that last
date: 2026-03-04
---
## Highlights

[The first piece](https://example.org/first) *(Ada Author)* (summarized by Ines): What it says.

**Ines's opinion:** Worth it.
`;
const RECIPIENTS = 1_000;
const PASSWORD = 'open, please: @/:';

/** Until what must happen in the middle of the send has happened, on however busy a machine. */
let slow = true;
let cluster: TestCluster;
let sink: Sink;
let publication: TestPublication;

describe('a publication on a Redis Cluster', () => {
  before(async () => {
    cluster = await startTestCluster({ password: PASSWORD });
    sink = await startSink({
      reply: ({ stage }) => (stage === 'message' ? { afterMs: slow ? 300 : 5 } : undefined),
    });
    publication = await makePublication({
      smtpUrl: sink.url,
      redis: cluster.urls,
      yaml: 'smtp: {connections: 10}\ndelivery: {lockDuration: 2s}\n',
    });
    await publication.write('issues/101.md', ISSUE);
    await publication.write('readers.csv', subscribersCsv(RECIPIENTS));
  });
  after(async () => {
    await publication?.remove();
    await sink?.stop();
    await cluster?.stop();
  });

  it('keeps its audience there: import, show, leave, erase, stats, export', async () => {
    const run = async (...args: string[]) => {
      const ended = await publication.run(...args, '--json');
      assert.equal(ended.code, 0, ended.stderr);
      return ended.json();
    };
    const { imported } = await run('subscribers', 'import', `${publication.dir}/readers.csv`);
    assert.equal(imported, RECIPIENTS);
    await run('subscribers', 'unsubscribe', 'reader0@example.org');
    await run('subscribers', 'erase', 'reader1@example.org', '--yes');
    assert.equal((await run('subscribers', 'show', 'reader0@example.org')).status, 'unsubscribed');
    const { total, active, unsubscribed } = await run('subscribers', 'stats');
    assert.deepEqual([total, active, unsubscribed], [RECIPIENTS - 1, RECIPIENTS - 2, 1]);
    const { stdout } = await publication.run('subscribers', 'export');
    assert.equal(stdout.trimEnd().split('\n').length, RECIPIENTS, 'a line each, and the heading');
  });

  it('sends with several workers; one killed in the middle costs nobody a second mail', async () => {
    const workers = [1, 2, 3].map(() => publication.start('start', 'worker'));
    await Promise.all(workers.map((worker) => worker.says('worker is ready')));
    const send = publication.start('send', '101', '--yes', '--wait', '--json', '--loopback');
    await sink.waitFor(60);
    const [victim, ...others] = workers;
    victim?.child.kill('SIGKILL');
    await sink.waitFor(120);
    assert.equal((await publication.run('pause', '101')).code, 0);
    const paused = (await publication.run('status', '101', '--json')).json();
    assert.equal(paused.state, 'paused');
    assert.equal((await publication.run('resume', '101')).code, 0);
    slow = false;
    const done = await send.done;
    const { state, ledger } = done.json();
    assert.equal(state, 'finished', done.stderr);
    const mailed = sink.messages.map(({ to }) => to[0]);
    assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
    assert.equal(ledger.planned, RECIPIENTS - 2);
    assert.equal(ledger.accepted + ledger.uncertain, ledger.planned, 'nobody forgotten');
    assert.ok(mailed.length >= ledger.accepted);
    assert.ok(ledger.uncertain <= 20, 'two for each connection');
    const recount = await publication.run('status', '101', '--recount', '--json');
    assert.equal(recount.code, 0, recount.stdout);
    for (const worker of others) worker.child.kill('SIGTERM');
    for (const { code } of await Promise.all(others.map((worker) => worker.done))) {
      assert.equal(code, 0);
    }
  });

  it('is backed up and restored, spread over the masters again; who left since stays away', async () => {
    const run = async (...args: string[]) => {
      const ended = await publication.run(...args, '--json');
      assert.equal(ended.code, 0, ended.stdout + ended.stderr);
      return ended.json();
    };
    const before = await run('status', '101');
    const stats = await run('subscribers', 'stats');
    const file = `${publication.dir}/weekly.backup`;
    assert.equal((await run('backup', file)).subscribers, stats.total);
    await run('subscribers', 'unsubscribe', 'reader2@example.org');
    await Promise.all(cluster.masters.map((node) => node.client(PASSWORD).flushall()));
    const restored = await run('restore', file);
    assert.equal(restored.repeated.left, 1);
    const { total, active, unsubscribed } = await run('subscribers', 'stats');
    assert.deepEqual([total, active, unsubscribed], [stats.total, stats.active - 1, 2]);
    const sizes = await Promise.all(cluster.masters.map((node) => node.client(PASSWORD).dbsize()));
    assert.ok(
      sizes.every((keys) => keys > 200),
      `${sizes}`,
    );
    // It began minutes before the backup, which is within what clocks of two hosts may differ.
    const { state, ledger } = await run('status', '101');
    assert.deepEqual([state, ledger], ['halted', before.ledger]);
    assert.equal((await run('status', '101', '--recount')).agree, true);
    await run('resume', '101');
    const mails = sink.messages.length;
    await publication.run('send', '101', '--yes', '--wait', '--loopback');
    assert.equal((await run('status', '101')).state, 'finished');
    assert.equal(sink.messages.length, mails, 'there was nobody left to mail');
  });

  it('makes a file of an old ledger, shard by shard', async () => {
    const system = await publication.open();
    try {
      const { sends, tally, keys, redis, log } = system;
      const before = await tally.counts(101);
      const files = createLedgerFiles(system.config.dataDir);
      const ofRedis = createTally(redis.client, keys);
      const options = { redis: redis.client, keys, tally: ofRedis, files, keep: 0, log };
      await createPutAway(options)(await sends.list(), Date.now() + 86_400_000);
      assert.deepEqual(await tally.counts(101), before);
      assert.deepEqual(await tally.recount(101), before, 'from the file');
      assert.equal((await ofRedis.counts(101)).ledger.planned, 0, 'nothing is left in Redis');
    } finally {
      await system.close();
    }
  });
});
