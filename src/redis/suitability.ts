/** Whether a server we did not start ourselves keeps what it is given. */
import { Cluster, type Redis } from 'ioredis';
import { AppError } from '../errors.js';
import type { Logger } from '../log.js';
import type { RedisClient } from './scripts.js';
import { isRecent, OLDEST_SERVER } from './server.js';

/**
 * Refuses what certainly loses data; warns of what may, or cannot be asked.
 * @throws AppError redis_unsuitable
 */
export async function checkSuitability(
  client: RedisClient,
  description: string,
  log: Logger,
): Promise<void> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  for (const server of servers) {
    await checkVersion(server, description);
    await checkPersistence(server, description, log);
  }
}

async function checkVersion(server: Redis, description: string): Promise<void> {
  const version = /redis_version:(\S+)/.exec(await server.info('server'))?.[1] ?? '';
  if (isRecent(version)) return;
  throw new AppError(
    'redis_unsuitable',
    `Redis at ${description} is version ${version || 'unknown'}; pressrun needs ${OLDEST_SERVER} or newer (or Valkey)`,
  );
}

async function checkPersistence(server: Redis, description: string, log: Logger): Promise<void> {
  const settings = await settingsOf(server);
  if (settings === undefined) {
    log.warn(
      { redis: description },
      'the Redis server does not tell its settings: make sure that maxmemory-policy is noeviction and that AOF is on',
    );
    return;
  }
  const policy = settings.get('maxmemory-policy');
  if (policy !== 'noeviction') {
    throw new AppError(
      'redis_unsuitable',
      `Redis at ${description} has maxmemory-policy ${policy}: when memory runs short it would throw subscribers away. Set it to noeviction`,
    );
  }
  if (settings.get('appendonly') !== 'yes') {
    log.warn(
      { redis: description },
      'the Redis server has AOF off: a crash loses what happened since its last snapshot, and people could be mailed twice. Set appendonly to yes',
    );
  }
}

/** @returns undefined when the server does not tell, as managed ones may */
async function settingsOf(server: Redis): Promise<Map<string, string> | undefined> {
  try {
    const reply = (await server.config('GET', 'maxmemory-policy', 'appendonly')) as string[];
    const settings = new Map<string, string>();
    for (let i = 0; i + 1 < reply.length; i += 2) settings.set(reply[i] ?? '', reply[i + 1] ?? '');
    return settings.size === 2 ? settings : undefined;
  } catch {
    return undefined;
  }
}
