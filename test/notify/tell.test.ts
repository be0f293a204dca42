/** Telling operators: real processes, a real relay, a real webhook, and processes that die. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import PostalMime from 'postal-mime';
import { createLogger } from '../../src/log.js';
import { channelsOf } from '../../src/notify/channels.js';
import { tell } from '../../src/notify/tell.js';
import type { System } from '../../src/system.js';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { CUT, type Sink, startSink } from '../support/smtp-sink.js';
import { type Receiver, startReceiver, WEBHOOK_SECRET } from '../support/webhook.js';

const ISSUE = '---\nnumber: 5\ntitle: Small things\ndate: 2026-03-04\n---\nThat is all.\n';
const SEND = ['send', '5', '--yes', '--wait', '--json', '--loopback'];
const OPERATORS = ['ops@weekly.example', 'editor@weekly.example'];

let redis: TestRedis;
let sink: Sink;
let receiver: Receiver;
let publication: TestPublication;
/** What the relay says to each recipient. */
let refusal: string | typeof CUT | undefined;

const notify = (): string => `notify:
  mail: [Ops <${OPERATORS[0]}>, ${OPERATORS[1]}]
  webhook: {url: "${receiver.url}", secret: ${WEBHOOK_SECRET}}
`;

before(async () => {
  redis = await startTestRedis({ args: ['--appendfsync', 'always'] });
});
after(() => redis.stop());
beforeEach(async () => {
  await redis.client().flushall();
  refusal = undefined;
  receiver = await startReceiver();
  sink = await startSink({
    reply: ({ stage, to = '' }) =>
      stage === 'message' && to.startsWith('reader3@') ? refusal : undefined,
  });
});
afterEach(async () => {
  await publication.remove();
  await sink.stop();
  await receiver.stop();
});

async function prepared(yaml: string): Promise<void> {
  publication = await makePublication({ smtpUrl: sink.url, redis: redis.url, yaml });
  await publication.write('issues/5.md', ISSUE);
  await publication.write('readers.csv', subscribersCsv(8));
  await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
}

const toOperators = () => sink.messages.filter(({ to }) => OPERATORS.includes(to[0] ?? ''));

async function opened(work: (system: System) => Promise<void>): Promise<void> {
  const system = await publication.open();
  await work(system).finally(system.close);
}

describe('operators', () => {
  it('hear from the foreground process that a send has finished, and whom it left in doubt', async () => {
    refusal = CUT;
    await prepared(notify());
    const sent = await publication.run(...SEND);
    assert.equal(sent.code, 3, sent.stderr);
    const [call, more] = receiver.calls;
    assert.ok(call?.genuine);
    assert.equal(more, undefined, 'once');
    assert.equal(call.body.type, 'send.finished');
    const { issue, state, ledger } = call.body.data;
    assert.deepEqual([issue, state], [5, 'finished']);
    assert.deepEqual([ledger.planned, ledger.accepted, ledger.uncertain], [8, 7, 1]);
    assert.deepEqual(
      toOperators()
        .map(({ to }) => to[0])
        .sort(),
      [...OPERATORS].sort(),
    );
    for (const { raw } of toOperators()) {
      const mail = await PostalMime.parse(raw ?? '');
      assert.equal(mail.subject, '[The Weekly] #5 has finished: 7 accepted, 1 in doubt');
      assert.equal(mail.messageId, `<${call.id}@example.org>`);
      assert.match(
        mail.text ?? '',
        /#5 Small things\n.*\n?The send ended on [\s\S]*uncertain: 1\n/,
      );
      assert.match(mail.text ?? '', /Lists the people in doubt[^:]*\n {4}pressrun resolve 5\n/);
      assert.match(mail.html ?? '', /<th[^>]*>uncertain<\/th><td>1<\/td>/);
      assert.match(mail.html ?? '', /prefers-color-scheme/);
      assert.ok((mail.text ?? '').split('\n').every((line) => line.length <= 78));
    }
    await opened(async ({ outbox, sends }) => {
      assert.deepEqual(await outbox.untold(5), []);
      assert.equal((await sends.get(5))?.untold, false);
    });
  });

  it('hear why a send was halted, without anybody’s address', async () => {
    refusal = '550 5.7.26 unauthenticated mail for <reader3@example.org> from weekly@example.org';
    await prepared(notify());
    assert.equal((await publication.run(...SEND)).code, 1);
    const [call] = receiver.calls;
    assert.equal(call?.body.type, 'send.halted');
    assert.match(call?.body.data.reason, /unauthenticated mail/);
    assert.doesNotMatch(JSON.stringify(call?.body), /@/);
    const [mail] = toOperators();
    assert.match(String(mail?.raw), /pressrun resume 5/);
  });

  it('are told by the sweep what a process that died could not tell', async () => {
    await prepared(notify());
    // The move and its news are one step; the process dies before anything else.
    await opened(async ({ redis: { client }, keys, sends, queues }) => {
      await client.sadd(keys.sends, 5);
      const record = { issue: 5, title: 'Small things', state: 'sending', step: 3, planned: 1 };
      await client.hset(keys.send(5), { ...record, revision: 1, createdAt: 1, startedAt: 1 });
      assert.equal(await sends.finish(5), true);
      await queues.close();
      for (const key of await client.keys('weekly:{queue}:news:*')) await client.del(key);
    });
    assert.equal(receiver.calls.length, 0);
    const worker = publication.start('start', 'worker');
    await receiver.waitFor(1);
    await sink.waitFor(2);
    worker.child.kill('SIGTERM');
    assert.equal((await worker.done).code, 0);
    assert.equal(receiver.calls[0]?.body.type, 'send.finished');
    await opened(async ({ outbox }) => assert.deepEqual(await outbox.untold(5), []));
  });

  it('hear nothing twice when one of them cannot be reached, and the others do not wait for it', async () => {
    await prepared(notify());
    receiver.answers.push(503);
    await opened(async (system) => {
      const { sends, tally, outbox, keys } = system;
      await system.redis.client.hset(keys.send(5), { issue: 5, state: 'sending', step: 1 });
      await sends.halt(5, 'too much went wrong');
      const log = createLogger({ pretty: false, level: 'silent' });
      const options = {
        ...{ sends, tally, outbox, log, stopping: new AbortController().signal },
        channels: channelsOf(system.config, undefined, log),
        publication: system.config.publication,
      };
      const [step = 0] = await outbox.untold(5);
      const first = await tell(5, step, options);
      assert.equal(first.kind, 'later');
      assert.equal(toOperators().length, 2);
      assert.deepEqual(await outbox.untold(5), [step], 'still to be told');
      assert.equal((await tell(5, step, options)).kind, 'done');
      assert.equal(toOperators().length, 2, 'no mail a second time');
      assert.deepEqual(
        receiver.calls.map(({ id }) => id === receiver.calls[0]?.id),
        [true, true],
        'the same id in every attempt',
      );
      assert.deepEqual(await outbox.untold(5), []);
      assert.equal((await tell(5, step, options)).kind, 'done', 'a job that comes late');
      assert.equal(receiver.calls.length, 2);

      await sends.resume(5);
      await sends.halt(5, 'and again');
      receiver.answers.push(503);
      const [later = 0] = await outbox.untold(5);
      const inAWeek = { ...options, now: () => Date.now() + 7 * 86_400_000 };
      assert.equal((await tell(5, later, inAWeek)).kind, 'done', 'no news any more');
      assert.deepEqual(await outbox.untold(5), []);
    });
  });

  it('that nobody named are told nothing, and nothing is kept for them', async () => {
    await prepared('');
    assert.equal((await publication.run(...SEND)).code, 0);
    assert.equal(sink.messages.length, 8);
    assert.deepEqual(await redis.client().keys('*untold*'), []);
    const trial = await publication.run('notify', '--json');
    assert.match(trial.json().error.message, /set notify\.mail or notify\.webhook/);
  });

  it('can be told something harmless as a trial', async () => {
    await prepared(notify());
    receiver.answers.push(200, 410);
    const trial = await publication.run('notify', '--json');
    assert.equal(trial.code, 0, trial.stdout);
    assert.equal(trial.json().results.length, 3);
    assert.equal(receiver.calls[0]?.body.type, 'test');
    assert.equal(toOperators().length, 2);
    const failed = await publication.run('notify');
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /webhook: FAILED: the webhook answered 410/);
    const doctor = await publication.run('doctor', '--loopback');
    assert.match(doctor.stdout, /✓ notify +mail to 2 and a webhook at http:\/\/127/);
  });
});
