/** Several relays and lanes in one send. Real processes. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const ISSUE = `---
number: 8
title: Two ways out
date: 2026-03-04
---
Dear reader, this is all.
`;

let publication: TestPublication;
let sinks: Sink[];

async function publicationWith(csv: string, yaml: string, smtpUrl?: string): Promise<void> {
  publication = await makePublication({ yaml, ...(smtpUrl && { smtpUrl }) });
  await publication.write('issues/8.md', ISSUE);
  await publication.write('readers.csv', csv);
  await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
}

const mailed = (): (string | undefined)[] =>
  sinks.flatMap(({ messages }) => messages.map(({ to }) => to[0]));

afterEach(async () => {
  await publication.remove();
  await Promise.all(sinks.map((sink) => sink.stop()));
});

describe('two relays', () => {
  it('share a send, and the second takes over when the first dies', async () => {
    const slowly = {
      reply: ({ stage }: { stage: string }) => (stage === 'message' ? { afterMs: 30 } : undefined),
    };
    sinks = [await startSink(slowly), await startSink(slowly)];
    const [first, second] = sinks;
    const yaml = `smtp:
  connections: 4
  relays:
    old: {url: "${first?.url}", share: 3}
    new: {url: "${second?.url}", share: 1, profile: postmark}
`;
    await publicationWith(subscribersCsv(400), yaml);
    const send = publication.start('send', '8', '--yes', '--wait', '--json', '--loopback');
    await first?.waitFor(60);
    await second?.waitFor(5);
    await first?.stop();
    const done = await send.done;
    const { state, ledger } = done.json();
    assert.equal(state, 'finished', done.stderr);
    assert.equal(new Set(mailed()).size, mailed().length, 'nobody twice');
    assert.equal(ledger.accepted + ledger.uncertain, 400, 'nobody missing');
    assert.ok(ledger.uncertain <= 4, `at most what was in flight: ${ledger.uncertain}`);
    assert.ok((second?.messages.length ?? 0) > 100, 'the second relay took the rest');
    const raw = second?.messages[0]?.raw?.toString('latin1') ?? '';
    assert.match(raw, /^X-PM-Metadata-issue: 8/m, 'each relay’s messages as it wants them');
    assert.doesNotMatch(first?.messages[0]?.raw?.toString('latin1') ?? '', /^X-PM-/m);
    assert.equal((await publication.run('status', '8', '--recount')).code, 0);
  });
});

describe('lanes with an own MTA', () => {
  it('hold back one provider and let the others go on', async () => {
    let pausing = true;
    sinks = [
      await startSink({
        reply: ({ stage, to = '' }) =>
          pausing && stage === 'rcpt' && to.endsWith('@gmail.com')
            ? '421 4.7.28 unusual rate of mail from your address'
            : undefined,
      }),
    ];
    const gmail = Array.from({ length: 40 }, (_, n) => `friend${n}@gmail.com,Friend ${n},`);
    const csv = `${subscribersCsv(60)}${gmail.join('\n')}\n`;
    await publicationWith(csv, 'smtp: {profile: mta}\n', sinks[0]?.url);
    const send = publication.start('send', '8', '--yes', '--wait', '--json', '--loopback');
    await sinks[0]?.waitFor(60);
    let status = (await publication.run('status', '8', '--json')).json();
    while (status.troubles.length === 0 || status.ledger.accepted < 60) {
      status = (await publication.run('status', '8', '--json')).json();
    }
    assert.equal(status.ledger.accepted, 60);
    assert.equal(status.ledger.remaining, 40);
    assert.deepEqual(
      status.troubles.map(({ lane, relay }: Record<string, string>) => `${lane} over ${relay}`),
      ['google over relay'],
    );
    pausing = false;
    send.child.kill('SIGTERM');
    assert.equal((await send.done).code, 1);
    assert.equal(new Set(mailed()).size, 60);
  });
});
