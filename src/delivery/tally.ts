/** Reading the ledger: counters, a recount from the state bytes, and the words behind outcomes. */
import type { Edition } from '../issue/editions.js';
import { type Keys, type LedgerKeys, SHARDS, TAIL_LENGTH } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import { placeOf } from './ledger.js';
import { INFO_LENGTH, readInfo } from './ledger-rows.js';
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

/** How many recipients have each of what was frozen. */
export interface Copies {
  /** By number. */
  revisions: Map<number, number>;
  editions: Map<Edition, number>;
}

/** One person's story in one send. */
export interface RecipientStory {
  state: RecipientState;
  /** 15 means 15 or more. */
  attempts: number;
  /** Which revision the last attempt sent; undefined before the first. */
  revision: number | undefined;
  /** Which edition; undefined before the first. */
  edition: Edition | undefined;
  /** Mailed again after a doubt, by an operator's word or by policy. */
  resent: boolean;
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
  /** Who has which: accepted ones and those in doubt. */
  copies(issue: number): Promise<Copies>;
  /** undefined when the send was not planned for this person. */
  story(issue: number, id: string): Promise<RecipientStory | undefined>;
  /** Everybody in one of these states, shard by shard. */
  recipients(
    issue: number,
    states: readonly RecipientState[],
  ): AsyncIterable<RecipientStory & { id: string }>;
}

/** All rows of one shard. */
interface Rows {
  startedAt: number;
  ids: string;
  states: string;
  infos: Buffer;
  /** Class and words by index. */
  texts: Record<string, string>;
}

const LETTERS: readonly string[] = Object.values(RECIPIENT_STATE);
/** States of people who have the message, or may have it. */
export const MAILED_STATES: readonly RecipientState[] = ['accepted', 'assumed', 'uncertain'];
const MAILED = MAILED_STATES.map((state) => RECIPIENT_STATE[state]);

export function createTally(redis: RedisClient, keys: Keys): Tally {
  const at = (issue: number, shard: string): LedgerKeys => keys.shard(shard).ledger(issue);
  const everyShard = <Result>(task: (shard: string) => Promise<Result>): Promise<Result[]> =>
    Promise.all(SHARDS.map(task));

  const rowsOf = async (issue: number, shard: string): Promise<Rows> => {
    const { meta, ids, state, info, texts } = at(issue, shard);
    const [start, tails, states, infos, table] = await Promise.all([
      redis.hget(meta, 'start'),
      redis.get(ids),
      redis.get(state),
      redis.getBuffer(info),
      redis.hgetall(texts),
    ]);
    return {
      startedAt: Number(start),
      ids: tails ?? '',
      states: states ?? '',
      infos: infos ?? Buffer.alloc(0),
      texts: table,
    };
  };

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
        const { states, infos, texts } = await rowsOf(issue, shard);
        for (const [position, letter] of [...states].entries()) {
          const { text } = readInfo(infos, position);
          if (text !== 0) add(tally, `${letter}\n${texts[text] ?? '\n'}`);
        }
      });
      return [...tally].map(reasonOf).sort((a, b) => b.count - a.count);
    },

    async copies(issue) {
      const copies: Copies = { revisions: new Map(), editions: new Map() };
      await everyShard(async (shard) => {
        const { states, infos } = await rowsOf(issue, shard);
        for (const [position, letter] of [...states].entries()) {
          if (!MAILED.some((mailed) => mailed === letter)) continue;
          const { revision, edition } = readInfo(infos, position);
          add(copies.revisions, revision);
          add(copies.editions, edition);
        }
      });
      return copies;
    },

    async story(issue, id) {
      const place = await placeOf(redis, keys, issue, id);
      if (place === undefined) return undefined;
      const { position } = place;
      const { meta, state, info, texts } = at(issue, place.shard);
      const from = position * INFO_LENGTH;
      const [letter, bytes, start] = await Promise.all([
        redis.getrange(state, position, position),
        redis.getrangeBuffer(info, from, from + INFO_LENGTH - 1),
        redis.hget(meta, 'start'),
      ]);
      const words = await redis.hget(texts, String(readInfo(bytes).text));
      return storyOf(letter, bytes, 0, Number(start), words ?? '');
    },

    async *recipients(issue, states) {
      const wanted = states.map((state) => RECIPIENT_STATE[state]);
      for (const shard of SHARDS) {
        const rows = await rowsOf(issue, shard);
        for (const [position, letter] of [...rows.states].entries()) {
          if (!wanted.some((state) => state === letter)) continue;
          const words = rows.texts[readInfo(rows.infos, position).text] ?? '';
          const tail = rows.ids.slice(position * TAIL_LENGTH, (position + 1) * TAIL_LENGTH);
          yield {
            id: shard + tail,
            ...storyOf(letter, rows.infos, position, rows.startedAt, words),
          };
        }
      }
    },
  };
}

function storyOf(
  letter: string,
  infos: Buffer,
  position: number,
  startedAt: number,
  text: string,
): RecipientStory {
  const { attempts, resent, revision, edition, seconds } = readInfo(infos, position);
  const [reasonClass = '', words = ''] = text.split('\n');
  const untouched = seconds === 0 && letter === RECIPIENT_STATE.pending;
  return {
    state: stateOf(letter),
    attempts,
    revision: attempts > 0 ? revision : undefined,
    edition: attempts > 0 ? edition : undefined,
    resent,
    at: untouched ? undefined : startedAt + seconds * 1000,
    class: reasonClass,
    words,
  };
}

export function add<Key>(tally: Map<Key, number>, key: Key): void {
  tally.set(key, (tally.get(key) ?? 0) + 1);
}

/** @param count how many have a state byte */
export function countsOf(planned: number, count: (letter: string) => number): Counts {
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
