import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sentIssues } from '../../src/archive/published.js';
import { createLedger } from '../../src/delivery/ledger.js';
import { contentHashOf, type SendRecord } from '../../src/delivery/send-record.js';
import { createSends, type Sends } from '../../src/delivery/sends.js';
import type { PreparedMessage } from '../../src/message/prepare.js';
import { keysOf } from '../../src/redis/keys.js';
import { fullIssue, issue } from '../render/issue-fixture.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

describe('the issues of the archive', () => {
  let server: TestRedis;
  let sends: Sends;
  before(async () => {
    server = await startTestRedis();
    const redis = server.client();
    const keys = keysOf('weekly');
    sends = createSends(redis, keys, createLedger(redis, keys));
    for (const frozen of [fullIssue(), issue({ number: 13, title: 'Undated', date: undefined })]) {
      const message = { contentHash: `hash-${frozen.number}` } as PreparedMessage;
      assert.ok(await sends.create({ issue: frozen, message }));
    }
  });
  after(() => server?.stop());

  test('are those that have a send, newest first, with the content they were frozen with', async () => {
    const frozenIssues = sentIssues(sends);
    const [undated, full] = await frozenIssues.list();
    assert.deepEqual(full, {
      number: 12,
      title: 'What tides remember',
      date: '2026-05-27',
      version: 'hash-12',
      publishedAt: (await sends.get(12))?.startedAt,
    });
    assert.match(undated?.date ?? '', /^\d{4}-\d\d-\d\d$/, 'without a date, the day of the send');
    const found = await frozenIssues.get(12);
    assert.deepEqual(found?.issue, JSON.parse(JSON.stringify(fullIssue())));
    const [revision] = await sends.revisions({ issue: 12, revision: 1 } as SendRecord);
    assert.equal(found?.frozenAt, revision?.frozenAt);
    assert.equal(await frozenIssues.get(11), undefined);
  });

  test('are none that wait for their time, until their mails may leave', async () => {
    const issues = sentIssues(sends);
    const numbers = async () => (await issues.list()).map(({ number }) => number);
    const message = { contentHash: 'hash-14' } as PreparedMessage;
    const when = { at: Date.now() + 3_600_000, queued: false, loopback: true };
    assert.ok(await sends.schedule({ issue: issue({ number: 14 }), message }, when));
    assert.ok(!(await numbers()).includes(14));
    assert.equal(await issues.get(14), undefined);
    const record = await sends.get(14);
    assert.ok(record && (await sends.begin(record)));
    assert.ok((await numbers()).includes(14));
    assert.equal((await issues.get(14))?.issue.number, 14);
  });

  test('say who approved them, but name nobody who was not named to be shown', async () => {
    const at = 1_790_000_000_000;
    const { get } = sentIssues(sends);
    for (const [number, named] of [
      [21, true],
      [22, false],
    ] as const) {
      const message = { contentHash: `hash-${number}` } as PreparedMessage;
      const approval = { by: 'ines', named, at, errors: 0, warnings: 0, forced: [] };
      assert.ok(await sends.create({ issue: issue({ number }), message, approval }));
    }
    assert.deepEqual((await get(21))?.approval, { by: 'ines', at, contentHash: 'hash-21' });
    assert.deepEqual((await get(22))?.approval, { by: undefined, at, contentHash: 'hash-22' });
    assert.equal((await get(12))?.approval, undefined);
  });

  test('say what was frozen of every edition without reading the mails of any', async () => {
    const message = { contentHash: 'hash-31' } as PreparedMessage;
    const highlights = { contentHash: 'hash-31-short' } as PreparedMessage;
    const approval = { by: 'ines', named: true, at: 1, errors: 0, warnings: 0, forced: [] };
    const frozen = { issue: issue({ number: 31 }), message, highlights, approval };
    assert.ok(await sends.create(frozen));
    const mails = { message: 'unread', highlights: 'unread' };
    await server.client().hset(keysOf('weekly').revision(31, 1), mails);
    const found = await sentIssues(sends).get(31);
    assert.equal(found?.approval?.contentHash, contentHashOf(frozen));
    assert.equal(found?.approval?.contentHash, (await sends.get(31))?.contentHash);
  });
});
