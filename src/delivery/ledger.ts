/**
 * The ledger: what became of every recipient of every send. This folder owns it, and nothing else
 * writes it.
 *
 * One send's rows in one shard are three strings and two hashes (keys in redis/keys.ts):
 * - ids    15 bytes a recipient: tails back to back, in the order the planner met them;
 * - state  1 byte a recipient ({@link RECIPIENT_STATE});
 * - info   5 bytes a recipient: attempts, time (seconds after the start of the send: of the last
 *          change, or when a deferred one is due), index into texts;
 * - texts  each distinct (class, words) once;
 * - meta   counters by state byte, gate, epoch and job serial of each batch.
 * A position is a recipient's place in these strings; a batch is a run of `batch` positions.
 *
 * Every change of a state byte and of its counter happens in one Lua script (`lua/`), each with its
 * guarantee written at the top.
 */
import { randomUUID } from 'node:crypto';
import type { Recipient } from '../message/types.js';
import { type Keys, type LedgerKeys, SHARDS, TAIL_LENGTH } from '../redis/keys.js';
import { loadScript, type RedisClient, type Script } from '../redis/scripts.js';
import { type Outcome, RECIPIENT_STATE } from './types.js';

/**
 * Recipients of one job in a new ledger; one under way keeps the size it was planned with.
 * Small enough to be handed over quickly, large enough that the queue costs next to nothing.
 */
const BATCH_SIZE = 500;

/** Names a batch and the job that works on it. */
export interface BatchRef {
  issue: number;
  shard: string;
  /** From 0. */
  batch: number;
  /** Counts the jobs this batch has had, from 1. */
  serial: number;
}

/** A batch in the hands of one worker. */
export interface OpenBatch {
  ref: BatchRef;
  /** Sent with every claim; refused once another worker opened the batch. */
  epoch: number;
  /** Start of the send, epoch ms. */
  startedAt: number;
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
  recipient: Recipient;
}

export type ClaimReply =
  | { kind: 'claimed'; claimed: Claimed[] }
  /** The send is paused, cancelled or halted. */
  | { kind: 'shut' }
  /** Another worker holds the batch. */
  | { kind: 'stale' };

export interface Settlement {
  position: number;
  attempt: number;
  outcome: Outcome;
}

export interface LedgerStore {
  /** Writes a shard's rows unless they are there; returns how many recipients it has. */
  plan(issue: number, shard: string, options: { startedAt: number; step: number }): Promise<number>;
  /** Takes a batch over; undefined when a newer job of it exists. */
  open(ref: BatchRef): Promise<OpenBatch | undefined>;
  claim(batch: OpenBatch, who: readonly Waiting[]): Promise<ClaimReply>;
  /** Returns how many of them were written. */
  settle(batch: OpenBatch, settlements: readonly Settlement[]): Promise<number>;
  /** Opens or shuts the gate that every claim passes, unless a later step of the send said otherwise. */
  setGate(issue: number, gate: { open: boolean; step: number }): Promise<void>;
  /** Whether nobody of this shard is left to be mailed. */
  isShardDone(issue: number, shard: string): Promise<boolean>;
  /** Batches of a shard with somebody left to be mailed. */
  unfinished(issue: number, shard: string): Promise<BatchRef[]>;
  /** Names the job that replaces a lost one; undefined when somebody else did. */
  requeue(ref: BatchRef): Promise<BatchRef | undefined>;
}

const LEFT = new RegExp(
  `[${RECIPIENT_STATE.pending}${RECIPIENT_STATE.claimed}${RECIPIENT_STATE.deferred}]`,
);

interface Scripts {
  plan: Script;
  open: Script;
  claim: Script;
  settle: Script;
  gate: Script;
  requeue: Script;
}

export function createLedger(redis: RedisClient, keys: Keys): LedgerStore {
  const script = (name: string): Script => loadScript('delivery', name);
  const scripts: Scripts = {
    plan: script('plan'),
    open: script('open'),
    claim: script('claim'),
    settle: script('settle'),
    gate: script('gate'),
    requeue: script('requeue'),
  };
  const at = (issue: number, shard: string): LedgerKeys => keys.shard(shard).ledger(issue);

  return {
    async plan(issue, shard, { startedAt, step }) {
      const ledger = at(issue, shard);
      const planned = await scripts.plan.run(
        redis,
        [ledger.meta, ledger.ids, ledger.state, ledger.info, keys.shard(shard).mailable],
        [BATCH_SIZE, startedAt, step],
      );
      return Number(planned);
    },

    async open(ref) {
      const { meta, ids, state, info, texts } = at(ref.issue, ref.shard);
      const reply = (await scripts.open.run(
        redis,
        [meta, ids, state, info, texts],
        [ref.batch, ref.serial, Date.now()],
      )) as OpenReply;
      if (reply[0] === 'stale') return undefined;
      return openBatch(ref, reply);
    },

    claim: (batch, who) => claim(redis, keys, scripts.claim, batch, who),

    async settle(batch, settlements) {
      const { meta, state, info, texts } = at(batch.ref.issue, batch.ref.shard);
      const args = settlements.flatMap(settleArguments);
      return Number(
        await scripts.settle.run(
          redis,
          [meta, state, info, texts],
          [batch.ref.batch, batch.epoch, Date.now(), ...args],
        ),
      );
    },

    async setGate(issue, { open, step }) {
      const setOne = (shard: string): Promise<unknown> =>
        scripts.gate.run(redis, [at(issue, shard).meta], [open ? 'open' : 'shut', step]);
      await Promise.all(SHARDS.map(setOne));
    },

    async isShardDone(issue, shard) {
      const { pending, claimed, deferred } = RECIPIENT_STATE;
      const left = await redis.hmget(at(issue, shard).meta, pending, claimed, deferred);
      return left.every((count) => Number(count ?? 0) === 0);
    },

    async unfinished(issue, shard) {
      const { meta, state } = at(issue, shard);
      const [states, fields] = await Promise.all([redis.get(state), redis.hgetall(meta)]);
      return unfinishedBatches(issue, shard, states ?? '', fields);
    },

    async requeue(ref) {
      const { meta } = at(ref.issue, ref.shard);
      const serial = Number(await scripts.requeue.run(redis, [meta], [ref.batch, ref.serial]));
      return serial === 0 ? undefined : { ...ref, serial };
    },
  };
}

/** Result, epoch, batch size, start (epoch ms), tails, state bytes, then offset and due of the deferred. */
type OpenReply = [string, number, string, string, string, string, ...number[]];

function openBatch(
  ref: BatchRef,
  [, epoch, size, start, tails, states, ...due]: OpenReply,
): OpenBatch {
  const dueAt = new Map<number, number>();
  for (let i = 0; i < due.length; i += 2) {
    dueAt.set(due[i] ?? 0, Number(start) + (due[i + 1] ?? 0) * 1000);
  }
  const first = ref.batch * Number(size);
  const waiting: Waiting[] = [];
  for (const [offset, state] of [...states].entries()) {
    if (state !== RECIPIENT_STATE.pending && state !== RECIPIENT_STATE.deferred) continue;
    const tail = tails.slice(offset * TAIL_LENGTH, (offset + 1) * TAIL_LENGTH);
    waiting.push({ position: first + offset, tail, dueAt: dueAt.get(offset) ?? 0 });
  }
  return { ref, epoch, startedAt: Number(start), waiting };
}

async function claim(
  redis: RedisClient,
  keys: Keys,
  script: Script,
  { ref, epoch }: OpenBatch,
  who: readonly Waiting[],
): Promise<ClaimReply> {
  const shard = keys.shard(ref.shard);
  const { meta, state, info, texts } = shard.ledger(ref.issue);
  const [kind, ...fields] = (await script.run(
    redis,
    [meta, state, info, texts, shard.suppressed, ...who.map(({ tail }) => shard.subscriber(tail))],
    [
      ref.batch,
      epoch,
      // A reply can be lost and the command re-sent by the client: the same request must be granted
      // the same people, another one none of them.
      randomUUID(),
      Date.now(),
      ...who.flatMap(({ position, tail }) => [position, tail]),
    ],
  )) as [string, ...(string | number)[]];
  if (kind !== 'ok') return { kind: kind === 'shut' ? 'shut' : 'stale' };
  const tails = new Map(who.map(({ position, tail }) => [position, tail]));
  const claimed: Claimed[] = [];
  for (let i = 0; i < fields.length; i += 5) {
    const [position, attempt, address, name, attributes] = fields.slice(i, i + 5);
    claimed.push({
      position: Number(position),
      attempt: Number(attempt),
      recipient: {
        id: ref.shard + (tails.get(Number(position)) ?? ''),
        address: String(address),
        name: String(name),
        attributes: attributes === '' ? {} : JSON.parse(String(attributes)),
      },
    });
  }
  return { kind: 'claimed', claimed };
}

function settleArguments({ position, attempt, outcome }: Settlement): (string | number)[] {
  switch (outcome.kind) {
    case 'accepted':
      return [position, attempt, RECIPIENT_STATE.accepted, 0, '', ''];
    case 'deferred':
      return [
        position,
        attempt,
        RECIPIENT_STATE.deferred,
        outcome.dueAt,
        outcome.class,
        outcome.words,
      ];
    case 'rejected':
      return [position, attempt, RECIPIENT_STATE.rejected, 0, outcome.class, outcome.words];
    case 'uncertain':
      return [position, attempt, RECIPIENT_STATE.uncertain, 0, 'connection-lost', outcome.words];
    case 'returned':
      return [position, attempt, '-', 0, '', ''];
  }
}

function unfinishedBatches(
  issue: number,
  shard: string,
  states: string,
  meta: Record<string, string>,
): BatchRef[] {
  const batches: BatchRef[] = [];
  const size = Number(meta.batch);
  for (let batch = 0; batch * size < states.length; batch++) {
    if (!LEFT.test(states.slice(batch * size, (batch + 1) * size))) continue;
    batches.push({ issue, shard, batch, serial: Number(meta[`j${batch}`] ?? 1) });
  }
  return batches;
}
