/**
 * The ledger: what became of every recipient of every send. This folder owns it, and nothing else
 * writes it.
 *
 * One send's rows in one shard are three strings and two hashes (keys in redis/keys.ts):
 * - ids    15 bytes a recipient: tails back to back, in the order the planner met them;
 * - state  1 byte a recipient ({@link RECIPIENT_STATE});
 * - info   5 bytes a recipient (ledger-rows.ts);
 * - texts  each distinct (class, words) once;
 * - meta   counters by state byte, gate, revision, its highlights and step; the runs; of each batch its epoch (e),
 *          job serial (j), last request with whom it got (q) and the revision that one claimed (v);
 *          of each position in doubt the epoch whose claim that was (w).
 * A position is a recipient's place in these strings. A run is a stretch of them that was planned
 * together for one lane; a batch is a part of a run, named by its first position.
 *
 * Every change of a state byte and of its counter happens in one Lua script (`lua/`), each with its
 * guarantee written at the top.
 */
import { type Keys, type LedgerKeys, SHARDS, shardOf, TAIL_LENGTH, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient, type Script } from '../redis/scripts.js';
import { parseRuns, unfinishedParts } from './ledger-rows.js';
import { claim, type OpenReply, openBatch, settleArguments } from './ledger-wire.js';
import {
  type BatchRef,
  type ClaimReply,
  type OpenBatch,
  RECIPIENT_STATE,
  type Settlement,
  type Waiting,
} from './types.js';

/** The lane of rows that nobody sorted by lanes; where there is none of that name, the fallback's. */
export const DEFAULT_LANE = 'default';

/** Which lane a recipient goes by. */
export interface LaneTable {
  /** All that are worked on. */
  names: readonly string[];
  /** For whoever is of no domain of the table, and for rows of a lane that is no more. */
  fallback: string;
  /** Domain → lane; empty: everybody goes by the fallback. */
  domains: Readonly<Record<string, string>>;
}

/**
 * Recipients of one job in a new ledger; one under way keeps the size it was planned with.
 * Small enough to be handed over quickly, large enough that the queue costs next to nothing.
 */
export const BATCH_SIZE = 500;

/** An operator's word about recipients, or the planner's; see lua/reassign.lua. */
export type Verb = 'resend' | 'assume' | 'retry' | 'expire';

/** Whom a {@link Verb} is about; all that are in its state when nothing is said. */
export interface Whom {
  /** One recipient, by id. */
  id?: string;
  /** Only those with this class of failure. */
  class?: string;
  /** Only those whose state has not changed since before this time, epoch ms. */
  before?: number;
}

export interface Reassigned {
  moved: number;
  /** Left uncertain: they were mailed again once before. */
  resentBefore: number;
  /** Left for later: newer than {@link Whom.before}. */
  fresh: number;
}

export interface PlanOptions {
  /** Epoch ms. */
  startedAt: number;
  revision: number;
  /** That revision has an edition of the highlights. */
  highlights: boolean;
  step: number;
}

export interface LedgerStore {
  /** Writes a shard's rows unless they are there; returns how many recipients it has. */
  plan(issue: number, shard: string, options: PlanOptions): Promise<number>;
  /** Adds whoever may be mailed now and is in no row of a planned shard; returns how many. */
  append(issue: number, shard: string): Promise<number>;
  /** How many {@link append} would add over all shards. */
  countNewcomers(issue: number): Promise<number>;
  /** Takes a batch over; undefined when a newer job of it exists, or the server is in another life. */
  open(ref: BatchRef): Promise<OpenBatch | undefined>;
  /** Settles, whatever the reply, and claims. */
  claim(
    batch: OpenBatch,
    who: readonly Waiting[],
    settlements?: readonly Settlement[],
  ): Promise<ClaimReply>;
  /** Returns how many of them were written. */
  settle(batch: OpenBatch, settlements: readonly Settlement[]): Promise<number>;
  /** Sets the gate that every claim passes, unless a later step of the send said otherwise. */
  setGate(issue: number, gate: Gate): Promise<void>;
  /** Carries out a word about recipients in every shard. */
  reassign(issue: number, verb: Verb, whom?: Whom): Promise<Reassigned>;
  /** Whether nobody of this shard is left to be mailed. */
  isShardDone(issue: number, shard: string): Promise<boolean>;
  /** Batches of a shard with somebody left to be mailed. */
  unfinished(issue: number, shard: string): Promise<BatchRef[]>;
  /** Names the job that replaces a lost one; undefined when somebody else did. */
  requeue(ref: BatchRef): Promise<BatchRef | undefined>;
}

/** Everybody goes by one lane. */
const ONE_LANE: LaneTable = { names: [DEFAULT_LANE], fallback: DEFAULT_LANE, domains: {} };

/** What every claim passes. */
export interface Gate {
  open: boolean;
  /** The newest one; claims of older ones are refused. */
  revision: number;
  /** That one has an edition of the highlights. */
  highlights: boolean;
  step: number;
}

export interface LedgerOptions {
  lanes: LaneTable;
  /** The life of the server in which a shard was attended, '' for any; see recall.ts. */
  incarnationOf(shard: string): string;
  /** How many replicas must have a claim before it counts. */
  replicas: number;
}

export function createLedger(
  redis: RedisClient,
  keys: Keys,
  { lanes = ONE_LANE, incarnationOf = () => '', replicas = 0 }: Partial<LedgerOptions> = {},
): LedgerStore {
  const script = (name: string): Script => loadScript('delivery', name);
  const scripts = {
    plan: script('plan'),
    append: script('append'),
    open: script('open'),
    claim: script('claim'),
    settle: script('settle'),
    gate: script('gate'),
    reassign: script('reassign'),
    requeue: script('requeue'),
  };
  const at = (issue: number, shard: string): LedgerKeys => keys.shard(shard).ledger(issue);
  const domains = JSON.stringify(lanes.domains);
  const laneArguments = (shard: string): string[] => [
    lanes.fallback,
    domains,
    keys.shard(shard).subscriberPrefix,
  ];
  const rowsAndAudience = (issue: number, shard: string): string[] => {
    const { meta, ids, state, info } = at(issue, shard);
    return [meta, ids, state, info, keys.shard(shard).mailable];
  };

  return {
    async plan(issue, shard, { startedAt, revision, highlights, step }) {
      const content = [revision, step, highlights ? 1 : ''];
      const args = [BATCH_SIZE, ...laneArguments(shard), startedAt, ...content];
      return Number(await scripts.plan.run(redis, rowsAndAudience(issue, shard), args));
    },

    async append(issue, shard) {
      const args = [...laneArguments(shard), Date.now()];
      return Number(await scripts.append.run(redis, rowsAndAudience(issue, shard), args));
    },

    async countNewcomers(issue) {
      let count = 0;
      for (const shard of SHARDS) {
        const [ids, tails] = await Promise.all([
          redis.get(at(issue, shard).ids),
          redis.smembers(keys.shard(shard).mailable),
        ]);
        const known = new Set(ids?.match(/.{15}/g));
        count += tails.filter((tail) => !known.has(tail)).length;
      }
      return count;
    },

    async open(ref) {
      const { meta, ids, state, info, texts } = at(ref.issue, ref.shard);
      const reply = (await scripts.open.run(
        redis,
        [meta, ids, state, info, texts],
        [ref.first, ref.count, ref.serial, Date.now(), incarnationOf(ref.shard)],
      )) as OpenReply;
      if (reply[0] === 'stale') return undefined;
      return openBatch(ref, reply);
    },

    claim: (batch, who, settlements = []) =>
      claim(redis, keys, { script: scripts.claim, replicas }, batch, who, settlements),

    async settle(batch, settlements) {
      const { meta, state, info, texts } = at(batch.ref.issue, batch.ref.shard);
      const args = settlements.flatMap(settleArguments);
      return Number(
        await scripts.settle.run(
          redis,
          [meta, state, info, texts],
          [batch.ref.first, batch.epoch, batch.revision, Date.now(), ...args],
        ),
      );
    },

    async setGate(issue, { open, revision, highlights, step }) {
      const args = [open ? 'open' : 'shut', revision, step, highlights ? 1 : ''];
      await Promise.all(
        SHARDS.map((shard) => scripts.gate.run(redis, [at(issue, shard).meta], args)),
      );
    },

    async reassign(issue, verb, whom = {}) {
      const place = whom.id === undefined ? undefined : await placeOf(redis, keys, issue, whom.id);
      if (whom.id !== undefined && !place) return { moved: 0, resentBefore: 0, fresh: 0 };
      const args = [verb, Date.now(), place?.position ?? '', whom.class ?? '', whom.before ?? ''];
      const replies = await Promise.all(
        (place ? [place.shard] : SHARDS).map((shard) => {
          const { meta, state, info, texts } = at(issue, shard);
          return scripts.reassign.run(redis, [meta, state, info, texts], args);
        }),
      );
      return sumOf(replies as [number, number, number][]);
    },

    async isShardDone(issue, shard) {
      const { pending, claimed, deferred } = RECIPIENT_STATE;
      const [planned, ...left] = await redis.hmget(
        at(issue, shard).meta,
        ...['planned', pending, claimed, deferred],
      );
      // A server that lost its last moments may have forgotten the plan itself.
      return planned !== null && left.every((count) => Number(count ?? 0) === 0);
    },

    async unfinished(issue, shard) {
      const { meta, state } = at(issue, shard);
      const [states, fields] = await Promise.all([redis.get(state), redis.hgetall(meta)]);
      const parts = unfinishedParts(
        parseRuns(fields.runs ?? ''),
        Number(fields.batch),
        states ?? '',
      );
      return parts.map((part) => ({
        ...{ issue, shard, ...part },
        lane: lanes.names.includes(part.lane) ? part.lane : lanes.fallback,
        serial: Number(fields[`j${part.first}`] ?? 1),
      }));
    },

    async requeue(ref) {
      const { meta } = at(ref.issue, ref.shard);
      const serial = Number(await scripts.requeue.run(redis, [meta], [ref.first, ref.serial]));
      return serial === 0 ? undefined : { ...ref, serial };
    },
  };
}

/** Where a recipient's row is; undefined when the send was not planned for this person. */
export async function placeOf(
  redis: RedisClient,
  keys: Keys,
  issue: number,
  id: string,
): Promise<{ shard: string; position: number } | undefined> {
  const shard = shardOf(id);
  const ids = (await redis.get(keys.shard(shard).ledger(issue).ids)) ?? '';
  for (let at = 0; at < ids.length; at += TAIL_LENGTH) {
    if (ids.startsWith(tailOf(id), at)) return { shard, position: at / TAIL_LENGTH };
  }
  return undefined;
}

function sumOf(replies: readonly [number, number, number][]): Reassigned {
  const sum = { moved: 0, resentBefore: 0, fresh: 0 };
  for (const [moved, resentBefore, fresh] of replies) {
    sum.moved += moved;
    sum.resentBefore += resentBefore;
    sum.fresh += fresh;
  }
  return sum;
}
