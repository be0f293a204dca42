/**
 * Which workers are connected, by heartbeats of our own in Redis: `send` has to know whether
 * anybody will do the work, on this machine or another.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';

const BEAT_EVERY_MS = 1_000;
/** A worker not heard of for this long is gone. */
const GONE_AFTER_MS = 4_000;

export type Role = 'worker' | 'web' | 'inbound';

export interface ConnectedProcess {
  id: string;
  role: Role;
  host: string;
  pid: number;
}

export interface Presence {
  /** Begins to beat; the returned function says goodbye. */
  announce(log: Logger, role: Role): Promise<() => Promise<void>>;
  /** Workers heard of lately, by the clock of the Redis server. */
  workers(): Promise<ConnectedProcess[]>;
  /** The same of everything that runs, whatever it does. */
  processes(): Promise<ConnectedProcess[]>;
}

export function createPresence(redis: RedisClient, keys: Keys): Presence {
  const scripts = {
    beat: loadScript('delivery', 'beat'),
    connected: loadScript('delivery', 'connected'),
  };
  const keyOf: Record<Role, string> = {
    ...{ worker: keys.workers, web: keys.webs, inbound: keys.inbounds },
  };
  const connected = async (role: Role): Promise<ConnectedProcess[]> => {
    const rows = await scripts.connected.run(redis, [keyOf[role]], [GONE_AFTER_MS]);
    return (rows as [string, string, string][]).map(([id, pid, host]) => ({
      ...{ id, role, host },
      pid: Number(pid),
    }));
  };

  return {
    async announce(log, role) {
      const id = randomUUID();
      const beat = () => scripts.beat.run(redis, [keyOf[role]], [id, process.pid, hostname()]);
      await beat();
      // While Redis does not answer one beat waits for it, not one for each second.
      let beating = false;
      const timer = setInterval(() => {
        if (beating) return;
        beating = true;
        beat()
          .catch((error) => log.debug({ err: error }, 'heartbeat'))
          .finally(() => {
            beating = false;
          });
      }, BEAT_EVERY_MS);
      return async () => {
        clearInterval(timer);
        await redis.hdel(keyOf[role], id);
      };
    },

    workers: () => connected('worker'),
    processes: async () =>
      (await Promise.all((Object.keys(keyOf) as Role[]).map(connected))).flat(),
  };
}
