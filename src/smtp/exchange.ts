/** One message under way on a connection: its commands and its last bytes. Pure. */
import type { Envelope, Transaction } from './types.js';

export type Command = 'reset' | 'mail' | 'rcpt' | 'data';

export interface Exchange {
  chunks: readonly Buffer[];
  startBefore: number;
  /** Commands not written yet; all are, at once, when the server takes them pipelined. */
  commands: [Command, string][];
  verdict: Transaction | undefined;
  /** The system has taken the final dot: from here on the server may have the message. */
  handedOver: boolean;
  settle(outcome: Transaction): void;
}

const DOT = Buffer.from('.\r\n');
export const CRLF_DOT = Buffer.from('\r\n.\r\n');

/**
 * @param options `reset`: a transaction before this one still stands; `size`: the server takes the
 *   size with MAIL (RFC 1870 §5)
 */
export function commandsFor(
  { from, to }: Envelope,
  chunks: readonly Buffer[],
  { reset, size }: { reset: boolean; size: boolean },
): [Command, string][] {
  const declared = size ? ` SIZE=${messageBytes(chunks)}` : '';
  const commands: [Command, string][] = [
    ['mail', `MAIL FROM:<${from}>${declared}\r\n`],
    ['rcpt', `RCPT TO:<${to}>\r\n`],
    ['data', 'DATA\r\n'],
  ];
  return reset ? [['reset', 'RSET\r\n'], ...commands] : commands;
}

export function messageBytes(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** What ends a message of these segments. */
export function finalDot(chunks: readonly Buffer[]): Buffer {
  const last = chunks.at(-1);
  // A line end may be cut in two; ordinarily it is not, and nothing needs joining.
  const tail =
    last && last.length >= 2 ? last : Buffer.concat(chunks.map((chunk) => chunk.subarray(-2)));
  return tail.at(-2) === 0x0d && tail.at(-1) === 0x0a ? DOT : CRLF_DOT;
}
