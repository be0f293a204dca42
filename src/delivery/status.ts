/** What operators and programs are shown of a send. */
import type { Config } from '../config/types.js';
import type { Edition } from '../issue/editions.js';
import { reasonToWarn } from './halt.js';
import type { Lane, TroubleOf } from './lane.js';
import type { Approval, SendRecord } from './send-record.js';
import type { Sends } from './sends.js';
import type { Copies, Counts, Reason, Tally } from './tally.js';
import type { SendState } from './types.js';

/** `pressrun status ISSUE --json`, and what `send --wait --json` ends with. */
export interface SendStatus extends Counts {
  issue: number;
  title: string;
  state: SendState;
  /** Why it was halted. */
  reason?: string;
  /** What an operator should look at while the send goes on. */
  warning?: string;
  /** What keeps messages from being sent at this moment. */
  trouble?: { of: TroubleOf; words: string; nextTryAt: string };
  /** The same for every lane and relay that is held back. */
  troubles: { lane: string; relay: string; of: TroubleOf; words: string; nextTryAt: string }[];
  /** The newest. */
  revision: number;
  contentHash: string;
  /** What was frozen when, and how many have it; filled by {@link fullStatusOf}. */
  revisions: RevisionStatus[];
  /** How many have each edition, where there is more than one. */
  editions?: Record<Edition, number>;
  /** When it is to begin, or was, ISO 8601, UTC. */
  scheduledFor?: string;
  /** That time is a slot of `delivery.schedule`. */
  queued?: true;
  /** The clock of the publication, an IANA name. */
  timezone: string;
  /** Why it did not begin at its time: it waits for a word. */
  missed?: string;
  /** ISO 8601, UTC; of a scheduled send, when it was frozen. */
  startedAt: string;
  endedAt?: string;
  /** Where its ledger is once it was put away: a file in `.pressrun/ledgers`, and the host of that. */
  ledgerFile?: { file: string; host: string };
  /** Why recipients were not simply accepted, most frequent first. */
  reasons: Reason[];
}

interface RevisionStatus {
  revision: number;
  contentHash: string;
  /** ISO 8601, UTC. */
  frozenAt: string;
  recipients: number;
  approval?: Omit<Approval, 'at'> & { at: string };
}

export interface StatusSources {
  sends: Sends;
  tally: Tally;
  lanes: readonly Lane[];
  config: {
    delivery: Pick<Config['delivery'], 'halt'>;
    publication: Pick<Config['publication'], 'timezone'>;
  };
}

/** Cheap enough to be asked several times a second: counters only. */
export async function statusOf(
  record: SendRecord,
  { tally, lanes, config }: StatusSources,
): Promise<SendStatus> {
  const [counts, troubles] = await Promise.all([
    tally.counts(record.issue),
    record.endedAt === undefined ? troublesOf(lanes) : [],
  ]);
  const [trouble] = troubles;
  const warning = reasonToWarn(counts.ledger, config.delivery.halt);
  return {
    issue: record.issue,
    title: record.title,
    state: record.state,
    ...counts,
    ...(record.reason && { reason: record.reason }),
    ...(warning && !record.reason && { warning }),
    ...(trouble && {
      trouble: { of: trouble.of, words: trouble.words, nextTryAt: trouble.nextTryAt },
    }),
    troubles,
    revision: record.revision,
    contentHash: record.contentHash,
    revisions: [],
    ...(record.scheduledFor && { scheduledFor: new Date(record.scheduledFor).toISOString() }),
    ...(record.scheduledFor && record.queued && { queued: true as const }),
    timezone: config.publication.timezone,
    ...(record.missed && { missed: record.missed }),
    startedAt: new Date(record.startedAt).toISOString(),
    ...(record.endedAt && { endedAt: new Date(record.endedAt).toISOString() }),
    ...(record.totals && { ledgerFile: { file: record.totals.file, host: record.totals.host } }),
    reasons: [],
  };
}

async function troublesOf(lanes: readonly Lane[]): Promise<SendStatus['troubles']> {
  const found = await Promise.all(
    lanes.map(async (lane) => {
      const troubles = await lane.troubles();
      return troubles.map(({ relay, of, words, until }) => ({
        ...{ lane: lane.name, relay, of, words },
        nextTryAt: new Date(until).toISOString(),
      }));
    }),
  );
  return found.flat();
}

/** The same with revisions and the words behind every outcome; reads all of the ledger. */
export async function fullStatusOf(
  record: SendRecord,
  sources: StatusSources,
): Promise<SendStatus> {
  const { sends, tally } = sources;
  const [status, reasons, revisions, copies] = await Promise.all([
    statusOf(record, sources),
    tally.reasons(record.issue),
    sends.revisions(record),
    tally.copies(record.issue),
  ]);
  return {
    ...status,
    revisions: revisions.map(({ revision, contentHash, frozenAt, approval }) => ({
      ...{ revision, contentHash },
      frozenAt: new Date(frozenAt).toISOString(),
      recipients: copies.revisions.get(revision) ?? 0,
      ...(approval && { approval: { ...approval, at: new Date(approval.at).toISOString() } }),
    })),
    ...editionsOf(record, copies),
    reasons,
  };
}

function editionsOf({ highlights }: SendRecord, copies: Copies): Pick<SendStatus, 'editions'> {
  const count = (edition: Edition): number => copies.editions.get(edition) ?? 0;
  if (!highlights && count('highlights') === 0) return {};
  return { editions: { full: count('full'), highlights: count('highlights') } };
}
