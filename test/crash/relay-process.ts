/**
 * The counting SMTP server of the crash rounds, a process of its own: one port for each process
 * that sends, so that it knows whose transactions were under way when one of them was killed.
 * Speaks with relay.ts over the channel of fork().
 */
import { type Sink, type SinkEvent, startSink } from '../support/smtp-sink.js';
import type { Accepted, Order, Reply, Request, Transaction } from './relay.js';

/** Between the final dot and the reply, so that many are under way at any moment. */
const REPLY_AFTER_MS = { least: 10, most: 40 };

const ports = Number(process.argv[2]);
/** By "port:connection": what is between RCPT and the reply. */
const open = new Map<string, Transaction>();
let accepted: Accepted[] = [];
let waiting: { count: number; reply: () => void }[] = [];
let messages = 0;

function hear(port: number, { stage, connection, to }: SinkEvent): { afterMs: number } | undefined {
  const key = `${port}:${connection}`;
  const known = open.get(key);
  if (stage === 'rcpt') open.set(key, { port, to: to ?? '', stage: 'envelope' });
  if (stage === 'body' && known) known.stage = 'body';
  if (stage !== 'message' || !known) return undefined;
  known.stage = 'reply';
  messages += 1;
  const { least, most } = REPLY_AFTER_MS;
  // Whoever was killed meanwhile never hears the reply; the message counts as taken all the same.
  return { afterMs: least + ((messages * 7) % (most - least)) };
}

/** The reply was given. */
function take(port: number, connection: number, to: string): void {
  open.delete(`${port}:${connection}`);
  accepted.push({ port, to, at: Date.now() });
  const due = waiting.filter(({ count }) => accepted.length >= count);
  waiting = waiting.filter(({ count }) => accepted.length < count);
  for (const { reply } of due) reply();
}

/** Answers at once, or once there is something to tell. */
async function obey(order: Order): Promise<Partial<Reply>> {
  switch (order.do) {
    case 'begin':
      accepted = [];
      waiting = [];
      return {};
    case 'await':
      if (accepted.length < order.count) {
        await new Promise<void>((reply) => waiting.push({ count: order.count, reply }));
      }
      return {};
    case 'look':
      return { open: [...open.values()] };
    case 'count':
      return { accepted };
    case 'forget':
      for (const [key, { port }] of open) if (order.ports.includes(port)) open.delete(key);
      return {};
  }
}

function startPort(port: number): Promise<Sink> {
  return startSink({
    record: 'ids',
    reply: (event) => hear(port, event),
    accepted: ({ connection, to: [to = ''] }) => take(port, connection, to),
  });
}

const sinks = await Promise.all(Array.from({ length: ports }, (_, port) => startPort(port)));
process.on('message', async (request: Request) => {
  process.send?.({ id: request.id, ...(await obey(request)) });
});
// Nobody is left to count for.
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, urls: sinks.map(({ url }) => url) });
