/** A wrong link is noticed while the issue goes out, and mended for the rest. Real processes. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import PostalMime from 'postal-mime';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const COUNT = 300;
const issueWith = (link: string): string => `---
number: 6
title: Where to click
date: 2026-03-04
---
## Highlights

[The piece](${link}) *(Ada Author)* (summarized by Ines): What it says.
`;
const WRONG = 'https://example.org/wrong';
const RIGHT = 'https://example.org/right';

let publication: TestPublication;
let sink: Sink;

afterEach(async () => {
  await publication.remove();
  await sink.stop();
});

/** Recipients by the link in their mail. */
async function readersOf(): Promise<Map<string, string[]>> {
  const readers = new Map<string, string[]>([
    [WRONG, []],
    [RIGHT, []],
  ]);
  for (const { raw, to } of sink.messages) {
    const { html = '' } = await PostalMime.parse(raw ?? '');
    const links = [WRONG, RIGHT].filter((link) => html.includes(link));
    assert.equal(links.length, 1);
    readers.get(links[0] ?? '')?.push(to[0] ?? '');
  }
  return readers;
}

describe('amend', () => {
  it('gives the rest the mended issue, nobody both, and says who got which', async (t) => {
    sink = await startSink({
      reply: ({ stage }) => (stage === 'message' ? { afterMs: 100 } : undefined),
    });
    publication = await makePublication({ smtpUrl: sink.url, yaml: 'smtp: {connections: 2}\n' });
    await publication.write('issues/6.md', issueWith(WRONG));
    await publication.write('readers.csv', subscribersCsv(COUNT));
    await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
    const send = publication.start('send', '6', '--yes', '--wait', '--json', '--loopback');
    await sink.waitFor(30);

    const same = await publication.run('amend', '6', '--yes', '--loopback', '--json');
    assert.equal(same.json().error.code, 'send_refused', 'the very mail that is going out');
    await publication.write('issues/6.md', 'not an issue');
    const broken = await publication.run('amend', '6', '--yes', '--loopback', '--json');
    assert.equal(broken.code, 1);
    const paused = (await publication.run('status', '6', '--json')).json();
    assert.equal(paused.state, 'paused', 'nobody gets the mistake while it is being mended');

    await publication.write('issues/6.md', issueWith(RIGHT));
    assert.equal((await publication.run('resume', '6')).code, 0);
    const decidedAt = performance.now();
    const amended = await publication.run('amend', '6', '--yes', '--loopback', '--json');
    assert.equal(amended.code, 0, amended.stderr);
    assert.equal(amended.json().revision, 2);
    const before = sink.messages.length;
    await sink.waitFor(before + 10);
    t.diagnostic(
      `${Math.round(performance.now() - decidedAt)} ms until ten mended messages were accepted`,
    );

    const done = await send.done;
    assert.equal(done.code, 0, done.stderr);
    const { ledger, revisions } = done.json();
    assert.equal(ledger.accepted, COUNT);
    const readers = await readersOf();
    const wrong = readers.get(WRONG) ?? [];
    const right = readers.get(RIGHT) ?? [];
    assert.equal(new Set([...wrong, ...right]).size, COUNT, 'everybody once');
    assert.equal(wrong.length + right.length, COUNT);
    assert.ok(wrong.length >= 30 && right.length > 100);
    assert.deepEqual(
      revisions.map(({ recipients }: { recipients: number }) => recipients),
      [wrong.length, right.length],
    );
    const story = await publication.run('status', '6', '--who', right[0] ?? '', '--json');
    assert.equal(story.json().revision, 2);
    const archived = await publication.run('amend', '6', '--yes', '--loopback', '--json');
    assert.equal(archived.json().error.code, 'send_refused', 'nobody is left to be reached');
  });
});
