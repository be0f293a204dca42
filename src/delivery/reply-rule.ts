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

export interface ReplyRule {
  class: string;
  action: ReplyAction;
  /** The address will never take mail again. */
  suppress?: true;
  pauseMs?: number;
  /** The relay takes mail, only not so fast. */
  slowDown?: true;
  /** All that are given must match; `code` is tried on "550", `enhanced` on "5.1.1" or "". */
  when: { stage?: readonly Stage[]; code?: RegExp; enhanced?: RegExp; text?: RegExp };
  source: string;
}

export const PERMANENT = /^5/;
export const TEMPORARY = /^4/;
