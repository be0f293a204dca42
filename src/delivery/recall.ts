/**
 * Telling a server what it forgot. After a restart or a fail-over it may not know the last claims
 * and outcomes, and whoever it holds for unmailed would be mailed again. So each worker keeps the
 * last of them in memory, raises the rows with them when the server has begun another life, and no
 * batch is opened in that life before all workers had a few seconds to do so.
 *
 * Claims need no such wait: a claim passes only under an epoch the server knows, and of what went
 * before the opening of a batch it has then forgotten nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Keys, SHARDS } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { LedgerStore } from './ledger.js';
import { settleArguments } from './ledger-wire.js';
import { createMemory, type Remembered } from './memory.js';
import { RECIPIENT_STATE } from './types.js';

/**
 * What the others are given, from the moment the first of them spoke to the server in its new life:
 * longer than it takes any that runs to find it. At the latest (redis/dial.ts, redis/endpoint.ts)
 * that is after 4.2 s, where a connection is still held open to a server that fell silent (a
 * heartbeat each second, 3 s without an answer, the next try); after 4 s where a try to connect was
 * hanging just then (3 s, and 1 s between tries); after 4 s in a cluster, with two nodes silent (2 s
 * between looks, 1 s for each that does not answer).
 */
export const GRACE_MS = 6_000;
/**
 * How far back a worker remembers. A replica can be promoted that misses what a master did while it was
 * cut off: it goes on for cluster-node-timeout (15 s).
 */
export const KEPT_MS = 30_000;
/** The same with a private server, which forgets two seconds at most (it writes once a second). */
export const KEPT_EMBEDDED_MS = 10_000;
/** Rows of one script: it must not hold up the server. */
const ROWS_AT_ONCE = 200;
const PLAN_AGAIN_WAIT_MS = 500;
/** A shard whose plan was forgotten is planned again by the next sweep. */
const PLAN_AGAIN_TRIES = 120;

export interface Recall {
  /**
   * Milliseconds until a batch of this shard may be opened; whatever this process knows better than
   * the server is said by then.
   */
  readyIn(shard: string): Promise<number>;
  /** Says it in all shards; called whenever the server may be in another life. */
  recall(): Promise<void>;
  /** The life of the server that a shard was last attended in; '' before. */
  incarnationOf(shard: string): string;
  /** The same ledger, with everything that is claimed and settled remembered. */
  remembering(ledger: LedgerStore): LedgerStore;
}

export interface RecallOptions {
  redis: RedisClient;
  keys: Keys;
  /** {@link GRACE_MS}, or 0 when no other worker is there. */
  graceMs(): Promise<number>;
  /** {@link KEPT_MS} or {@link KEPT_EMBEDDED_MS} */
  keptMs: number;
  log: Logger;
}

export function createRecall({ redis, keys, graceMs, keptMs, log }: RecallOptions): Recall {
  const scripts = {
    attend: loadScript('delivery', 'attend'),
    replay: loadScript('delivery', 'replay'),
  };
  const memory = createMemory(keptMs);
  const attended = new Map<string, string>();
  let recalling: Promise<void> | undefined;
  let again = false;

  /** Returns false when the shard has to be planned again first. */
  const replayRows = async (
    shard: string,
    issue: number,
    rows: readonly Remembered[],
  ): Promise<boolean> => {
    const { meta, ids, state, info, texts } = keys.shard(shard).ledger(issue);
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const args = rows.slice(from, from + ROWS_AT_ONCE).flatMap(replayArguments);
      const raised = Number(await scripts.replay.run(redis, [meta, ids, state, info, texts], args));
      if (raised < 0) return false;
      if (raised > 0) log.warn({ issue, shard, raised }, 'the server had forgotten recipients');
    }
    return true;
  };

  const replay = async (shard: string): Promise<boolean> => {
    let before: number;
    let whole = true;
    do {
      before = memory.changes(shard);
      for (const { issue, rows } of memory.ofShard(shard)) {
        whole = (await replayRows(shard, issue, rows)) && whole;
      }
      // What was settled meanwhile may have overtaken a script that had to be loaded first.
    } while (memory.changes(shard) !== before);
    return whole;
  };

  const attend = async (shard: string, grace: number): Promise<number> => {
    const [incarnation, waitMs] = (await scripts.attend.run(
      redis,
      [keys.shard(shard).server],
      [grace],
    )) as [string, number];
    const known = attended.get(shard);
    if (known !== undefined && known !== incarnation) {
      if (!(await replay(shard))) return Math.max(waitMs, PLAN_AGAIN_WAIT_MS);
      memory.said(shard, Date.now());
    }
    attended.set(shard, incarnation);
    return waitMs;
  };

  /**
   * Takes a shard that is done with off our mind, one at a time: memory must not grow with the list.
   * A server that is still in the same life so long after the last entry has it for good.
   */
  const tidy = async (): Promise<void> => {
    const before = Date.now() - keptMs;
    const shard = memory.quietSince(before);
    if (shard === undefined) return;
    const life = attended.get(shard);
    await attend(shard, 0);
    if (life !== undefined && life === attended.get(shard)) memory.forget(shard, before);
  };

  const recallAll = async (): Promise<void> => {
    let left = [...SHARDS];
    for (let tries = 0; left.length > 0 && tries < PLAN_AGAIN_TRIES; tries++) {
      if (tries > 0) await sleep(PLAN_AGAIN_WAIT_MS, undefined, { ref: false });
      const waits = await Promise.all(left.map((shard) => attend(shard, 0)));
      left = left.filter((_, n) => waits[n] !== 0);
    }
  };

  return {
    async readyIn(shard) {
      await tidy();
      return await attend(shard, await graceMs());
    },

    recall() {
      again = recalling !== undefined;
      recalling ??= (async () => {
        do {
          again = false;
          await recallAll();
        } while (again);
      })()
        .catch((error) => log.error({ err: error }, 'what Redis forgot could not be said'))
        .finally(() => {
          recalling = undefined;
        });
      return recalling;
    },

    incarnationOf: (shard) => attended.get(shard) ?? '',

    remembering: (ledger) => ({
      ...ledger,
      async claim(batch, who, settlements = []) {
        memory.settled(batch, settlements, Date.now());
        const reply = await ledger.claim(batch, who, settlements);
        if ('claimed' in reply) memory.claimed(batch, reply.claimed, Date.now());
        return reply;
      },
      async settle(batch, settlements) {
        // First: should the server forget it, or never have heard of it, it is known here.
        memory.settled(batch, settlements, Date.now());
        const written = await ledger.settle(batch, settlements);
        memory.answered(batch.ref.shard, Date.now());
        return written;
      },
    }),
  };
}

function replayArguments(row: Remembered): (string | number)[] {
  const { batch, position, tail, attempt, edition, at, outcome } = row;
  const { first, epoch, revision } = batch;
  const [, , state, due, reason, words] =
    outcome === undefined
      ? [0, 0, RECIPIENT_STATE.claimed, 0, '', '']
      : settleArguments({ position, attempt, outcome });
  return [
    ...[first, epoch, revision, position, tail, attempt],
    ...[state ?? '', at, due ?? 0, reason ?? '', words ?? ''],
    edition === 'highlights' ? 1 : 0,
  ];
}
