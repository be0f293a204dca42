/**
 * The connections to one relay: at most so many, opened when needed, reused, re-made after a
 * number of messages, closed politely when idle.
 *
 * A connection counts until it is closed on both sides, so that the relay's own limit holds too.
 */
import type { Logger } from 'pino';
import { Conversation } from './conversation.js';
import type { Relay } from './relay-url.js';
import { type Opened, type Opening, openSession } from './session.js';
import type { Timeouts } from './timeouts.js';

interface PoolOptions {
  relay: Relay;
  /** Most connections at a time. */
  connections: number;
  messagesPerConnection: number;
  /** A connection without work for so long is closed. */
  idleMs: number;
  timeouts: Timeouts;
  /** For EHLO. */
  name: string | undefined;
  log: Logger;
}

/** A connection to use and to give back, or why there is none. */
type Lease = { kind: 'open'; conversation: Conversation } | Exclude<Opened, { kind: 'open' }>;

interface Waiting {
  /** Only a connection that has carried nothing yet will do. */
  fresh: boolean;
  resolve(lease: Lease): void;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #waiting: Waiting[] = [];
  readonly #openings = new Set<Opening>();
  readonly #conversations = new Set<Conversation>();
  readonly #idle = new Map<Conversation, NodeJS.Timeout>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Waits its turn for a connection. `fresh` insists on a new one. */
  take(fresh: boolean): Promise<Lease> {
    if (this.#closed) return Promise.resolve({ kind: 'failed', error: CLOSED });
    return new Promise((resolve) => {
      this.#waiting.push({ fresh, resolve });
      this.#serve();
    });
  }

  give(conversation: Conversation): void {
    const worn = conversation.begun >= this.#options.messagesPerConnection;
    if (this.#closed || worn) this.#retire(conversation);
    else if (conversation.usable) this.#rest(conversation);
    this.#serve();
  }

  /** Turns waiting senders away, closes what is idle, and the rest as it is given back. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ kind: 'failed', error: CLOSED });
    for (const conversation of this.#idle.keys()) this.#retire(conversation);
    while (this.#size > 0) {
      const openings = [...this.#openings].map((opening) => opening.result);
      const conversations = [...this.#conversations].map((conversation) => conversation.ended);
      await Promise.race([...openings, ...conversations]);
    }
  }

  /** Ends every connection at once, whatever it is doing. */
  drop(reason: string): void {
    for (const opening of this.#openings) opening.abort(reason);
    for (const conversation of this.#conversations) conversation.drop(reason);
  }

  get #size(): number {
    return this.#openings.size + this.#conversations.size;
  }

  #serve(): void {
    while (this.#waiting[0] && this.#provide(this.#waiting[0])) this.#waiting.shift();
  }

  /** @returns false when all connections are busy */
  #provide({ fresh, resolve }: Waiting): boolean {
    const rested = fresh ? undefined : this.#wake();
    if (rested) {
      resolve({ kind: 'open', conversation: rested });
      return true;
    }
    if (this.#size < this.#options.connections) {
      void this.#open().then(resolve);
      return true;
    }
    if (fresh) void this.#wake()?.quit();
    return false;
  }

  async #open(): Promise<Lease> {
    const { relay, timeouts, name, log } = this.#options;
    const opening = openSession(relay, timeouts, name);
    this.#openings.add(opening);
    const opened = await opening.result;
    this.#openings.delete(opening);
    if (opened.kind === 'open') {
      const { tls, pipelining } = opened.session.offer;
      log.debug({ relay: relay.label, tls, pipelining }, 'connected to the relay');
      const conversation = new Conversation(opened.session, timeouts);
      this.#adopt(conversation);
      return { kind: 'open', conversation };
    }
    logFailure(log, relay, opened);
    this.#serve();
    return opened;
  }

  #adopt(conversation: Conversation): void {
    this.#conversations.add(conversation);
    void conversation.ended.then(() => {
      clearTimeout(this.#idle.get(conversation));
      this.#idle.delete(conversation);
      this.#conversations.delete(conversation);
      this.#serve();
    });
  }

  #rest(conversation: Conversation): void {
    const timer = setTimeout(() => this.#retire(conversation), this.#options.idleMs);
    this.#idle.set(conversation, timer);
  }

  /** The connection used last, so that a shrinking load lets the others go. */
  #wake(): Conversation | undefined {
    const conversation = [...this.#idle.keys()].findLast((idle) => idle.usable);
    if (conversation) {
      clearTimeout(this.#idle.get(conversation));
      this.#idle.delete(conversation);
    }
    return conversation;
  }

  #retire(conversation: Conversation): void {
    clearTimeout(this.#idle.get(conversation));
    this.#idle.delete(conversation);
    void conversation.quit();
  }
}

const CLOSED = 'the connection to the relay is being closed';

/** Codes only: a server's words may repeat the login. */
function logFailure(log: Logger, relay: Relay, failure: Exclude<Opened, { kind: 'open' }>): void {
  if (failure.kind === 'failed') {
    log.warn({ relay: relay.label, reason: failure.error }, 'cannot reach the relay');
  } else {
    const { code, enhancedCode } = failure.reply;
    log.warn(
      { relay: relay.label, stage: failure.stage, code, enhancedCode },
      'the relay refused us',
    );
  }
}
