/**
 * How much is too much. Whoever signs up within what one household does is served at once; beyond
 * that the mail comes later, and far beyond the visitor's browser has to work for it. A conference
 * behind one address, or the best day the publication ever had, gets in all the same.
 */
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type Keys, shardOf, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';

/** Sign-ups that are served at once, and those from which on work is asked for. */
const PER_NETWORK = { seconds: 3_600, free: 5, delayed: 30 };
const OF_EVERYBODY = { seconds: 60, free: 30, delayed: 120 };

const DAY_S = 24 * 3_600;

/** Mails to one mailbox that only a form asked for, by what the form was; the longest time last. */
const PER_ADDRESS = {
  join: [1, DAY_S, 3, 30 * DAY_S],
  return: [1, DAY_S],
  link: [3, DAY_S],
  move: [3, DAY_S],
};

/** Mails that wait their turn leave at this distance. */
const TURN_EVERY_MS = 2_000;
const LEAST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;

/** What a sign-up has to bear. */
export type Burden = 'none' | 'delay' | 'proof';

export type Occasion = keyof typeof PER_ADDRESS;

export interface SignUpLimits {
  /** Counts one sign-up. @param weight more than 1 for what looks less like a person */
  burdenOf(network: string | undefined, weight: number): Promise<Burden>;
  /** Wait in ms for a mail that has to queue up; undefined when the queue is too long. */
  takeTurn(): Promise<number | undefined>;
  /**
   * Whether one more mail may go to this mailbox on such an occasion.
   * @param foldedId id of the folded address
   * @param request asking again with the same one gets the same answer
   */
  mayAsk(occasion: Occasion, foldedId: string, request: string): Promise<boolean>;
}

export function createLimits(redis: RedisClient, keys: Keys): SignUpLimits {
  const counter = (name: string, { seconds, delayed }: typeof PER_NETWORK) =>
    new RateLimiterRedis({
      ...{ storeClient: redis, keyPrefix: `${keys.limits}:${name}` },
      ...{ points: delayed, duration: seconds },
    });
  const networks = counter('network', PER_NETWORK);
  const everybody = counter('all', OF_EVERYBODY);
  const ask = loadScript('joining', 'ask');
  const turn = loadScript('joining', 'turn');
  return {
    async burdenOf(network, weight) {
      const counts = await Promise.all([
        network === undefined ? 0 : count(networks, network, weight),
        count(everybody, 'sign-ups', 1),
      ]);
      const burdens = [PER_NETWORK, OF_EVERYBODY].map((limit, n) => burden(counts[n] ?? 0, limit));
      if (burdens.includes('proof')) return 'proof';
      return burdens.includes('delay') ? 'delay' : 'none';
    },

    async takeTurn() {
      const args = [Date.now(), TURN_EVERY_MS, LONGEST_WAIT_MS];
      const wait = Number(await turn.run(redis, [keys.turns], args));
      return wait < 0 ? undefined : wait + LEAST_WAIT_MS;
    },

    async mayAsk(occasion, foldedId, request) {
      const limits = PER_ADDRESS[occasion];
      const key = keys.shard(shardOf(foldedId)).asks(`${tailOf(foldedId)}:${occasion}`);
      const now = Math.floor(Date.now() / 1000);
      return (await ask.run(redis, [key], [now, request, ...limits])) === 1;
    },
  };
}

async function count(limiter: RateLimiterRedis, key: string, weight: number): Promise<number> {
  try {
    return (await limiter.consume(key, weight)).consumedPoints;
  } catch (over) {
    // The library rejects when all points are used up; that is an answer here.
    if (over instanceof RateLimiterRes) return over.consumedPoints;
    throw over;
  }
}

function burden(used: number, { free, delayed }: typeof PER_NETWORK): Burden {
  if (used <= free) return 'none';
  return used <= delayed ? 'delay' : 'proof';
}
