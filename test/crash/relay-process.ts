/**
 * The counting SMTP server of the crash rounds, a process of its own. Each process that sends has
 * ports of its own, so that it is known whose transactions were under way when one was killed.
 * Speaks with relay.ts over the channel of fork().
 */
import { type Sink, type SinkEvent, startSink } from '../support/smtp-sink.js';
import type { Accepted, Order, Reply, Request, Transaction } from './relay.js';

/** Between the final dot and the reply, so that many are under way at any moment. */
const REPLY_AFTER_MS = { least: 10, most: 40 };

const [senders = 0, portsEach = 0] = process.argv.slice(2).map(Number);
/** By "sink:connection": what is between RCPT and the reply. */
const open = new Map<string, Transaction>();
let accepted: Accepted[] = [];
let waiting: { count: number; reply: () => void }[] = [];
let messages = 0;

function hear(
  port: number,
  key: string,
  { stage, to }: SinkEvent,
): { afterMs: number } | undefined {
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
function take(port: number, key: string, to: string): void {
  open.delete(key);
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

/** The relay of one sender: all its ports are one to those who count. */
function startPorts(sender: number): Promise<Sink[]> {
  const startOne = (_: unknown, nth: number): Promise<Sink> =>
    startSink({
      record: 'ids',
      reply: (event) => hear(sender, `${sender}.${nth}:${event.connection}`, event),
      accepted: ({ connection, to: [to = ''] }) =>
        take(sender, `${sender}.${nth}:${connection}`, to),
    });
  return Promise.all(Array.from({ length: portsEach }, startOne));
}

const sinks = await Promise.all(Array.from({ length: senders }, (_, n) => startPorts(n)));
process.on('message', async (request: Request) => {
  process.send?.({ id: request.id, ...(await obey(request)) });
});
// Nobody is left to count for.
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, urls: sinks.map((ports) => ports.map(({ url }) => url)) });
