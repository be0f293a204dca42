/**
 * Which workers are connected, by heartbeats of our own in Redis: `send` has to know whether
 * anybody will do the work, on this machine or another.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Keys } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';

const BEAT_EVERY_MS = 1_000;
/** A worker not heard of for this long is gone. */
const GONE_AFTER_MS = 4_000;

export interface ConnectedWorker {
  id: string;
  host: string;
  pid: number;
}

export interface Presence {
  /** Begins to beat; the returned function says goodbye. */
  announce(log: Logger): Promise<() => Promise<void>>;
  /** Workers heard of lately, by the clock of the Redis server. */
  workers(): Promise<ConnectedWorker[]>;
}

export function createPresence(redis: RedisClient, keys: Keys): Presence {
  const serverTimeMs = async (): Promise<number> => {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  };

  return {
    async announce(log) {
      const id = randomUUID();
      const beat = async (): Promise<void> => {
        const at = await serverTimeMs();
        const worker = { host: hostname(), pid: process.pid, at };
        await redis.hset(keys.workers, id, JSON.stringify(worker));
      };
      await beat();
      const timer = setInterval(() => {
        beat().catch((error) => log.debug({ err: error }, 'heartbeat'));
      }, BEAT_EVERY_MS);
      return async () => {
        clearInterval(timer);
        await redis.hdel(keys.workers, id);
      };
    },

    async workers() {
      const [known, now] = await Promise.all([redis.hgetall(keys.workers), serverTimeMs()]);
      const alive: ConnectedWorker[] = [];
      for (const [id, text] of Object.entries(known)) {
        const { host, pid, at } = JSON.parse(text) as { host: string; pid: number; at: number };
        if (now - at <= GONE_AFTER_MS) alive.push({ id, host, pid });
        else await redis.hdel(keys.workers, id);
      }
      return alive;
    },
  };
}
