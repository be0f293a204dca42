/** One SMTP transaction, and how it may end. */

export interface Envelope {
  from: string;
  to: string;
}

/** A server's answer. @see RFC 5321 §4.2, RFC 3463 (enhanced codes) */
export interface Reply {
  /** 200…599 */
  code: number;
  /** "5.1.1" when the server gave one. */
  enhancedCode: string | undefined;
  /** All lines, codes stripped, joined by a blank; at most 500 characters. */
  text: string;
}

/** Where in the transaction the server answered. */
export type Stage = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data' | 'message';

/**
 * How a transaction ended.
 * - `accepted`: the server said 250 to the message.
 * - `refused`: the server answered 4yz or 5yz.
 * - `unsent`: the connection failed before the last byte (the final dot) was handed to the system;
 *   the server cannot have taken the message.
 * - `uncertain`: it failed after that and before the reply; nobody can know.
 */
export type Transaction =
  | { kind: 'accepted'; reply: Reply }
  | { kind: 'refused'; stage: Stage; reply: Reply }
  | { kind: 'unsent'; error: string }
  | { kind: 'uncertain'; error: string };

/** The error of an `unsent` that was not tried because {@link SendOptions.startBefore} had passed. */
export const TOO_LATE = 'too late to begin the message';

export interface SendOptions {
  /**
   * Epoch ms. The message itself is not begun at or after this time (`unsent`): a process that
   * was suspended must not act on a claim that has long passed to another.
   */
  startBefore?: number;
}

/** A relay, spoken to over a bounded number of connections. */
export interface Transport {
  /**
   * Sends one message over a free connection, opening one when needed; waits while all are busy.
   * Never rejects for anything the server or the network does.
   */
  send(envelope: Envelope, chunks: readonly Buffer[], options?: SendOptions): Promise<Transaction>;
  /** Lets messages in flight end (at most `graceMs`), then closes all connections. */
  close(graceMs?: number): Promise<void>;
}
