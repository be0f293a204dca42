/** Sends that begin at their time, or say why they did not. Real processes, a real clock. */
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fire, LATE_MS } from '../../src/delivery/fire.js';
import { AppError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const COUNT = 20;
const ZONE = 'America/New_York';
const issueOf = (number: number, words: string): string =>
  `---\nnumber: ${number}\ntitle: Small things\ndate: 2026-03-04\n---\n${words}\n`;
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const FAR = '2027-06-01 09:00';
const FLAGS = ['--yes', '--json', '--loopback'];

let redis: TestRedis;
let publication: TestPublication;
let sink: Sink;

before(async () => {
  redis = await startTestRedis({ args: ['--appendfsync', 'always'] });
});
after(() => redis.stop());

beforeEach(async () => {
  await redis.client().flushall();
  sink = await startSink();
  publication = await makePublication({
    ...{ smtpUrl: sink.url, redis: redis.url, yaml: `  timezone: ${ZONE}\n` },
  });
  await publication.write('issues/5.md', issueOf(5, 'The first words.'));
  await publication.write('readers.csv', subscribersCsv(COUNT));
  await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
});

afterEach(async () => {
  await publication.remove();
  await sink.stop();
});

const refusal = async (...args: string[]): Promise<string> => {
  const run = await publication.run(...args, '--json');
  assert.notEqual(run.code, 0, run.stdout);
  return `${run.json().error.code}: ${run.json().error.message}`;
};

describe('a scheduled send', () => {
  it('keeps what was frozen, takes the audience of its time, and can be waited for', async () => {
    const waiting = publication.start('send', '5', '--at', inSeconds(20), '--wait', ...FLAGS);
    await waiting.says('scheduled');
    await publication.write('issues/5.md', issueOf(5, 'Other words.'));
    const joined = await publication.run('subscribers', 'add', 'late@example.org');
    assert.equal(joined.code, 0, joined.stderr);
    assert.equal(sink.messages.length, 0, 'nothing before its time');
    const done = await waiting.done;
    assert.equal(done.code, 0, done.stderr);
    const { state, ledger, scheduledFor, startedAt } = done.json();
    assert.equal(state, 'finished');
    assert.equal(ledger.accepted, COUNT + 1);
    assert.ok(Date.parse(startedAt) >= Date.parse(scheduledFor), 'never early');
    assert.equal(sink.messages.length, COUNT + 1);
    assert.ok(sink.messages.every(({ raw }) => raw?.includes('The first words.')));
  });

  it('is shown, moved, amended, refused a pause, and cancelled', async () => {
    const scheduled = await publication.run('send', '5', '--at', FAR, ...FLAGS);
    assert.equal(scheduled.code, 0, scheduled.stderr);
    assert.equal(scheduled.json().state, 'scheduled');
    assert.equal(scheduled.json().scheduledFor, '2027-06-01T13:00:00.000Z');
    assert.match(scheduled.stderr, /No worker is connected/);
    const shown = await publication.run('status', '5');
    assert.match(
      shown.stdout,
      /scheduled for Tue 2027-06-01 09:00 America\/New_York \(2027-06-01T13/,
    );

    assert.match(await refusal('pause', '5'), /^send_refused: issue 5 is scheduled.*unschedule 5/);
    assert.match(await refusal('resume', '5'), /^send_refused: issue 5 is scheduled/);
    assert.match(
      await refusal('send', '5', '--at', '2020-01-01 09:00', '--yes'),
      /^usage: .* past/,
    );
    const moved = await publication.run('send', '5', '--at', '2027-06-02T09:00Z', ...FLAGS);
    assert.equal(moved.json().scheduledFor, '2027-06-02T09:00:00.000Z');

    await publication.write('issues/5.md', issueOf(5, 'Better words.'));
    const amended = await publication.run('amend', '5', '--yes', '--json');
    assert.equal(amended.code, 0, amended.stderr);
    assert.equal(amended.json().state, 'scheduled');
    assert.equal(amended.json().revision, 1, 'nobody has what it replaced');
    assert.equal(amended.json().scheduledFor, '2027-06-02T09:00:00.000Z');

    const now = await publication.run('send', '5', '--wait', ...FLAGS);
    assert.equal(now.code, 0, now.stderr);
    assert.ok(sink.messages.every(({ raw }) => raw?.includes('Better words.')));
    assert.equal(sink.messages.length, COUNT);
    assert.match(await refusal('send', '5', '--at', FAR, '--yes'), /has a send already/);

    await publication.write('issues/6.md', issueOf(6, 'Never sent.'));
    await publication.run('send', '6', '--at', FAR, ...FLAGS);
    const back = await publication.run('unschedule', '6', '--json');
    assert.deepEqual(back.json(), { issue: 6, unscheduled: true });
    assert.match(await refusal('unschedule', '5'), /^send_refused: .*issue 5 is finished/);
    assert.equal((await publication.run('send', '6', '--at', FAR, ...FLAGS)).code, 0);
    assert.equal((await publication.run('cancel', '6', '--json')).json().state, 'cancelled');
  });

  it('outlives the loss of its job: the record is the truth', async () => {
    const scheduled = await publication.run('send', '5', '--at', inSeconds(12), ...FLAGS);
    assert.equal(scheduled.code, 0, scheduled.stderr);
    const system = await publication.open();
    try {
      const record = await system.sends.get(5);
      const jobs = await system.redis.client.keys('weekly:{queue}:control:fire-5-*');
      assert.equal(jobs.length, 1, 'one appointment, one job');
      for (const key of await system.redis.client.keys('weekly:{queue}:control:*')) {
        await system.redis.client.del(key);
      }
      assert.equal(record?.state, 'scheduled');
      const second = publication.start('start', 'worker');
      await sink.waitFor(COUNT);
      second.child.kill('SIGTERM');
      await second.done;
      assert.ok(((await system.sends.get(5))?.startedAt ?? 0) >= (record?.scheduledFor ?? 0));
    } finally {
      await system.close();
    }
  });
});

describe('issues queued for regular slots', () => {
  it('go out one a slot, in order, by the clock of BullMQ', async () => {
    await publication.write('issues/6.md', issueOf(6, 'More words.'));
    const queued = ['--at', 'next', ...FLAGS];
    assert.match(await refusal('send', '5', ...queued), /^usage: .*delivery\.schedule/);
    const file = join(publication.dir, 'pressrun.yaml');
    await appendFile(file, "delivery: {schedule: '*/4 * * * * *'}\n");
    const first = await publication.run('send', '5', ...queued);
    assert.equal(first.json().queued, true, first.stderr);
    const shown = await publication.run('status');
    assert.match(shown.stdout, /next slots.*\n.*America\/New_York {2}(#5|free)/);
    const six = await publication.run('send', '6', '--wait', ...queued);
    assert.equal(six.code, 0, six.stderr);
    const five = await publication.run('status', '5', '--json');
    const sends = [five.json(), six.json()];
    assert.deepEqual(
      sends.map(({ state }) => state),
      ['finished', 'finished'],
    );
    const slots = sends.map(({ scheduledFor }) => Date.parse(scheduledFor));
    assert.ok((slots[0] ?? 0) < (slots[1] ?? 0), `${slots}`);
    for (const { scheduledFor, startedAt } of sends) {
      assert.ok(Date.parse(startedAt) >= Date.parse(scheduledFor), 'never early');
    }
    assert.equal(sink.messages.length, 2 * COUNT);
  });
});

describe('a send whose time passed', () => {
  const log = createLogger({ pretty: false, level: 'silent' });
  const door = async (): Promise<void> => undefined;

  it('waits for a word when nobody was there, and says so', async () => {
    await publication.run('send', '5', '--at', inSeconds(3_600), ...FLAGS);
    const system = await publication.open();
    try {
      const { sends, queues } = system;
      const record = await sends.get(5);
      assert.ok(record?.scheduledFor);
      const now = (): number => (record.scheduledFor ?? 0) + LATE_MS + 1_000;
      const options = { sends, enqueuePlan: queues.enqueuePlan, checkDoor: door, log, now };
      await fire(5, record.step + 1, options);
      assert.equal((await sends.get(5))?.missed, undefined, 'the job of another appointment');
      await fire(5, record.step, options);
      assert.match((await sends.get(5))?.missed ?? '', /no worker was there/);
    } finally {
      await system.close();
    }
    const shown = await publication.run('status', '5');
    assert.match(shown.stdout, /MISSED: no worker was there.*\n.*send 5 --at TIME/);
    const worker = publication.start('send', '5', '--at', inSeconds(12), '--wait', ...FLAGS);
    assert.equal((await worker.done).code, 0, 'a word makes it go');
    assert.equal(sink.messages.length, COUNT);
  });

  it('knocks again while the public URL does not answer, and gives up with the reason', async () => {
    await publication.run('send', '5', '--at', inSeconds(3_600), ...FLAGS);
    const system = await publication.open();
    try {
      const { sends, queues } = system;
      const record = await sends.get(5);
      assert.ok(record?.scheduledFor);
      const shut = async (): Promise<never> => {
        throw new AppError('door_closed', 'nobody answers there');
      };
      const lateBy = (ms: number) => ({
        ...{ sends, enqueuePlan: queues.enqueuePlan, checkDoor: shut, log },
        now: () => (record.scheduledFor ?? 0) + ms,
      });
      assert.equal((await fire(5, record.step, lateBy(0))).kind, 'later');
      assert.equal((await sends.get(5))?.missed, undefined);
      assert.equal((await fire(5, record.step, lateBy(130_000))).kind, 'done');
      assert.equal((await sends.get(5))?.missed, 'nobody answers there');
      assert.equal((await sends.get(5))?.state, 'scheduled');
    } finally {
      await system.close();
    }
  });
});
