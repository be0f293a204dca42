/**
 * What operators are to be told of a send, kept until they were.
 *
 * A move that is news (sends.ts) writes it down in the step in which it happens (lua/transition.lua),
 * so that no crash can lose it. Here is what it looks like, and who of several has heard it; telling
 * is the business of src/notify.
 *
 * In the hash of a send (keys.untold), by step: `12` → type, time and reason as JSON;
 * `12 CHANNEL` → 1 once that channel has it.
 */
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';

/** A send has ended; stands still until somebody looks; did not begin at its time. */
export type NewsType = 'send.finished' | 'send.halted' | 'send.missed';

/** What a move writes down. */
export interface NewsItem {
  type: NewsType;
  /** Epoch ms. */
  at: number;
  /** Why it was halted or missed; '' when there is nothing to say. */
  reason: string;
}

export interface News extends NewsItem {
  issue: number;
  /** The one the send entered with it; issue and step name the news. */
  step: number;
  /** Channels that have it. */
  told: ReadonlySet<string>;
}

export interface Outbox {
  /** Steps of a send that somebody has yet to be told of, the oldest first. */
  untold(issue: number): Promise<number[]>;
  /** undefined when everybody was told. */
  get(issue: number, step: number): Promise<News | undefined>;
  /** One channel has it. */
  reached(news: News, channel: string): Promise<void>;
  /** All have it, or it is given up. */
  strike(news: News): Promise<void>;
}

export function createOutbox(redis: RedisClient, keys: Keys): Outbox {
  const told = loadScript('delivery', 'told');
  return {
    async untold(issue) {
      const fields = await redis.hkeys(keys.untold(issue));
      return fields
        .filter((field) => /^\d+$/.test(field))
        .map(Number)
        .sort((one, other) => one - other);
    },

    async get(issue, step) {
      const fields = await redis.hgetall(keys.untold(issue));
      const written = fields[step];
      if (written === undefined) return undefined;
      const channels = Object.keys(fields).filter((field) => field.startsWith(`${step} `));
      return {
        ...(JSON.parse(written) as NewsItem),
        ...{ issue, step },
        told: new Set(channels.map((field) => field.slice(`${step} `.length))),
      };
    },

    async reached({ issue, step }, channel) {
      await redis.hset(keys.untold(issue), `${step} ${channel}`, 1);
    },

    async strike({ issue, step }) {
      const key = keys.untold(issue);
      const fields = await redis.hkeys(key);
      const own = fields.filter((field) => field === `${step}` || field.startsWith(`${step} `));
      if (own.length > 0) await told.run(redis, [keys.send(issue), key], own);
    },
  };
}
