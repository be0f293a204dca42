/** `pressrun test`: a real copy over a real relay, whose link to leave lets nobody leave. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import PostalMime from 'postal-mime';
import { makePublication, type TestPublication } from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const ISSUE = `---
number: 7
title: Seven
---
Dear {{default subscriber.name "reader"}}.

## News

[One](https://one.example) (summarized by Bo): Text.
`;

const DKIM = 'dkim: { domain: example.org, selector: spring, keyFile: dkim.pem }\n';

describe('a test copy', () => {
  let publication: TestPublication;
  let sink: Sink;

  before(async () => {
    sink = await startSink();
    publication = await makePublication({
      smtpUrl: sink.url,
      yaml: 'inbound: { domain: in.example.org }\n',
    });
    await publication.write('issues/7.md', ISSUE);
  });
  after(async () => {
    await publication.remove();
    await sink.stop();
  });

  it('is marked, has an identity of its own, and tells what the relay said', async () => {
    const run = await publication.run('test', '7', '--to', 'a@x.example', 'b@x.example', '--json');
    assert.equal(run.code, 0, run.stderr);
    const { results } = run.json();
    assert.deepEqual(
      results.map((result: { to: string; kind: string }) => [result.to, result.kind]),
      [
        ['a@x.example', 'accepted'],
        ['b@x.example', 'accepted'],
      ],
    );
    const mails = await Promise.all(sink.messages.map(({ raw }) => PostalMime.parse(raw ?? '')));
    assert.deepEqual(
      mails.map(({ subject }) => subject),
      Array(2).fill('[TEST] [WK #7]: Seven'),
    );
    assert.match(mails[0]?.text ?? '', /Dear Sample Reader\./);
    assert.match(mails[0]?.headers.find(({ key }) => key === 'list-id')?.value ?? '', /<test\./);
    assert.notEqual(mails[0]?.messageId, mails[1]?.messageId);
    // As in the issue, but no address by which anybody leaves (test/inbound).
    const leave = mails[0]?.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
    assert.match(leave, /^<http:[^>]+>, *<mailto:test\+[^>]+@in\.example\.org>$/);
  });

  it('names an episode as its mail will, announced or not, and says when Redis cannot tell', async () => {
    const url = 'https://audio.example/8.mp3';
    const eighth = ISSUE.replace('number: 7', 'number: 8');
    await publication.write('issues/8.md', eighth);
    const facts = ['--bytes', '1000', '--duration', '31:05'];
    const attached = await publication.run('audio', '8', '--url', url, ...facts);
    assert.equal(attached.code, 0, attached.stderr);
    const copy = async () => {
      const run = await publication.run('test', '8', '--to', 'a@x.example');
      assert.equal(run.code, 0, run.stderr);
      return PostalMime.parse(sink.messages.at(-1)?.raw ?? '');
    };
    const unannounced = await copy();
    await publication.write('issues/8.md', eighth.replace('Seven', `Seven\naudio: ${url}`));
    const announced = await copy();
    for (const { html = '', text = '' } of [unannounced, announced]) {
      for (const part of [html, text]) {
        assert.match(part, /Listen to this issue/);
        assert.doesNotMatch(part, /may not be up yet/);
      }
    }
    const away = { PRESSRUN_REDIS: 'redis://127.0.0.1:1' };
    const unsure = publication.startWith(away, 'test', '8', '--to', 'a@x.example');
    const { code, stderr } = await unsure.done;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /whether an episode is up is not known: /);
    const { text = '' } = await PostalMime.parse(sink.messages.at(-1)?.raw ?? '');
    assert.match(text, /may not be up yet/);
  });

  it('is of the edition that is asked for, or of the reader it is made for', async () => {
    await publication.write(
      'issues/9.md',
      `${ISSUE.replace('number: 7', 'number: 9')}\n## Highlights\n\n[Two](https://two.example): Text.\n`,
    );
    const { messages } = sink;
    const asked = ['test', '9', '--to', 'a@x.example', '--edition'];
    assert.equal((await publication.run(...asked, 'highlights')).code, 0);
    const { text = '' } = await PostalMime.parse(messages.at(-1)?.raw ?? '');
    assert.match(text, /two\.example/);
    assert.doesNotMatch(text, /one\.example/);
    const wrong = await publication.run(...asked, 'short', '--json');
    assert.equal(wrong.json().error.code, 'usage');
  });

  it('is filled in for the subscriber it is asked --as, whose own links are not in it', async () => {
    await publication.write('readers.csv', 'email,name\nann@x.example,Ann Given\n');
    const readers = join(publication.dir, 'readers.csv');
    const imported = await publication.run('subscribers', 'import', readers);
    assert.equal(imported.code, 0, imported.stderr);
    const run = await publication.run('test', '7', '--to', 'a@x.example', '--as', 'ann@x.example');
    assert.equal(run.code, 0, run.stderr);
    const { to, raw } = sink.messages.at(-1) ?? {};
    assert.deepEqual(to, ['a@x.example']);
    const { text = '' } = await PostalMime.parse(raw ?? '');
    assert.match(text, /Dear Ann Given\./);
    assert.doesNotMatch(text, /ann@x\.example/);
    const shown = await publication.run('subscribers', 'show', 'ann@x.example', '--json');
    assert.equal(shown.json().status, 'active', shown.stdout);
  });

  it('is signed as the issue will be, and the signature verifies', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    await publication.write('dkim.pem', String(pem));
    await publication.write(
      'pressrun.yaml',
      `${await readFile(join(publication.dir, 'pressrun.yaml'), 'utf8')}${DKIM}`,
    );
    const run = await publication.run('test', '7', '--to', 'a@x.example');
    assert.equal(run.code, 0, run.stderr);
    const { results } = await dkimVerify(Buffer.from(sink.messages.at(-1)?.raw ?? ''), {
      resolver: async () => [[`v=DKIM1; k=rsa; p=${der}`]],
    });
    assert.deepEqual(
      results.map(({ status, signingDomain }) => [status.result, signingDomain]),
      [['pass', 'example.org']],
    );
  });

  it('is refused for an address that is none, and for somebody who is not on the list', async () => {
    const address = await publication.run('test', '7', '--to', 'nobody', '--json');
    assert.equal(address.json().error.code, 'address_invalid');
    const reader = await publication.run(
      'test',
      '7',
      '--to',
      'a@x.example',
      '--as',
      'c@x.example',
      '--json',
    );
    assert.equal(reader.json().error.code, 'subscriber_unknown');
  });
});
