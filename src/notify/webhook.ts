/**
 * Telling a program: a signed POST of JSON.
 *
 * The signature covers id, time and body, so that nobody can make one up, change it, or use an old one
 * again. The id stays the same in every attempt.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

import { createHmac } from 'node:crypto';
import { whyFetchFailed } from '../fetch-failure.js';
import type { Channel, Telling } from './channel.js';
import type { Notice } from './notice.js';

const ANSWER_WITHIN_MS = 10_000;

export interface Webhook {
  url: string;
  /** The bytes behind `whsec_`. */
  secret: Buffer;
}

export function webhookChannel({ url, secret }: Webhook): Channel {
  return {
    name: 'webhook',
    tell: (notice, signal) => post(url, signedRequest(notice, secret, Date.now()), signal),
  };
}

/** @param now epoch ms of the attempt */
export function signedRequest(
  notice: Notice,
  secret: Buffer,
  now: number,
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(payloadOf(notice));
  const timestamp = String(Math.floor(now / 1000));
  const mac = createHmac('sha256', secret).update(`${notice.id}.${timestamp}.${body}`);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'pressrun',
      'webhook-id': notice.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${mac.digest('base64')}`,
    },
    body,
  };
}

/** The body: what happened, when (ISO 8601, UTC), and how the send stands. */
function payloadOf({ type, at, publication, send }: Notice): object {
  const { slug, name } = publication;
  return {
    type,
    timestamp: new Date(at).toISOString(),
    data: { publication: { slug, name }, ...send },
  };
}

async function post(
  url: string,
  { headers, body }: ReturnType<typeof signedRequest>,
  signal: AbortSignal,
): Promise<Telling> {
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', headers, body },
      // Signed for this address: where it leads to nobody has approved.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'told' };
    const redirect = response.status >= 300 && response.status < 400;
    const why = `the webhook answered ${response.status}${redirect ? ', a redirect, which is not followed' : ''}`;
    return { kind: 'failed', why };
  } catch (error) {
    const why = signal.aborted ? 'this process stops' : whyFetchFailed(error, ANSWER_WITHIN_MS);
    return { kind: 'failed', why: `the webhook could not be reached: ${why}` };
  }
}
