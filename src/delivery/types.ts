/** Words of the ledger. See docs/flow.md for a recipient's and a send's way through them. */
import type { Edition } from '../issue/editions.js';
import type { Recipient } from '../message/types.js';

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

/** Names a batch and the job that works on it. */
export interface BatchRef {
  issue: number;
  lane: string;
  shard: string;
  /** Its first position, which names it within the shard. */
  first: number;
  /** Positions in it. */
  count: number;
  /** Counts the jobs this batch has had, from 1. */
  serial: number;
}

/** A batch in the hands of one worker. */
export interface OpenBatch {
  ref: BatchRef;
  /** Sent with every claim; refused once another worker opened the batch. */
  epoch: number;
  /** What is composed; claims are refused once a newer one was frozen. */
  revision: number;
  /** Since when its recipients are being tried (giving up counts from here), epoch ms. */
  since: number;
  /** Recipients waiting to be claimed, in order. */
  waiting: Waiting[];
}

export interface Waiting {
  position: number;
  tail: string;
  /** Epoch ms; 0 for pending recipients. */
  dueAt: number;
}

/** One recipient this worker alone may mail now. */
export interface Claimed {
  position: number;
  /** From 1. */
  attempt: number;
  /** Mails to them failed of late (audience/failures.ts). */
  failing: boolean;
  /** What they want at the moment of the claim. */
  edition: Edition;
  recipient: Recipient;
}

export type ClaimReply =
  | { kind: 'claimed'; claimed: Claimed[] }
  /** The send is paused, cancelled or halted. */
  | { kind: 'shut' }
  /** A newer revision was frozen: open the batch again. */
  | { kind: 'revised' }
  /** Claimed, but too few replicas have it (redis.durability): nobody of them may be mailed. */
  | { kind: 'uncopied'; claimed: Claimed[]; copies: number; replicas: number }
  /** Another worker holds the batch. */
  | { kind: 'stale' };

export interface Settlement {
  position: number;
  attempt: number;
  outcome: Outcome;
}
