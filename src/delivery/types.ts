/** Words of the ledger. See docs/flow.md for a recipient's and a send's way through them. */

/**
 * One byte per recipient in the ledger's state string.
 * Exactly one counter belongs to each, and changes in the same script.
 */
export const RECIPIENT_STATE = {
  pending: 'p',
  claimed: 'c',
  deferred: 'd',
  accepted: 'a',
  assumed: 's',
  rejected: 'r',
  skipped: 'k',
  uncertain: 'u',
} as const;

export type RecipientState = keyof typeof RECIPIENT_STATE;

/** planned = accepted + rejected + skipped + uncertain + deferred + remaining, always. */
export interface Ledger {
  planned: number;
  /** The relay said 250 (or an operator said so: see `assumed` beside). */
  accepted: number;
  rejected: number;
  skipped: number;
  uncertain: number;
  deferred: number;
  /** Pending or claimed. */
  remaining: number;
}

/**
 * `scheduled → planning → sending ⇄ paused → finished | cancelled | halted`;
 * also halted → sending (resume), finished → sending (retry, resolve --resend, --newcomers).
 */
export type SendState =
  | 'scheduled'
  | 'planning'
  | 'sending'
  | 'paused'
  | 'finished'
  | 'cancelled'
  | 'halted';

/** What became of one claimed recipient. */
export type Outcome =
  | { kind: 'accepted' }
  /** A temporary refusal of this recipient: due again at `dueAt` (epoch ms). */
  | { kind: 'deferred'; class: string; words: string; dueAt: number }
  | { kind: 'rejected'; class: string; words: string }
  /** Relay trouble: back where it was, the attempt not counted. */
  | { kind: 'returned' }
  | { kind: 'uncertain'; words: string };
