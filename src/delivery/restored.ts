/**
 * What becomes of sends after a restore: whoever may have been mailed since the backup is in doubt,
 * and what was open is halted until somebody who has the relay's log decides.
 *
 * A backup knows nothing of the mails that left after it. Whom it shows as waiting may have the
 * issue by now, and so may everybody in a send that began later. Nobody of them is mailed again
 * without an operator's word.
 */
import { type Keys, SHARDS, shardOf, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient, type Script } from '../redis/scripts.js';
import { BATCH_SIZE, DEFAULT_LANE } from './ledger.js';
import type { SendRecord } from './send-record.js';
import type { Sends } from './sends.js';
import type { Tally } from './tally.js';
import { RECIPIENT_STATE } from './types.js';

/** What journals say of the time since the backup. */
export interface SendEvidence {
  /** Epoch ms of the backup. */
  backupAt: number;
  /** Issue → what began to be mailed since (`begun`, `newcomers`, `retry`, `resend`), and when first. */
  begun: ReadonlyMap<number, { words: ReadonlySet<string>; at: number }>;
  /** Ids of people who came since and are lost: they may have been mailed. */
  lost: readonly string[];
}

export interface RestoredSend {
  issue: number;
  /** People who may have been mailed since the backup. */
  inDoubt: number;
}

export interface RestoredSendsOptions {
  redis: RedisClient;
  keys: Keys;
  sends: Pick<Sends, 'list' | 'get' | 'mendGates'>;
  tally: Pick<Tally, 'counts'>;
}

/** Halts what was open or began since; returns those sends, newest first. */
export async function haltRestoredSends(
  evidence: SendEvidence,
  options: RestoredSendsOptions,
): Promise<RestoredSend[]> {
  const doubt = loadScript('delivery', 'doubt');
  const known = await options.sends.list();
  const records = [
    ...known,
    ...[...evidence.begun]
      .filter(([issue]) => known.every((record) => record.issue !== issue))
      .map(([issue, { at }]) => unknownSend(issue, at)),
  ].sort((one, other) => other.issue - one.issue);
  const halted: RestoredSend[] = [];
  for (const record of records) {
    const words = evidence.begun.get(record.issue)?.words ?? new Set<string>();
    if (!(await mayHaveMailed(record, words, options.tally))) continue;
    halted.push(await putInDoubt(record, words, evidence, options, doubt));
  }
  return halted;
}

/** The record of a send that the backup does not know: its content is lost, its issue is not free. */
function unknownSend(issue: number, at: number): SendRecord {
  return {
    ...{ issue, title: '', date: '', state: 'sending', revision: 0, contentHash: '', step: 1 },
    highlights: false,
    ...{ createdAt: at, startedAt: at, endedAt: undefined, reason: undefined, planned: false },
    ...{ leaving: false, totals: undefined },
    ...{
      scheduledFor: undefined,
      queued: false,
      missed: undefined,
      loopback: false,
      untold: false,
    },
  };
}

async function mayHaveMailed(
  { issue, state }: SendRecord,
  words: ReadonlySet<string>,
  tally: Pick<Tally, 'counts'>,
): Promise<boolean> {
  if (words.size > 0) return true;
  const { ledger, inFlight } = await tally.counts(issue);
  if (state === 'cancelled') return inFlight > 0;
  // Ended while the backup was made: its ledger had been read before.
  return state !== 'finished' || ledger.remaining + ledger.deferred > 0;
}

async function putInDoubt(
  record: SendRecord,
  words: ReadonlySet<string>,
  evidence: SendEvidence,
  { redis, keys, sends }: RestoredSendsOptions,
  doubt: Script,
): Promise<RestoredSend> {
  const { issue, state, planned } = record;
  const cancelled = state === 'cancelled' && words.size === 0;
  // One that was only scheduled, and did not begin since, has mailed nobody.
  const waiting = state === 'scheduled' && words.size === 0;
  const everybody =
    !cancelled && !waiting && (!planned || words.has('begun') || words.has('newcomers'));
  const { pending, claimed, deferred, rejected, uncertain } = RECIPIENT_STATE;
  // Also whom the backup has in doubt: policy may have mailed them again since.
  const left = cancelled ? claimed : pending + claimed + deferred + uncertain;
  const moved = words.has('retry') ? left + rejected : left;
  const step = record.step + 1;
  const since = new Date(evidence.backupAt).toISOString();
  let inDoubt = 0;
  for (const shard of SHARDS) {
    const { meta, ids, state: states, info, texts } = keys.shard(shard).ledger(issue);
    const lost = evidence.lost.filter((id) => shardOf(id) === shard).map(tailOf);
    const doubted = await doubt.run(
      redis,
      [meta, ids, states, info, texts, keys.shard(shard).mailable],
      [
        ...[moved, everybody ? 'append' : '', Date.now(), `may have been mailed after ${since}`],
        ...[BATCH_SIZE, DEFAULT_LANE, record.startedAt, record.revision, step, ...lost],
      ],
    );
    inDoubt += Number(doubted);
  }
  if (cancelled) return { issue, inDoubt };
  await redis.sadd(keys.sends, issue);
  await redis.hset(keys.send(issue), {
    ...fieldsOf(record),
    ...{ state: 'halted', step, endedAt: '', reason: reasonFor(record, waiting, inDoubt, since) },
    ...(planned || everybody ? { planned: 1 } : {}),
  });
  const now = await sends.get(issue);
  if (now) await sends.mendGates(now);
  return { issue, inDoubt };
}

/** Written again for a send the backup knows, for the first time for one it does not. */
function fieldsOf(record: SendRecord): Record<string, string | number> {
  const { issue, title, date, revision, contentHash, createdAt, startedAt } = record;
  return { issue, title, date, revision, contentHash, createdAt, startedAt };
}

function reasonFor(
  { issue, revision }: SendRecord,
  waiting: boolean,
  inDoubt: number,
  since: string,
): string {
  const restored = `restored from a backup of ${since}`;
  if (waiting) {
    return `${restored}, before it was to begin: \`pressrun resume ${issue}\` sends it now, \`pressrun cancel ${issue}\` ends it`;
  }
  const resolve = `look for them in your relay's log, then \`pressrun resolve ${issue}\` with --assume-sent or --resend, and \`pressrun resume ${issue}\``;
  const content =
    revision === 0
      ? `; what was sent is not in the backup: \`pressrun amend ${issue}\` freezes the file again before anybody is mailed`
      : '';
  return inDoubt === 0
    ? `${restored}, which knows of nobody left to mail: \`pressrun resume ${issue}\` ends it`
    : `${restored}: ${inDoubt} people may have been mailed since and are in doubt; ${resolve}${content}`;
}
