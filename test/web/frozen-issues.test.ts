import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLedger } from '../../src/delivery/ledger.js';
import { createSends, type Sends } from '../../src/delivery/sends.js';
import type { PreparedMessage } from '../../src/message/prepare.js';
import { keysOf } from '../../src/redis/keys.js';
import { frozenIssuesOf } from '../../src/web/frozen-issues.js';
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
    const frozenIssues = frozenIssuesOf(sends);
    const [undated, full] = await frozenIssues.list();
    assert.deepEqual(full, {
      number: 12,
      title: 'What tides remember',
      date: '2026-05-27',
      version: 'hash-12',
    });
    assert.match(undated?.date ?? '', /^\d{4}-\d\d-\d\d$/, 'without a date, the day of the send');
    const found = await frozenIssues.get(12);
    assert.deepEqual(found?.issue, JSON.parse(JSON.stringify(fullIssue())));
    assert.equal(await frozenIssues.get(11), undefined);
  });
});
