/**
 * The relay as the rest of the house sees it: a message goes in, one of four outcomes comes out.
 *
 * Owns: which connection a message takes, and what we refuse without asking the server. Must
 * never: send a message a second time that the server may have, or write an address or the login
 * to the log.
 * @see RFC 5321, RFC 1870 (SIZE), RFC 2920 (PIPELINING)
 */
import type { Logger } from 'pino';
import type { Conversation } from './conversation.js';
import { messageBytes } from './exchange.js';
import { type Lease, Pool } from './pool.js';
import { parseRelayUrl } from './relay-url.js';
import { TIMEOUTS, type Timeouts } from './timeouts.js';
import {
  type Envelope,
  type Reply,
  type SendOptions,
  TOO_LATE,
  type Transaction,
  type Transport,
} from './types.js';

export interface TransportOptions {
  /** `smtp.url`, login included. */
  url: string;
  /** Most connections at a time, ≥ 1. */
  connections: number;
  /** A connection is re-made after so many messages, ≥ 1. */
  messagesPerConnection: number;
  /** What to call ourselves in EHLO; default: this host's name. */
  name?: string;
  log: Logger;
  timeouts?: Partial<Timeouts>;
  /** A connection without work for so long is closed. Default 2 s. */
  idleMs?: number;
}

const IDLE_MS = 2_000;
const GRACE_MS = 10_000;

/** @throws AppError `config_invalid` when the URL cannot be used */
export function createTransport(options: TransportOptions): Transport {
  const { connections, messagesPerConnection, name, log, idleMs = IDLE_MS } = options;
  const pool = new Pool({
    relay: parseRelayUrl(options.url),
    connections,
    messagesPerConnection,
    idleMs,
    timeouts: { ...TIMEOUTS, ...options.timeouts },
    name,
    log,
  });
  return {
    send: (envelope, chunks, sendOptions) => send(pool, { envelope, chunks, ...sendOptions }),
    close: (graceMs) => close(pool, graceMs ?? GRACE_MS),
  };
}

interface Mail extends SendOptions {
  envelope: Envelope;
  chunks: readonly Buffer[];
}

async function send(pool: Pool, mail: Mail): Promise<Transaction> {
  const refused = refuseEnvelope(mail.envelope);
  if (refused) return refused;
  const first = await attempt(pool, mail, false);
  // A server may hang up on a connection it finds old or idle just when we use it again: the
  // message went nowhere, and a new connection tells the truth about the relay.
  if (first.stale) return (await attempt(pool, mail, true)).outcome;
  return first.outcome;
}

interface Attempt {
  outcome: Transaction;
  /** It failed before the server took anything, on a connection that had served before. */
  stale: boolean;
}

function attempt(pool: Pool, mail: Mail, fresh: boolean): Promise<Attempt> {
  return new Promise((resolve) => {
    pool.take(fresh, (lease) => resolve(attemptOver(lease, pool, mail)));
  });
}

async function attemptOver(lease: Lease, pool: Pool, mail: Mail): Promise<Attempt> {
  if (lease.kind === 'refused') return { outcome: lease, stale: false };
  if (lease.kind === 'failed') {
    return { outcome: { kind: 'unsent', error: lease.error }, stale: false };
  }
  const { conversation } = lease;
  const reused = conversation.begun > 0;
  // Begun in this very turn: a chained envelope leaves together with the message before it.
  const outcome = await converse(conversation, mail);
  pool.give(conversation);
  return { outcome, stale: reused && !conversation.usable && wentNowhere(outcome) };
}

async function converse(conversation: Conversation, mail: Mail): Promise<Transaction> {
  const { startBefore = Number.POSITIVE_INFINITY } = mail;
  if (Date.now() >= startBefore) return { kind: 'unsent', error: TOO_LATE };
  const bytes = messageBytes(mail.chunks);
  const limit = conversation.maxMessageBytes;
  if (limit !== undefined && bytes > limit) return tooLarge(bytes, limit);
  return conversation.send(mail.envelope, mail.chunks, startBefore);
}

function wentNowhere(outcome: Transaction): boolean {
  if (outcome.kind === 'refused') return outcome.stage === 'mail' && outcome.reply.code === 421;
  return outcome.kind === 'unsent' && outcome.error !== TOO_LATE;
}

async function close(pool: Pool, graceMs: number): Promise<void> {
  const timer = setTimeout(() => pool.drop('stopped before the end'), graceMs);
  await pool.close();
  clearTimeout(timer);
}

/** Refusals of our own carry the reply a server would give. @see RFC 1870 §6.1 */
function tooLarge(bytes: number, limit: number): Transaction {
  const text = `The message has ${bytes} bytes, the relay takes ${limit}`;
  return refuse('mail', { code: 552, enhancedCode: '5.3.4', text });
}

/**
 * Nothing that could end the command line may reach it, and without SMTPUTF8 no address outside
 * ASCII may either (RFC 6531 §3.5).
 */
function refuseEnvelope({ from, to }: Envelope): Transaction | undefined {
  if (!SENDER.test(from)) throw new TypeError('the envelope sender is no address');
  if (/\P{ASCII}/u.test(to)) {
    const text = 'The address is not ASCII and cannot be sent over this relay';
    return refuse('rcpt', { code: 553, enhancedCode: '5.6.7', text });
  }
  if (PATH.test(to)) return undefined;
  return refuse('rcpt', { code: 553, enhancedCode: '5.1.3', text: 'The address is malformed' });
}

const PATH = /^[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+$/;
const SENDER = new RegExp(`^$|${PATH.source}`);

function refuse(stage: 'mail' | 'rcpt', reply: Reply): Transaction {
  return { kind: 'refused', stage, reply };
}
