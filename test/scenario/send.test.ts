/** The whole way, as a user goes it: real processes, a private Redis, a foreign SMTP server. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const ISSUE = `---
number: 101
title: Small things that last
date: 2026-03-04
---
Dear {{default subscriber.name "reader"}}, number {{subscriber.n}}. Costs $5 {{not ours}}.

## Highlights

[The first piece](https://example.org/first?a=1&b=2) *(Ada Author)* (summarized by Ines): What it says.

**Ines's opinion:** Worth it.
`;

let publication: TestPublication;
let sink: Sink;

async function publicationWith(count: number, yaml = ''): Promise<void> {
  publication = await makePublication({ smtpUrl: sink.url, yaml });
  await publication.write('issues/101.md', ISSUE);
  await publication.write('readers.csv', subscribersCsv(count));
  const imported = await publication.run(
    'subscribers',
    'import',
    `${publication.dir}/readers.csv`,
    '--json',
  );
  assert.equal(imported.json().imported, count, imported.stderr);
}

describe('sending an issue', () => {
  before(async () => {
    sink = await startSink();
  });
  after(() => sink.stop());

  it('reaches every subscriber once, each with a link of their own', async () => {
    await publicationWith(300);
    try {
      const sent = await publication.run('send', '101', '--yes', '--wait', '--json', '--loopback');
      assert.equal(sent.code, 0, sent.stderr);
      const { state, ledger } = sent.json();
      assert.equal(state, 'finished');
      assert.deepEqual(ledger, {
        planned: 300,
        accepted: 300,
        rejected: 0,
        skipped: 0,
        uncertain: 0,
        deferred: 0,
        remaining: 0,
      });
      assert.equal(new Set(sink.messages.map(({ to }) => to[0])).size, 300);
      assert.equal(new Set(sink.messages.map(({ messageId }) => messageId)).size, 300);
      const mails = await Promise.all(sink.messages.map(({ raw }) => PostalMime.parse(raw ?? '')));
      const links = mails.map(
        (mail) => mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value,
      );
      assert.equal(new Set(links).size, 300);
      for (const mail of mails) {
        assert.match(mail.text ?? '', /number \d+\. Costs \$5 \{\{not ours\}\}\./);
        assert.match(mail.html ?? '', /https:\/\/example\.org\/first\?a=1&amp;b=2/);
      }
      const recount = await publication.run('status', '101', '--recount', '--json');
      assert.equal(recount.code, 0);
      assert.deepEqual(recount.json().recounted.ledger, ledger);
      const again = await publication.run('send', '101', '--yes', '--json', '--loopback');
      assert.equal(again.code, 1);
      assert.equal(again.json().error.code, 'send_refused');
    } finally {
      await publication.remove();
    }
  });
});

describe('interrupting a send', () => {
  it('and running it again finishes the same send, and mails nobody twice', async () => {
    sink = await startSink({
      reply: ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined),
    });
    await publicationWith(400, 'smtp: {connections: 4}\n');
    try {
      const first = publication.start('send', '101', '--yes', '--wait', '--loopback');
      await sink.waitFor(60);
      first.child.kill('SIGINT');
      const stopped = await first.done;
      assert.equal(stopped.code, 1, stopped.stderr);
      const status = (await publication.run('status', '101', '--json')).json();
      assert.equal(status.state, 'sending');
      assert.equal(status.ledger.accepted, sink.messages.length);
      assert.equal(status.ledger.uncertain, 0);
      assert.equal(status.inFlight, 0);
      const second = await publication.run(
        'send',
        '101',
        '--yes',
        '--wait',
        '--json',
        '--loopback',
      );
      assert.equal(second.code, 0, second.stderr);
      assert.equal(second.json().ledger.accepted, 400);
      assert.equal(sink.messages.length, 400);
      assert.equal(new Set(sink.messages.map(({ to }) => to[0])).size, 400);
    } finally {
      await publication.remove();
      await sink.stop();
    }
  });
});

describe('leaving after the send was planned', () => {
  it('stops the message, counted as skipped', async () => {
    // Answers slowly until everybody has left, however long that takes on a busy machine.
    let leaving = true;
    sink = await startSink({
      reply: ({ stage }) => (stage === 'message' && leaving ? { afterMs: 1_000 } : undefined),
    });
    await publicationWith(200, 'smtp: {connections: 2}\n');
    try {
      const send = publication.start('send', '101', '--yes', '--wait', '--json', '--loopback');
      await sink.waitFor(5);
      const planned = new Set(sink.messages.map(({ to }) => to[0]));
      const late = Array.from({ length: 200 }, (_, n) => `reader${n}@example.org`)
        .filter((address) => !planned.has(address))
        .slice(-3);
      for (const address of late) {
        assert.equal((await publication.run('subscribers', 'unsubscribe', address)).code, 0);
      }
      leaving = false;
      const done = await send.done;
      const { ledger } = done.json();
      const mailed = new Set(sink.messages.map(({ to }) => to[0]));
      assert.equal(ledger.skipped, late.filter((address) => !mailed.has(address)).length);
      assert.ok(ledger.skipped > 0);
      assert.equal(ledger.accepted + ledger.skipped, 200);
      assert.equal(done.code, 0);
    } finally {
      await publication.remove();
      await sink.stop();
    }
  });
});

describe('a relay that is not there', () => {
  it('is named with the key that sets it, and the send waits and loses nobody', async () => {
    sink = await startSink();
    const { port } = sink;
    await publicationWith(30);
    await sink.stop();
    try {
      const send = publication.start('send', '101', '--yes', '--wait', '--json', '--loopback');
      await send.says(`127.0.0.1:${port}`);
      sink = await startSink({ port });
      const done = await send.done;
      assert.equal(done.code, 0, done.stderr);
      assert.equal(done.json().ledger.accepted, 30);
    } finally {
      await publication.remove();
      await sink.stop();
    }
  });
});

describe('a foreign SMTP server', () => {
  it('takes the mail as it takes any other', async () => {
    const received: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, session, callback) {
        stream.resume().on('end', () => {
          received.push(...session.envelope.rcptTo.map(({ address }) => address));
          callback();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as { port: number };
    sink = await startSink();
    publication = await makePublication({ smtpUrl: `smtp://127.0.0.1:${port}` });
    try {
      await publication.write('issues/101.md', ISSUE);
      await publication.write('readers.csv', subscribersCsv(100));
      await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
      const sent = await publication.run('send', '101', '--yes', '--wait', '--json', '--loopback');
      assert.equal(sent.code, 0, sent.stderr);
      assert.equal(new Set(received).size, 100);
      assert.equal(received.length, 100);
    } finally {
      await publication.remove();
      await sink.stop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
});

describe('a send that is not to be', () => {
  it('is not begun, and nothing is changed', async () => {
    sink = await startSink();
    await publicationWith(3);
    try {
      const asked = ['send', '101', '--loopback'];
      const dry = await publication.run(...asked, '--dry-run', '--json');
      assert.equal(dry.code, 0, dry.stderr);
      assert.equal(dry.json().recipients, 3);
      assert.equal(dry.json().subject, '[WK #101]: Small things that last');
      const unanswered = await publication.run(...asked);
      assert.equal(unanswered.code, 2, 'nobody can say yes');
      const deadDoor = await publication.run('send', '101', '--yes', '--json');
      assert.equal(deadDoor.json().error.code, 'door_closed');
      assert.deepEqual((await publication.run('status', '--json')).json(), []);
      assert.equal(sink.messages.length, 0);
    } finally {
      await publication.remove();
      await sink.stop();
    }
  });
});

describe('a worker that is killed in the middle', () => {
  it('leaves in doubt whom it held and nobody else, and the same command finishes', async () => {
    sink = await startSink({
      reply: ({ stage }) => (stage === 'message' ? { afterMs: 20 } : undefined),
    });
    await publicationWith(300, 'smtp: {connections: 4}\ndelivery: {lockDuration: 2s}\n');
    try {
      const send = publication.start('send', '101', '--yes', '--wait', '--loopback');
      await sink.waitFor(60);
      send.child.kill('SIGKILL');
      await send.done;
      const { inFlight } = (await publication.run('status', '101', '--json')).json();
      const again = await publication.run('send', '101', '--wait', '--json', '--loopback');
      const { ledger } = again.json();
      assert.equal(ledger.uncertain, inFlight);
      assert.ok(inFlight <= 8, 'two for each connection');
      assert.equal(ledger.accepted + ledger.uncertain, 300);
      assert.equal(again.code, inFlight === 0 ? 0 : 3);
      const mailed = sink.messages.map(({ to }) => to[0]);
      assert.equal(new Set(mailed).size, mailed.length, 'nobody twice');
      assert.ok(mailed.length >= ledger.accepted, 'nobody forgotten');
    } finally {
      await publication.remove();
      await sink.stop();
    }
  });
});
