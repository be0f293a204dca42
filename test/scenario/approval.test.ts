/** Nothing goes out unchecked, and who let it go out is noted. Real processes, a real Redis. */
import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { makePublication, subscribersCsv, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { type Sink, startSink } from '../support/smtp-sink.js';

const FAR = '2027-06-01T09:00Z';

const issueWith = (number: number, words: string) => `---
number: ${number}
title: Issue ${number} of them
date: 2026-03-04
preheader: What makes a reader open it
---
## News

[The piece](https://example.org/${number}) *(Ada Author)* (summarized by Ines): ${words}
`;

describe('approval', () => {
  let redis: TestRedis;
  let sink: Sink;
  let publication: TestPublication;
  const flags = ['--yes', '--loopback', '--json'];

  before(async () => {
    redis = await startTestRedis();
    sink = await startSink();
    publication = await makePublication({ smtpUrl: sink.url, redis: redis.url });
    await publication.write('readers.csv', subscribersCsv(2));
    await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
  });
  after(async () => {
    await publication.remove();
    await sink.stop();
    await redis.stop();
  });

  const status = async (issue: number) =>
    (await publication.run('status', `${issue}`, '--json')).json();

  it('an error of check stops a send and a scheduled one, and is listed with its place', async () => {
    await publication.write('issues/1.md', issueWith(1, 'See ![a map](1/missing.png) and TK.'));
    for (const at of [[], ['--at', FAR], ['--dry-run']]) {
      const run = await publication.run('send', '1', ...flags, ...at);
      assert.equal(run.code, 1);
      const { code, line, message } = run.json().error;
      assert.deepEqual([code, line], ['check_failed', 9]);
      assert.match(message, /pressrun check 1.*--force/);
      assert.match(run.stderr, /^issues\/1\.md:9:\d+: error image-missing: /m);
      assert.match(run.stderr, /^issues\/1\.md: 1 error, 1 warning$/m);
    }
    assert.deepEqual((await publication.run('status', '--json')).json(), []);
    assert.equal(sink.messages.length, 0);
  });

  it('--force sends in spite of it, and status says so beside the account that did it', async () => {
    const forced = await publication.run('send', '1', ...flags, '--wait', '--force');
    assert.equal(forced.code, 0, forced.stderr);
    assert.equal(sink.messages.length, 2);
    const { contentHash, revisions } = await status(1);
    const [{ approval, contentHash: approved }] = revisions;
    assert.equal(approved, contentHash);
    assert.ok(Math.abs(Date.now() - Date.parse(approval.at)) < 600_000);
    delete approval.at;
    assert.deepEqual(approval, {
      ...{ by: userInfo().username, named: false },
      ...{ errors: 1, warnings: 1, forced: ['image-missing'] },
    });
    const shown = (await publication.run('status', '1')).stdout;
    const words = `approved by ${userInfo().username}, `;
    assert.ok(shown.includes(words), shown);
    assert.match(shown, /content [0-9a-zA-Z_-]{12}; 1 error forced \(image-missing\), 1 warning$/m);
  });

  it('what leaves no mail to send cannot be forced', async () => {
    await publication.write('issues/2.md', '---\nnumber: 2\n---\nHello.\n');
    const run = await publication.run('send', '2', ...flags, '--force');
    assert.equal(run.json().error.code, 'check_failed');
    assert.doesNotMatch(run.json().error.message, /--force/);
    assert.match(run.stderr, /^issues\/2\.md:\d+: error title-missing: /m);
  });

  it('of a scheduled issue what is approved first is told, then what amend put in its place', async () => {
    await publication.write('issues/2.md', issueWith(2, 'First words.'));
    const run = await publication.run('send', '2', ...flags, '--at', FAR, '--by', 'Ines Alba');
    assert.equal(run.code, 0, run.stderr);
    const [{ approval: first }] = run.json().revisions;
    assert.deepEqual(
      [first.by, first.named, first.errors, first.forced],
      ['Ines Alba', true, 0, []],
    );

    await publication.write('issues/2.md', issueWith(2, 'Words with <@A title of no issue@>.'));
    const stopped = await publication.run('amend', '2', '--yes', '--json', '--by', 'Kai');
    assert.equal(stopped.json().error.code, 'check_failed');
    assert.equal((await status(2)).revisions[0].approval.by, 'Ines Alba');

    const amended = await publication.run('amend', '2', ...flags, '--by', 'Kai', '--force');
    assert.equal(amended.code, 0, amended.stderr);
    const [{ approval }] = (await status(2)).revisions;
    assert.deepEqual([approval.by, approval.forced], ['Kai', ['reference-unresolved']]);
  });
});
