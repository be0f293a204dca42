/**
 * A lane: the way to one relay (or, with an own MTA, to one group of mailbox providers). It grants
 * messages at the configured rate and holds everybody back while the relay is in trouble, over all
 * workers on all machines.
 */
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';

/** First back-off after trouble with the relay; doubled with each further one. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** A group is at most this part of a second's messages. */
const GROUPS_PER_SECOND = 10;

/** With whom the trouble is. */
export type TroubleOf = 'relay' | 'redis';

export interface LaneTrouble {
  of: TroubleOf;
  /** What the relay or the network said. */
  words: string;
  /** Epoch ms of the next try. */
  until: number;
}

/** Either the messages are ours after `waitMs`, or nothing was reserved: ask again in `waitMs`. */
export type Reservation = { kind: 'granted'; waitMs: number } | { kind: 'held'; waitMs: number };

export interface Lane {
  readonly name: string;
  /** Reserves messages that may go within `longestWaitMs`. */
  reserve(messages: number, longestWaitMs: number): Promise<Reservation>;
  /** How many of `messages` to reserve at once: at low rates a group must not become a burst. */
  largestGroup(messages: number): number;
  /** Holds the lane back; returns the epoch ms of the next try. */
  backOff(words: string, pauseMs?: number, of?: TroubleOf): Promise<number>;
  /** The relay took a message: the next trouble starts from a short back-off again. */
  recover(): Promise<void>;
  trouble(): Promise<LaneTrouble | undefined>;
}

export function createLane(
  redis: RedisClient,
  keys: Keys,
  name: string,
  messagesPerSecond: number | undefined,
): Lane {
  const key = keys.lane(name);
  const reserve = loadScript('delivery', 'reserve');
  return {
    name,

    largestGroup: (messages) =>
      Math.min(
        messages,
        Math.max(1, Math.floor((messagesPerSecond ?? Infinity) / GROUPS_PER_SECOND)),
      ),

    async reserve(messages, longestWaitMs) {
      const [waitMs, granted] = (await reserve.run(
        redis,
        [key],
        [messages, messagesPerSecond ?? 0, longestWaitMs],
      )) as [number, number];
      return { kind: granted === 1 ? 'granted' : 'held', waitMs };
    },

    async backOff(words, pauseMs, of = 'relay') {
      // Whoever else was in flight fails for the same reason: one trouble, one back-off.
      const held = Number((await redis.hget(key, 'until')) ?? 0);
      if (held > Date.now()) return held;
      const failures = await redis.hincrby(key, 'failures', 1);
      const backOffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
      const until = Date.now() + (pauseMs ?? backOffMs);
      await redis.hset(key, { until, words, of });
      return until;
    },

    async recover() {
      await redis.hdel(key, 'failures', 'until', 'words', 'of');
    },

    async trouble() {
      const [words, until, of] = await redis.hmget(key, 'words', 'until', 'of');
      if (!words || !until) return undefined;
      return { of: of === 'redis' ? 'redis' : 'relay', words, until: Number(until) };
    },
  };
}
