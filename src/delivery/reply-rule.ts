/** The form of a rule about servers' refusals; the rules are in reply-rules.ts. */
import type { Stage } from '../smtp/types.js';

export type ReplyAction =
  /** Temporary, about this recipient: due again later, an attempt used. */
  | 'retry'
  /** Permanent, about this recipient or this message. */
  | 'reject'
  /** Temporary, about us or the relay: back where it was, no attempt used, a pause for all. */
  | 'relay-trouble'
  /** Permanent, about us: everyone would get the same answer. */
  | 'halt';

/**
 * What a refusal says of an address.
 * - `at-once`: it is dead, never mail it again.
 * - `when-given-up`: dead if it is still so after every retry (a domain may come back).
 * - `counted`: one failure; enough of them in a row, over weeks, and it is dead (audience/).
 */
export type Strike = 'at-once' | 'when-given-up' | 'counted';

export interface ReplyRule {
  class: string;
  action: ReplyAction;
  /** What it says of the address; absent: nothing, the fault is ours or the way's. */
  strike?: Strike;
  pauseMs?: number;
  /** The relay takes mail, only not so fast. */
  slowDown?: true;
  /** All that are given must match; `code` is tried on "550", `enhanced` on "5.1.1" or "". */
  when: { stage?: readonly Stage[]; code?: RegExp; enhanced?: RegExp; text?: RegExp };
  source: string;
}

export const PERMANENT = /^5/;
export const TEMPORARY = /^4/;
