/** A send's record and frozen revisions: their form, and how Redis holds them. Pure. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.js';
import type { Edition } from '../issue/editions.js';
import type { Issue } from '../issue/types.js';
import type { PreparedMessage } from '../message/prepare.js';
import { MOST_REVISIONS } from './ledger-rows.js';
import type { Counts, Reason } from './tally.js';
import type { SendState } from './types.js';

export interface SendRecord {
  issue: number;
  title: string;
  /** Calendar date of the issue, YYYY-MM-DD. */
  date: string;
  state: SendState;
  /** The newest revision, from 1; 0 when its content was lost (restored.ts). */
  revision: number;
  /** That revision has an edition of the highlights; without one everybody gets the whole issue. */
  highlights: boolean;
  contentHash: string;
  /** When it was frozen, epoch ms. */
  createdAt: number;
  /** When it is to begin, or was, epoch ms; undefined for one begun by hand. */
  scheduledFor: number | undefined;
  /** The time is a slot of `delivery.schedule`. */
  queued: boolean;
  /** Why it did not begin at its time, and waits for a word. */
  missed: string | undefined;
  /** Scheduled as a rehearsal: a loopback URL need not answer. */
  loopback: boolean;
  /** When its audience was taken (until then: when it was frozen), epoch ms. */
  startedAt: number;
  /** Epoch ms of the end; undefined while it is open. */
  endedAt: number | undefined;
  /** Why it was halted. */
  reason: string | undefined;
  /** Counts the moves from state to state. */
  step: number;
  /** Whether everybody is in the ledger. */
  planned: boolean;
  /** Its ledger is being put away (put-away.ts). */
  leaving: boolean;
  /** What stays of its ledger once that is a file. */
  totals: LedgerTotals | undefined;
  /** Whether operators have something of it to be told yet (outbox.ts). */
  untold: boolean;
}

/** What stays in Redis of a ledger that was put away. */
export interface LedgerTotals {
  /** Its name in `.pressrun/ledgers/`, and the host it was written on. */
  file: string;
  host: string;
  counts: Counts;
  /** The most frequent ones. */
  reasons: Reason[];
  /** Revision → how many have it. */
  revisions: [number, number][];
  /** Edition → how many have it; absent in what older versions put away. */
  editions?: [Edition, number][];
}

/** States in which nothing happens any more by itself. */
export const ENDED_STATES: readonly SendState[] = ['finished', 'cancelled'];

/** @throws AppError send_refused when nobody in it can be given another chance any more */
export function requireLedger({ issue, leaving, totals }: SendRecord): void {
  if (!leaving && totals === undefined) return;
  throw new AppError(
    'send_refused',
    `the ledger of issue ${issue} was put away (delivery.keepLedgers): \`pressrun status ${issue}\` shows it, nothing in it can be changed any more`,
  );
}

/** When a send is to begin. */
export interface Appointment {
  /** Epoch ms. */
  at: number;
  /** It is a slot of `delivery.schedule`, whose clock fires it. */
  queued: boolean;
}

/** Who let a revision go out, and what `check` had to say of it then. */
export interface Approval {
  /** As given by `--by` or `publication.approver`, else the account that ran the command. */
  by: string;
  /** Whether that name was given, so that it may be shown to readers; an account is nobody's business. */
  named: boolean;
  /** Epoch ms. */
  at: number;
  errors: number;
  warnings: number;
  /** Codes of the errors it went out in spite of (`--force`), each once. */
  forced: string[];
}

/** What one revision of a send froze. */
export interface Frozen {
  issue: Issue;
  message: PreparedMessage;
  /** Undefined where that is no edition of its own, and for what older versions froze. */
  highlights?: PreparedMessage | undefined;
  /** Undefined where nobody had to approve, and for what older versions froze. */
  approval?: Approval | undefined;
  /** Epoch ms; known of what was frozen before. */
  frozenAt?: number;
}

/** What one revision froze, but for the mail itself. */
export interface FrozenIssue extends Pick<Frozen, 'issue' | 'approval'> {
  /** Epoch ms. */
  frozenAt: number;
  /** Of all that readers may get of it (see {@link contentHashOf}). */
  contentHash: string;
}

/** One revision as `status` names it. */
export interface Revision {
  /** From 1. */
  revision: number;
  contentHash: string;
  /** Epoch ms. */
  frozenAt: number;
  approval: Approval | undefined;
}

/** Which revision `amend` freezes: nobody has what a scheduled send froze, so it is replaced. */
export function nextRevision({ state, revision }: SendRecord): number {
  return state === 'scheduled' ? revision : revision + 1;
}

/** @throws AppError send_refused */
export function requireAmendable(record: SendRecord, frozen: Frozen): void {
  const { issue, contentHash } = record;
  if (nextRevision(record) > MOST_REVISIONS) {
    throw new AppError(
      'send_refused',
      `the send of issue ${issue} was amended ${MOST_REVISIONS - 1} times already: a ledger cannot tell more revisions apart`,
    );
  }
  if (contentHashOf(frozen) === contentHash) {
    throw new AppError(
      'send_refused',
      `nothing to amend: the file of issue ${issue} makes the very mail that is being sent`,
    );
  }
}

/** Hex SHA-256 of all that readers may get of a revision; of one edition, that edition's own. */
export function contentHashOf({ message, highlights }: Omit<Frozen, 'issue'>): string {
  if (highlights === undefined) return message.contentHash;
  return createHash('sha256')
    .update(`${message.contentHash} ${highlights.contentHash}`)
    .digest('hex');
}

/** What goes to readers of an edition. */
export function messageOf({ message, highlights }: Frozen, edition: Edition): PreparedMessage {
  return edition === 'highlights' ? (highlights ?? message) : message;
}

export function frozenFields(frozen: Frozen, frozenAt: number): Record<string, string | number> {
  const { issue, message, highlights, approval } = frozen;
  return {
    message: JSON.stringify(message),
    issue: JSON.stringify(issue),
    contentHash: contentHashOf(frozen),
    frozenAt,
    // Written even when empty: what a scheduled send froze may be replaced.
    highlights: highlights ? JSON.stringify(highlights) : '',
    approval: approval ? JSON.stringify(approval) : '',
  };
}

export function approvalOf(field: string | null | undefined): Approval | undefined {
  return field ? (JSON.parse(field) as Approval) : undefined;
}

export function refused(issue: number, to: SendState, from: SendState | ''): AppError {
  if (from === '') return new AppError('send_unknown', `issue ${issue} has no send`);
  if (from === 'scheduled' && (to === 'paused' || to === 'sending' || to === 'planning')) {
    return new AppError(
      'send_refused',
      `issue ${issue} is scheduled: nothing goes out yet. \`pressrun send ${issue}\` sends it now, \`pressrun send ${issue} --at TIME\` moves it, \`pressrun unschedule ${issue}\` takes it back.`,
    );
  }
  return new AppError(
    'send_refused',
    `the send of issue ${issue} is ${from}: it cannot become ${to}`,
  );
}

export function recordOf(fields: Record<string, string>): SendRecord | undefined {
  if (fields.issue === undefined) return undefined;
  return {
    issue: Number(fields.issue),
    title: fields.title ?? '',
    date: fields.date ?? '',
    state: fields.state as SendState,
    revision: Number(fields.revision),
    highlights: fields.highlights === '1',
    contentHash: fields.contentHash ?? '',
    createdAt: Number(fields.createdAt),
    scheduledFor: fields.scheduledFor ? Number(fields.scheduledFor) : undefined,
    queued: fields.queued === '1',
    missed: fields.missed || undefined,
    loopback: fields.loopback === '1',
    startedAt: Number(fields.startedAt),
    endedAt: fields.endedAt ? Number(fields.endedAt) : undefined,
    reason: fields.reason || undefined,
    step: Number(fields.step),
    planned: fields.planned === '1',
    untold: fields.untold === '1',
    leaving: fields.leaving === '1',
    totals: fields.totals ? JSON.parse(fields.totals) : undefined,
  };
}
