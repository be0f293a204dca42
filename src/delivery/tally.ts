/** Reading the ledger: counters, a recount from the state bytes, and the words behind outcomes. */
import { type Keys, type LedgerKeys, SHARDS, shardOf, TAIL_LENGTH, tailOf } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import { type Ledger, RECIPIENT_STATE, type RecipientState } from './types.js';

/** Counters of a send with what is shown beside them. */
export interface Counts {
  ledger: Ledger;
  /** Claimed and not settled. */
  inFlight: number;
  /** Accepted by an operator's word; contained in `ledger.accepted`. */
  assumed: number;
}

/** How many recipients share one state and the words behind it. */
export interface Reason {
  state: RecipientState;
  class: string;
  words: string;
  count: number;
}

/** One person's story in one send. */
export interface RecipientStory {
  state: RecipientState;
  attempts: number;
  /** Epoch ms of the last change, or when a deferred one is due; undefined before the first. */
  at: number | undefined;
  class: string;
  words: string;
}

export interface Tally {
  counts(issue: number): Promise<Counts>;
  /** The same, counted from the state bytes. */
  recount(issue: number): Promise<Counts>;
  /** Reasons of everybody not simply accepted, most frequent first. */
  reasons(issue: number): Promise<Reason[]>;
  /** undefined when the send was not planned for this person. */
  story(issue: number, id: string): Promise<RecipientStory | undefined>;
}

const LETTERS: readonly string[] = Object.values(RECIPIENT_STATE);
const INFO_LENGTH = 5;

export function createTally(redis: RedisClient, keys: Keys): Tally {
  const at = (issue: number, shard: string): LedgerKeys => keys.shard(shard).ledger(issue);
  const everyShard = <Result>(task: (shard: string) => Promise<Result>): Promise<Result[]> =>
    Promise.all(SHARDS.map(task));

  return {
    async counts(issue) {
      const rows = await everyShard((shard) =>
        redis.hmget(at(issue, shard).meta, 'planned', ...LETTERS),
      );
      const [planned = 0, ...counts] = ['planned', ...LETTERS].map((_, column) =>
        rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0),
      );
      return countsOf(planned, (letter) => counts[LETTERS.indexOf(letter)] ?? 0);
    },

    async recount(issue) {
      const tally = new Map<string, number>();
      await everyShard(async (shard) => {
        for (const letter of (await redis.get(at(issue, shard).state)) ?? '') add(tally, letter);
      });
      const planned = [...tally.values()].reduce((sum, count) => sum + count, 0);
      return countsOf(planned, (letter) => tally.get(letter) ?? 0);
    },

    async reasons(issue) {
      const tally = new Map<string, number>();
      await everyShard(async (shard) => {
        const { state, info, texts } = at(issue, shard);
        const [states, infos, table] = await Promise.all([
          redis.get(state),
          redis.getBuffer(info),
          redis.hgetall(texts),
        ]);
        for (const [position, letter] of [...(states ?? '')].entries()) {
          const index = infos?.[position * INFO_LENGTH + 4] ?? 0;
          if (index !== 0) add(tally, `${letter}\n${table[index] ?? '\n'}`);
        }
      });
      return [...tally].map(reasonOf).sort((a, b) => b.count - a.count);
    },

    async story(issue, id) {
      const { meta, ids, state, info, texts } = at(issue, shardOf(id));
      const position = positionOf((await redis.get(ids)) ?? '', tailOf(id));
      if (position === undefined) return undefined;
      const from = position * INFO_LENGTH;
      const [letter, bytes, start] = await Promise.all([
        redis.getrange(state, position, position),
        redis.getrangeBuffer(info, from, from + INFO_LENGTH - 1),
        redis.hget(meta, 'start'),
      ]);
      const seconds = bytes.readUIntBE(1, 3);
      const words = await redis.hget(texts, String(bytes[4]));
      const [reasonClass = '', text = ''] = (words ?? '').split('\n');
      return {
        state: stateOf(letter),
        attempts: bytes[0] ?? 0,
        at:
          seconds === 0 && letter === RECIPIENT_STATE.pending
            ? undefined
            : Number(start) + seconds * 1000,
        class: reasonClass,
        words: text,
      };
    },
  };
}

function add(tally: Map<string, number>, key: string): void {
  tally.set(key, (tally.get(key) ?? 0) + 1);
}

function countsOf(planned: number, count: (letter: string) => number): Counts {
  const state = RECIPIENT_STATE;
  return {
    ledger: {
      planned,
      accepted: count(state.accepted) + count(state.assumed),
      rejected: count(state.rejected),
      skipped: count(state.skipped),
      uncertain: count(state.uncertain),
      deferred: count(state.deferred),
      remaining: count(state.pending) + count(state.claimed),
    },
    inFlight: count(state.claimed),
    assumed: count(state.assumed),
  };
}

function stateOf(letter: string): RecipientState {
  const found = Object.entries(RECIPIENT_STATE).find(([, byte]) => byte === letter);
  if (found === undefined) throw new Error(`the ledger holds an unknown state byte "${letter}"`);
  return found[0] as RecipientState;
}

function reasonOf([key, count]: [string, number]): Reason {
  const [letter = '', reasonClass = '', words = ''] = key.split('\n');
  return { state: stateOf(letter), class: reasonClass, words, count };
}

function positionOf(ids: string, tail: string): number | undefined {
  for (let at = 0; at < ids.length; at += TAIL_LENGTH) {
    if (ids.startsWith(tail, at)) return at / TAIL_LENGTH;
  }
  return undefined;
}
