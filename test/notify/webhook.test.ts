/** A signed call to a real HTTP server, and to ones that misbehave. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { parseWebhookSecret } from '../../src/config/values.js';
import type { Notice } from '../../src/notify/notice.js';
import { webhookChannel } from '../../src/notify/webhook.js';
import { type Receiver, startReceiver, WEBHOOK_SECRET } from '../support/webhook.js';

const ledger = {
  ...{ planned: 10, accepted: 7, rejected: 1, skipped: 1, uncertain: 1, deferred: 0, remaining: 0 },
};
const NOTICE: Notice = {
  id: 'weekly-5-4-1764150000000',
  type: 'send.finished',
  at: 1_764_150_000_000,
  publication: { name: 'The Weekly', slug: 'weekly', timezone: 'UTC' },
  send: {
    ...{ issue: 5, title: 'Small things', state: 'finished', reason: '' },
    ...{ ledger, inFlight: 0, assumed: 0 },
  },
};

let receiver: Receiver;
before(async () => {
  receiver = await startReceiver();
});
after(() => receiver.stop());
beforeEach(() => {
  receiver.calls.length = 0;
  receiver.answers.length = 0;
});

const never = new AbortController().signal;
const tell = (signal = never) => {
  const secret = parseWebhookSecret(WEBHOOK_SECRET);
  assert.ok(secret);
  return webhookChannel({ url: receiver.url, secret }).tell(NOTICE, signal);
};

describe('a webhook', () => {
  it('is called with the news, signed so that the receiver can tell it is ours', async () => {
    const before = Math.floor(Date.now() / 1000);
    assert.deepEqual(await tell(), { kind: 'told' });
    const [call] = receiver.calls;
    assert.ok(call?.genuine, 'the signature is wrong');
    assert.equal(call.path, '/hook?from=pressrun');
    assert.equal(call.id, NOTICE.id);
    assert.ok(call.timestamp >= before);
    assert.deepEqual(call.body, {
      type: 'send.finished',
      timestamp: '2025-11-26T09:40:00.000Z',
      data: { publication: { slug: 'weekly', name: 'The Weekly' }, ...NOTICE.send },
    });
  });

  it('that answers anything but 2xx was not told', async () => {
    receiver.answers.push(500, 404);
    assert.deepEqual(await tell(), { kind: 'failed', why: 'the webhook answered 500' });
    assert.equal((await tell()).kind, 'failed');
  });

  it('is not followed to another address', async () => {
    const elsewhere = await startReceiver();
    receiver.answers.push({ status: 307, location: elsewhere.url });
    const telling = await tell();
    assert.match(telling.kind === 'failed' ? telling.why : '', /307, a redirect.*not followed/);
    assert.equal(elsewhere.calls.length, 0);
    await elsewhere.stop();
  });

  it('that is silent is hung up on when this process stops', async () => {
    receiver.answers.push('silence');
    const stop = new AbortController();
    const telling = tell(stop.signal);
    await receiver.waitFor(1);
    stop.abort();
    assert.equal((await telling).kind, 'failed');
  });

  it('that nobody listens at fails with the reason', async () => {
    const secret = Buffer.alloc(32);
    const channel = webhookChannel({ url: 'http://127.0.0.1:1/', secret });
    const telling = await channel.tell(NOTICE, never);
    assert.match(telling.kind === 'failed' ? telling.why : '', /could not be reached: \S/);
  });
});

describe('the secret of a webhook', () => {
  it('is whsec_ and 24 to 64 bytes in base64, and nothing else', () => {
    assert.equal(parseWebhookSecret(WEBHOOK_SECRET)?.length, 32);
    for (const wrong of ['', 'whsec_', 'whsec_c2hvcnQ=', 'c2VjcmV0', `whsec_${'A'.repeat(200)}`]) {
      assert.equal(parseWebhookSecret(wrong), undefined, wrong);
    }
  });
});
