/** What an operator does after the first pass: retry, resolve, newcomers. Real processes. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { CUT, type Sink, type SinkOptions, startSink } from '../support/smtp-sink.js';

const ISSUE = `---
number: 5
title: Second chances
date: 2026-03-04
---
Dear {{default subscriber.name "reader"}}, this is all.
`;

let publication: TestPublication;
let sink: Sink;

async function sent(
  count: number,
  reply: SinkOptions['reply'],
  yaml = '',
  // biome-ignore lint/suspicious/noExplicitAny: what the program printed
): Promise<{ code: number | null; status: any }> {
  sink = await startSink({ reply });
  publication = await makePublication({ smtpUrl: sink.url, yaml });
  await publication.write('issues/5.md', ISSUE);
  await publication.write('readers.csv', subscribersCsv(count));
  await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
  return await again();
}

async function again(...options: string[]) {
  const { code, json } = await publication.run(
    ...['send', '5', '--yes', '--wait', '--json', '--loopback', ...options],
  );
  return { code, status: json() };
}

function mailed(): (string | undefined)[] {
  return sink.messages.map(({ to }) => to[0]);
}

async function recountAgrees(): Promise<void> {
  assert.equal((await publication.run('status', '5', '--recount')).code, 0);
}

afterEach(async () => {
  await publication.remove();
  await sink.stop();
});

describe('retry', () => {
  it('mails the rejected again, one person, one class or all, and nobody else', async () => {
    let strict = true;
    const first = await sent(30, ({ stage, to }) => {
      if (stage !== 'rcpt' || !strict) return undefined;
      if (to === 'reader1@example.org') return '554 5.7.1 refused by policy';
      if (to === 'reader2@example.org') return '550 5.6.0 malformed message';
      if (to === 'reader3@example.org') return '550 5.1.1 no such user';
      return undefined;
    });
    assert.equal(first.code, 3);
    assert.equal(first.status.ledger.rejected, 3, JSON.stringify(first.status));
    strict = false;

    const wrong = await publication.run('retry', '5', '--who', 'reader7@example.org', '--json');
    assert.equal(wrong.json().error.code, 'send_refused');
    const one = await publication.run('retry', '5', '--who', 'reader1@example.org', '--json');
    assert.equal(one.json().moved, 1, one.stderr);
    assert.equal(one.json().state, 'sending');
    assert.match(one.stderr, /send 5/, 'says who does the work');
    const none = await publication.run('retry', '5', '--class', 'unheard-of', '--json');
    assert.equal(none.json().moved, 0);
    const rest = await publication.run('retry', '5', '--json');
    assert.equal(rest.json().moved, 2);

    const second = await again();
    assert.equal(second.code, 0);
    assert.equal(second.status.ledger.accepted, 29);
    assert.equal(second.status.ledger.skipped, 1, 'a dead address stays suppressed');
    assert.equal(new Set(mailed()).size, mailed().length);
    await recountAgrees();
    const nobody = await publication.run('retry', '5', '--json');
    assert.equal(nobody.json().moved, 0);
  });
});

describe('people in doubt', () => {
  const cutTwo = () => {
    const doubted = new Map<string, number>();
    const reply: SinkOptions['reply'] = ({ stage, to = '' }) => {
      const doubtful = to === 'reader3@example.org' || to === 'reader4@example.org';
      if (stage !== 'message' || !doubtful) return undefined;
      doubted.set(to, (doubted.get(to) ?? 0) + 1);
      return doubted.get(to) === 1 ? CUT : undefined;
    };
    return { doubted, reply };
  };

  it('are listed by name, and become accepted or are mailed again by an operator’s word', async () => {
    const { doubted, reply } = cutTwo();
    const first = await sent(20, reply);
    assert.equal(first.code, 3);
    assert.equal(first.status.ledger.uncertain, 2);
    const list = (await publication.run('resolve', '5', '--json')).json().uncertain;
    assert.deepEqual(list.map(({ address }: { address: string }) => address).sort(), [
      'reader3@example.org',
      'reader4@example.org',
    ]);
    const both = await publication.run('resolve', '5', '--resend', '--assume-sent', '--json');
    assert.equal(both.code, 2);

    const assumed = await publication.run(
      ...['resolve', '5', '--assume-sent', '--who', 'reader3@example.org', '--json'],
    );
    assert.equal(assumed.json().moved, 1);
    assert.equal(assumed.json().assumed, 1);
    const resent = await publication.run('resolve', '5', '--resend', '--json');
    assert.equal(resent.json().moved, 1);
    const second = await again();
    assert.equal(second.code, 0);
    assert.equal(second.status.ledger.accepted, 20);
    assert.deepEqual(Object.fromEntries(doubted), {
      'reader3@example.org': 1,
      'reader4@example.org': 2,
    });
    const story = (
      await publication.run('status', '5', '--who', 'reader4@example.org', '--json')
    ).json();
    assert.equal(story.resent, true);
    assert.equal(story.attempts, 2);
    assert.equal(story.revision, 1);
    const all = (await publication.run('status', '--who', 'reader3@example.org', '--json')).json();
    assert.equal(all.sends[0].state, 'assumed');
    await recountAgrees();
  });

  it('are mailed a second time, never a third', async () => {
    const always: SinkOptions['reply'] = ({ stage, to }) =>
      stage === 'message' && to === 'reader3@example.org' ? CUT : undefined;
    await sent(5, always);
    assert.equal((await publication.run('resolve', '5', '--resend', '--json')).json().moved, 1);
    const second = await again();
    assert.equal(second.status.ledger.uncertain, 1);
    const third = (await publication.run('resolve', '5', '--resend', '--json')).json();
    assert.equal(third.moved, 0);
    assert.equal(third.resentBefore, 1);
    assert.equal(third.state, 'finished');
    await recountAgrees();
  });

  it('are mailed again by themselves where delivery.uncertain says so', async () => {
    const { doubted, reply } = cutTwo();
    const first = await sent(20, reply, 'delivery: {uncertain: resend, lockDuration: 2s}\n');
    assert.equal(first.code, 0);
    assert.equal(first.status.ledger.accepted, 20);
    assert.deepEqual([...doubted.values()], [2, 2]);
    await recountAgrees();
  });
});

describe('newcomers', () => {
  it('of a finished send get it, and nobody else gets it again', async () => {
    await sent(25, undefined);
    const unsent = await publication.run(
      'send',
      '5',
      '--newcomers',
      '--dry-run',
      '--loopback',
      '--json',
    );
    assert.equal(unsent.json().newcomers, 0);
    await publication.run('subscribers', 'add', 'late@example.org', '--name', 'Late');
    const second = await again('--newcomers');
    assert.equal(second.code, 0);
    assert.equal(second.status.ledger.planned, 26);
    assert.equal(second.status.ledger.accepted, 26);
    assert.equal(new Set(mailed()).size, 26);
    assert.equal(mailed().length, 26);
    const third = await again('--newcomers');
    assert.equal(third.code, 0);
    assert.equal(third.status.ledger.planned, 26);
    assert.equal(mailed().length, 26);
    await recountAgrees();
  });
});
