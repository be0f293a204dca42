/** What the tests of this folder share: a transport to a sink, and a message to send. */
import type { TestContext } from 'node:test';
import { createLogger } from '../../src/log.js';
import { createTransport, type TransportOptions } from '../../src/smtp/transport.js';
import type { Transport } from '../../src/smtp/types.js';
import { type Sink, type SinkOptions, startSink } from '../support/smtp-sink.js';

export const ENVELOPE = { from: 'news@envelope.example', to: 'reader@example.org' };

export const quiet = createLogger({ level: 'silent', pretty: false });

/** A sink and a transport to it, both gone when the test ends. */
export async function connect(
  t: TestContext,
  options: SinkOptions = {},
  overrides: Partial<TransportOptions> & { query?: string } = {},
): Promise<{ sink: Sink; transport: Transport }> {
  const sink = await startSink(options);
  const { query = '', ...rest } = overrides;
  const transport = transportTo(t, `${sink.url}${query}`, rest);
  t.after(() => sink.stop());
  return { sink, transport };
}

export function transportTo(
  t: TestContext,
  url: string,
  overrides: Partial<TransportOptions> = {},
): Transport {
  const defaults = { connections: 1, messagesPerConnection: 100, log: quiet, idleMs: 50 };
  const transport = createTransport({ url, ...defaults, ...overrides });
  t.after(() => transport.close(0));
  return transport;
}

/** Header and body as two shared segments and one of the recipient's. */
export function message(id: string, body = 'Hello.\r\n'): Buffer[] {
  return [
    Buffer.from(`Message-ID: <${id}@envelope.example>\r\n`),
    Buffer.from('Subject: A letter\r\n\r\n'),
    Buffer.from(body),
  ];
}

export function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('latin1');
}
