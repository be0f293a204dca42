/**
 * Putting ledgers away: of ended sends only the newest `delivery.keepLedgers` stay in Redis, each
 * older one becomes a file, and its totals stay in the send's record.
 *
 * In steps that are each safe to be the last: the send is marked, so that nobody opens it again
 * (lua/put-away.lua); a file is written and synced; the record names it, and from then on everybody
 * reads there; the keys are removed; the mark is taken off. A marked send is taken up again by the
 * next sweep. Should two do that at once, each writes a file of its own and the record names one.
 */
import { hostname } from 'node:os';
import type { Logger } from '../log.js';
import { type Keys, SHARDS } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { LedgerFiles, LedgerRow } from './ledger-file.js';
import { ENDED_STATES, type LedgerTotals, type SendRecord } from './send-record.js';
import { createSums } from './sums.js';
import type { Tally } from './tally.js';
import { RECIPIENT_STATE, type RecipientState } from './types.js';

/** Puts the oldest ledger away that may leave, or goes on with one; at most one a call. */
export type PutAway = (records: readonly SendRecord[], now?: number) => Promise<void>;

export interface PutAwayOptions {
  redis: RedisClient;
  keys: Keys;
  /** Of ledgers that are in Redis. */
  tally: Pick<Tally, 'counts' | 'recipients'>;
  files: LedgerFiles;
  /** How many of the newest sends keep their ledger in Redis. */
  keep: number;
  log: Logger;
}

/** A late reply may still settle somebody, and a worker tells a server what it forgot. */
const SETTLED_AFTER_MS = 15 * 60_000;
/** Claimed so long ago by a worker that died after the end. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;
/** After a failure (a full disk) it is not tried again at every sweep. */
const TRY_AGAIN_MS = 10 * 60_000;
/** The rest is in the file. */
const MOST_REASONS = 100;

const EVERY_STATE = Object.keys(RECIPIENT_STATE) as RecipientState[];

export function createPutAway(options: PutAwayOptions): PutAway {
  const { redis, keys, tally, files, keep, log } = options;
  const begin = loadScript('delivery', 'put-away');
  let pausedUntil = 0;

  /** Everybody's row is in the file, and nothing changed while it was written. */
  const write = async (record: SendRecord): Promise<LedgerTotals> => {
    const sums = createSums();
    const rows = summed(tally.recipients(record.issue, EVERY_STATE), sums);
    const file = await files.write(record, rows);
    const counts = await tally.counts(record.issue);
    if (JSON.stringify(counts) !== JSON.stringify(sums.counts())) {
      await files.remove(file);
      throw new Error('the ledger changed while it was written to a file');
    }
    const reasons = sums.reasons().slice(0, MOST_REASONS);
    const { revisions, editions } = sums.copies();
    return {
      ...{ file, host: hostname(), counts, reasons },
      ...{ revisions: [...revisions], editions: [...editions] },
    };
  };
  const remove = async (issue: number): Promise<void> => {
    for (const shard of SHARDS) {
      const { meta, ids, state, info, texts } = keys.shard(shard).ledger(issue);
      await redis.unlink(meta, ids, state, info, texts);
    }
    await redis.hdel(keys.send(issue), 'leaving');
  };
  const leave = async (record: SendRecord): Promise<void> => {
    const send = keys.send(record.issue);
    if (record.totals === undefined) {
      const totals = await write(record).catch(async (error) => {
        await redis.hdel(send, 'leaving');
        throw error;
      });
      // The keys may be on their way out by somebody else's word: then this file is not whole.
      const isNamed = await redis.hsetnx(send, 'totals', JSON.stringify(totals));
      if (isNamed === 0) return await files.remove(totals.file);
    }
    await remove(record.issue);
    log.info({ issue: record.issue }, 'the ledger of an old send is a file now');
  };

  return async (records, now = Date.now()) => {
    if (now < pausedUntil) return;
    const record = records.find(({ leaving }) => leaving) ?? (await next(records, now));
    if (record === undefined) return;
    try {
      const { issue, step, leaving } = record;
      const begun = leaving || Number(await begin.run(redis, [keys.send(issue)], [step])) === 1;
      if (begun) await leave(record);
    } catch (error) {
      pausedUntil = now + TRY_AGAIN_MS;
      log.error({ err: error, issue: record.issue }, 'a ledger cannot be put away; trying later');
    }
  };

  /** The oldest send that has ended, is beyond the newest ones, and in which nothing moves. */
  async function next(
    records: readonly SendRecord[],
    now: number,
  ): Promise<SendRecord | undefined> {
    const kept = records.filter(({ state, totals }) => state !== 'scheduled' && !totals);
    const candidate = [...kept]
      .sort((one, other) => other.issue - one.issue)
      .slice(keep)
      .findLast(({ state }) => ENDED_STATES.includes(state));
    const endedFor = now - (candidate?.endedAt ?? now);
    if (candidate === undefined || endedFor < SETTLED_AFTER_MS) return undefined;
    const { inFlight } = await tally.counts(candidate.issue);
    return inFlight === 0 || endedFor > ABANDONED_AFTER_MS ? candidate : undefined;
  }
}

async function* summed(
  rows: AsyncIterable<LedgerRow>,
  sums: ReturnType<typeof createSums>,
): AsyncGenerator<LedgerRow> {
  for await (const row of rows) {
    sums.add(row);
    yield row;
  }
}
