/** The disk under the embedded Redis fills up in the middle of a send. A real, small disk: needs root. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const COUNT = 400;
const DISK_MB = 24;
const ISSUE = `---
number: 4
title: No room
date: 2026-03-04
---
Dear reader, this is all.
`;

let disk: string;
let mounted = false;
let publication: TestPublication;
let sink: Sink;

/** Takes all the room there is, whatever else is being written meanwhile. */
async function fillUp(file: string): Promise<void> {
  const page = Buffer.alloc(4096, 1);
  const filler = await open(file, 'a');
  try {
    for (;;) await filler.write(page);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    await filler.close();
  }
}

before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'disk-'));
  const options = ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk];
  mounted = spawnSync('mount', options, { stdio: 'ignore' }).status === 0;
});
after(async () => {
  if (mounted) spawnSync('umount', ['--lazy', disk], { stdio: 'ignore' });
  await rm(disk, { recursive: true, force: true });
});

describe('a full disk under the embedded Redis', () => {
  it('makes the send wait and say so; with room again it ends, nobody twice, nobody missing', async (t) => {
    if (!mounted) return t.skip('only root can mount a small disk');
    sink = await startSink({
      reply: ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined),
    });
    const folder = process.env.TMPDIR;
    process.env.TMPDIR = disk;
    publication = await makePublication({
      smtpUrl: sink.url,
      yaml: 'smtp: {connections: 4}\ndelivery: {lockDuration: 2s}\n',
    });
    process.env.TMPDIR = folder;
    try {
      await publication.write('issues/4.md', ISSUE);
      await publication.write('readers.csv', subscribersCsv(COUNT));
      await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
      const send = publication.start('send', '4', '--yes', '--wait', '--json', '--loopback');
      await sink.waitFor(60);
      const filler = join(disk, 'filler');
      await fillUp(filler);
      await send.says('Redis does not answer');
      const before = sink.messages.length;
      assert.ok(before < COUNT, 'it stopped in the middle');
      await rm(filler);
      const done = await send.done;
      const { state, ledger } = done.json();
      assert.equal(state, 'finished', done.stderr);
      const mailed = sink.messages.map(({ to }) => to[0]);
      assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
      assert.equal(ledger.accepted + ledger.uncertain, COUNT, 'nobody missing');
      assert.ok(ledger.uncertain <= 8, `at most what was claimed: ${ledger.uncertain}`);
      assert.ok(mailed.length >= ledger.accepted);
      assert.equal((await publication.run('status', '4', '--recount')).code, 0);
    } finally {
      await publication.remove();
      await sink.stop();
    }
  });
});
