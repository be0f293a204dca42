/** A real HTTP server that takes webhooks and checks their signatures as a receiver does. */
import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `whsec_…` as it stands in a configuration. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from('thirty-two bytes for the tests..').toString('base64')}`;

export interface Call {
  path: string;
  id: string;
  /** Epoch seconds. */
  timestamp: number;
  /** Whether the signature is of this body, id and time. */
  genuine: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: what was posted
  body: any;
}

export interface Receiver {
  url: string;
  calls: Call[];
  /** The status of each answer to come; 200 when there is none left. */
  answers: (number | { status: number; location: string } | 'silence')[];
  /** Resolves when so many calls have come. */
  waitFor(count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const waiting: { count: number; resolve: () => void }[] = [];
  const receiver: Receiver = {
    ...{ url: '', calls: [], answers: [] },
    waitFor: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        tell();
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const tell = (): void => {
    for (const one of waiting) if (receiver.calls.length >= one.count) one.resolve();
  };
  const server = createServer(async (request, response) => {
    receiver.calls.push(await callOf(request));
    tell();
    const answer = receiver.answers.shift() ?? 200;
    if (answer === 'silence') return;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.writeHead(answer.status, { location: answer.location }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?from=pressrun`;
  return receiver;
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const header = (name: string): string => String(request.headers[name]);
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  const [version, signature = ''] = header('webhook-signature').split(',');
  const key = Buffer.from(WEBHOOK_SECRET.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const given = Buffer.from(signature, 'base64');
  assert.equal(request.method, 'POST');
  return {
    ...{ path: request.url ?? '', id, timestamp: Number(timestamp), body: JSON.parse(body) },
    genuine:
      version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected),
  };
}
