/** Backup and restore as an operator meets them: real processes, a private Redis, a real relay. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { copyFile, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { embeddedServer } from '../../src/redis/embedded.js';
import { keysOf } from '../../src/redis/keys.js';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const COUNT = 300;
const issueFile = (number: number): string => `---
number: ${number}
title: Things that last
date: 2026-03-04
---

## Highlights

[The first piece](https://example.org/first) *(Ada Author)* (summarized by Ines): What it says.
`;

let publication: TestPublication;
let sink: Sink;
let file: string;

/** Addresses that were mailed more than once. */
function mailedTwice(): string[] {
  const all = sink.messages.flatMap(({ to }) => to);
  return all.filter((address, n) => all.indexOf(address) !== n);
}

async function run(...args: string[]) {
  const ran = await publication.run(...args);
  assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran;
}

/** Ends a process group member by -9, and with it its hold on the server. */
async function killed(running: ReturnType<TestPublication['start']>): Promise<void> {
  running.child.kill('SIGKILL');
  await running.done;
}

/** The embedded Redis and all its data are gone: a dead disk, with the journal on another one. */
async function loseRedis(): Promise<void> {
  const folder = join(publication.dir, '.pressrun', 'redis');
  const pid = Number(await readFile(join(folder, 'server.pid'), 'utf8').catch(() => '0'));
  if (pid > 0) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It had ended with its last command.
    }
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** `send`, killed together with Redis when about this many have their copy. */
async function sendUntil(issue: string, messages: number): Promise<void> {
  const before = sink.messages.length;
  const sending = publication.start('send', issue, '--yes', '--wait', '--loopback');
  while (sink.messages.length < before + messages) await sleep(20);
  await killed(sending);
}

/**
 * Between the mark that a restore sets before it changes anything and the one that ends it. A restore
 * that was faster than we are is run again.
 */
async function restoreKilledInTheMiddle(): Promise<void> {
  const path = embeddedServer(join(publication.dir, '.pressrun'), 'always').socket;
  // The last command out stops the server: without it there is no mark, and no answer to wait for.
  const redis = new Redis({ path, enableOfflineQueue: false, retryStrategy: () => 1 });
  redis.on('error', () => {});
  const isMarked = async () => {
    await nextTurn();
    const mark = await redis.hexists(keysOf('weekly').installation, 'restoring').catch(() => 0);
    return mark === 1;
  };
  try {
    do {
      const restoring = publication.start('restore', file, '--replace', '--yes');
      let over = false;
      void restoring.done.then(() => {
        over = true;
      });
      while (!over && !(await isMarked()));
      await killed(restoring);
    } while (!(await isMarked()));
  } finally {
    redis.disconnect();
  }
}

const status = async (issue: string) => (await run('status', issue, '--json')).json();

before(async () => {
  sink = await startSink({ record: 'ids' });
});
after(() => sink.stop());
beforeEach(async () => {
  sink.messages.length = 0;
  publication = await makePublication({
    smtpUrl: sink.url,
    yaml: 'smtp:\n  rate: 100\n',
  });
  await publication.write('issues/101.md', issueFile(101));
  await publication.write('readers.csv', subscribersCsv(COUNT));
  file = join(publication.dir, 'weekly.backup');
  await run('subscribers', 'import', `${publication.dir}/readers.csv`);
});
afterEach(async () => {
  // Where the last process was killed nobody stops the server.
  await loseRedis();
  await publication.remove();
});

describe('restoring a backup', () => {
  it('of yesterday, in the middle of a send that it does not know: nobody who left is back, nobody is mailed twice', async () => {
    const made = (await run('backup', file, '--json')).json();
    assert.equal(made.subscribers, COUNT);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await run('subscribers', 'unsubscribe', 'reader1@example.org');
    await run('subscribers', 'erase', 'reader2@example.org', '--yes');
    await run('subscribers', 'add', 'newcomer@example.org');
    await run('subscribers', 'add', 'short@example.org');
    await run('subscribers', 'unsubscribe', 'short@example.org');
    await sendUntil('101', 60);
    await loseRedis();

    const restored = (await run('restore', file, '--json')).json();
    assert.deepEqual(restored.repeated, { left: 1, suppressed: 0, erased: 1 });
    assert.equal(restored.lostNewcomers, 1);
    assert.deepEqual(restored.halted, [{ issue: 101, inDoubt: COUNT - 1 }]);

    const { state, reason, ledger } = await status('101');
    assert.equal(state, 'halted');
    assert.match(reason, /restored from a backup of .*resolve 101.*amend 101/);
    assert.equal(ledger.uncertain, COUNT - 1);
    const recount = await run('status', '101', '--recount', '--json');
    assert.equal(recount.json().agree, true);

    const again = await publication.run('send', '101', '--yes', '--loopback');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /halted/);
    const resend = await publication.run('resolve', '101', '--resend');
    assert.match(resend.stderr, /amend 101/);

    const known = await run('subscribers', 'show', 'reader1@example.org', '--json');
    assert.equal(known.json().status, 'unsubscribed');
    await publication.write(
      'late.csv',
      'email\nshort@example.org\nreader2@example.org\nnewcomer@example.org\n',
    );
    const late = (
      await run('subscribers', 'import', `${publication.dir}/late.csv`, '--json')
    ).json();
    assert.equal(late.suppressed, 2, 'who left after the backup is not brought back by an import');

    await run('resolve', '101', '--assume-sent');
    await run('resume', '101');
    const ended = await publication.run('send', '101', '--yes', '--wait', '--loopback', '--json');
    assert.ok([0, 1].includes(ended.code ?? -1), ended.stderr);
    const last = await status('101');
    assert.equal(last.state, 'finished');
    await publication.run('send', '101', '--newcomers', '--yes', '--wait', '--loopback');
    assert.deepEqual(mailedTwice(), []);
  });

  it('made in the middle of a send puts in doubt whoever it shows as waiting; the rest is as it was', async () => {
    await sendUntil('101', 60);
    await run('backup', file);
    const before = await status('101');
    const mailedAtBackup = sink.messages.length;
    await sendUntil('101', 60);
    await loseRedis();
    await run('restore', file);
    const after = await status('101');
    assert.equal(after.state, 'halted');
    assert.equal(after.ledger.accepted, before.ledger.accepted);
    assert.ok(after.ledger.accepted <= mailedAtBackup);
    assert.equal(after.ledger.uncertain, COUNT - before.ledger.accepted - before.ledger.skipped);
    assert.equal((await run('status', '101', '--recount', '--json')).json().agree, true);
    await run('resume', '101');
    await publication.run('send', '101', '--yes', '--wait', '--loopback');
    assert.equal((await status('101')).state, 'finished');
    assert.deepEqual(mailedTwice(), [], 'who is in doubt is mailed by nobody');
  });

  it('killed in the middle leaves nothing that another command would use, and is repeated', async () => {
    await run('backup', file);
    await restoreKilledInTheMiddle();
    for (const command of [['subscribers', 'stats'], ['status'], ['backup', `${file}.2`]]) {
      const refused = await publication.run(...command, '--json');
      assert.equal(refused.code, 1);
      assert.equal(refused.json().error.code, 'restore_incomplete');
    }
    await run('restore', file, '--replace', '--yes');
    assert.equal((await run('subscribers', 'stats', '--json')).json().total, COUNT);
  });

  it('is refused while others are connected, over data that is there, and without the journal', async () => {
    await run('backup', file);
    const worker = publication.start('start', 'worker');
    await worker.says('worker is ready');
    const used = await publication.run('restore', file, '--replace', '--yes', '--json');
    assert.equal(used.json().error.code, 'restore_refused');
    assert.match(used.json().error.message, /in use \(worker \d+ on /);
    worker.child.kill('SIGTERM');
    await worker.done;
    const full = await publication.run('restore', file, '--json');
    assert.match(full.json().error.message, /--replace/);
    const journal = join(publication.dir, '.pressrun', 'journal');
    await rm(journal, { recursive: true });
    const lost = await publication.run('restore', file, '--replace', '--yes', '--json');
    assert.match(lost.json().error.message, /journal of host .* is missing.*--without-journals/);
    assert.equal((await run('subscribers', 'stats', '--json')).json().total, COUNT);
    await run('restore', file, '--replace', '--yes', '--without-journals');
  });

  it('reads the journals of other hosts, and refuses a file that is cut off, flipped or no backup', async () => {
    await run('backup', file);
    await run('subscribers', 'unsubscribe', 'reader1@example.org');
    const journal = join(publication.dir, '.pressrun', 'journal');
    const [log = ''] = (await readdir(journal)).filter((name) => name.endsWith('.log'));
    const copy = join(publication.dir, 'of-another-host.log');
    await copyFile(join(journal, log), copy);
    await rm(journal, { recursive: true });
    await loseRedis();
    for (const [name, spoil] of SPOILT) {
      const spoilt = join(publication.dir, 'spoilt.backup');
      await copyFile(file, spoilt);
      await spoil(spoilt);
      const refused = await publication.run('restore', spoilt, '--journal', copy, '--json');
      assert.equal(refused.code, 1, name);
      assert.equal(refused.json().error.code, 'backup_invalid', name);
      assert.equal((await run('subscribers', 'stats', '--json')).json().total, 0, name);
    }
    const restored = await run('restore', file, '--journal', copy, '--json');
    assert.equal(restored.json().repeated.left, 1);
  });
});

const SPOILT: [string, (path: string) => Promise<void>][] = [
  ['cut off', async (path) => truncate(path, (await stat(path)).size - 20)],
  ['cut in half', async (path) => truncate(path, Math.floor((await stat(path)).size / 2))],
  ['flipped', (path) => flip(path)],
  ['empty', (path) => truncate(path, 0)],
  ['text', (path) => writeFile(path, 'email\nreader@example.org\n')],
];

async function flip(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  const at = Math.floor((await handle.stat()).size / 3);
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  await handle.write(byte, 0, 1, at);
  await handle.close();
}

describe('making a backup', () => {
  it('overwrites nothing, and killed in the middle leaves no file and nothing behind the next one', async () => {
    await writeFile(file, 'something else');
    const refused = await publication.run('backup', file, '--json');
    assert.equal(refused.json().error.code, 'file_exists');
    assert.equal(await readFile(file, 'utf8'), 'something else');
    await writeFile(`${file}.partial-999999999`, 'addresses');
    await run('backup', file, '--force');
    assert.deepEqual(
      (await readdir(publication.dir)).filter((name) => name.includes('partial')),
      [],
    );
    const other = join(publication.dir, 'other.backup');
    const names = () =>
      readdirSync(publication.dir).filter((name) => name.startsWith('other.backup'));
    do {
      await rm(other, { force: true });
      const making = publication.start('backup', other);
      while (names().length === 0) await sleep(1);
      await killed(making);
      // One that was faster than we are is made again.
    } while (names().includes('other.backup'));
    assert.match(names().join(), /^other\.backup\.partial-\d+$/);
    await run('backup', other);
    assert.deepEqual(names(), ['other.backup']);
    await run('restore', other, '--replace', '--yes');
  });
});
