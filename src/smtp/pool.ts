/**
 * The connections to one relay: at most so many, opened when needed, reused, re-made after a
 * number of messages, closed politely when idle. While all are at work, whoever waits is chained
 * to the connection that has been waiting longest for the reply to a message (conversation.ts).
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
export type Lease =
  | { kind: 'open'; conversation: Conversation }
  | Exclude<Opened, { kind: 'open' }>;

interface Waiting {
  /** Only a connection that has carried nothing yet will do. */
  fresh: boolean;
  /** Called once. It must begin a message on an open connection before it returns, or give it back. */
  begin(lease: Lease): void;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #waiting: Waiting[] = [];
  readonly #openings = new Set<Opening>();
  readonly #conversations = new Set<Conversation>();
  readonly #idle = new Map<Conversation, NodeJS.Timeout>();
  /** Connections at work that can take another message behind theirs, longest first. */
  readonly #roomy = new Set<Conversation>();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Waits its turn for a connection. `fresh` insists on a new one.
   * @param begin see {@link Waiting.begin}: called before `take` returns, or later
   */
  take(fresh: boolean, begin: (lease: Lease) => void): void {
    if (this.#closed) {
      begin({ kind: 'failed', error: CLOSED });
      return;
    }
    this.#waiting.push({ fresh, begin });
    this.#serve();
  }

  /** After each message; the connection may be carrying the next one already. */
  give(conversation: Conversation): void {
    if (conversation.busy) this.#offerRoom(conversation);
    else if (this.#closed || this.#isWorn(conversation)) this.#retire(conversation);
    else if (conversation.usable) this.#rest(conversation);
    this.#serve();
  }

  /**
   * Turns away who waits for a connection or behind another's message, closes what is idle, and the
   * rest as it is given back.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#turnAway({ kind: 'failed', error: CLOSED });
    for (const opening of this.#openings) opening.abort(CLOSED);
    for (const conversation of this.#idle.keys()) this.#retire(conversation);
    for (const conversation of this.#conversations) conversation.releaseChained(CLOSED);
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

  #isWorn(conversation: Conversation): boolean {
    return conversation.begun >= this.#options.messagesPerConnection;
  }

  #turnAway(lease: Exclude<Opened, { kind: 'open' }>): void {
    for (const { begin } of this.#waiting.splice(0)) begin(lease);
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const supply = this.#supply(next.fresh);
      if (!supply) return;
      this.#waiting.shift();
      if (supply === 'opening') void this.#open().then(next.begin);
      else next.begin({ kind: 'open', conversation: supply });
    }
  }

  /** A connection that can begin a message now, or one to be opened; undefined: all are busy. */
  #supply(fresh: boolean): Conversation | 'opening' | undefined {
    const rested = fresh ? undefined : this.#wake();
    if (rested) return rested;
    if (this.#size < this.#options.connections) return 'opening';
    if (!fresh) return this.#roomiest();
    void this.#wake()?.quit();
    return undefined;
  }

  #offerRoom(conversation: Conversation): void {
    if (conversation.hasRoom && !this.#isWorn(conversation)) this.#roomy.add(conversation);
  }

  #roomiest(): Conversation | undefined {
    for (const conversation of this.#roomy) {
      this.#roomy.delete(conversation);
      if (conversation.hasRoom) return conversation;
    }
    return undefined;
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
    if (!this.#closed) logFailure(log, relay, opened);
    // With no connection left to wait for, the others would only learn the same, one by one.
    if (this.#conversations.size === 0) this.#turnAway(opened);
    else this.#serve();
    return opened;
  }

  #adopt(conversation: Conversation): void {
    this.#conversations.add(conversation);
    conversation.onRoom(() => {
      this.#offerRoom(conversation);
      this.#serve();
    });
    void conversation.ended.then(() => {
      clearTimeout(this.#idle.get(conversation));
      this.#idle.delete(conversation);
      this.#roomy.delete(conversation);
      this.#conversations.delete(conversation);
      this.#serve();
    });
  }

  #rest(conversation: Conversation): void {
    this.#roomy.delete(conversation);
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
