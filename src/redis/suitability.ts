/** Whether a server we did not start ourselves keeps what it is given. */
import { Cluster, type Redis } from 'ioredis';
import type { Durability } from '../config/types.js';
import { AppError } from '../errors.js';
import type { Logger } from '../log.js';
import { replicasOf } from './replicas.js';
import type { RedisClient } from './scripts.js';
import { isRecent, OLDEST_SERVER } from './server.js';

/** Settings of appendfsync, the weakest first; `replicas:N` asks for none of them. */
const STRENGTH: readonly string[] = ['no', 'everysec', 'always'];

interface Asked {
  /** The address without password. */
  description: string;
  durability: Durability;
  log: Logger;
}

/**
 * Refuses what certainly loses data; warns of what may, of what is weaker than `redis.durability`,
 * and of what cannot be asked.
 * @throws AppError redis_unsuitable
 */
export async function checkSuitability(client: RedisClient, asked: Asked): Promise<void> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  for (const server of servers) {
    await checkVersion(server, asked.description);
    await checkPersistence(server, asked);
    await checkReplicas(server, asked);
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

async function checkPersistence(server: Redis, asked: Asked): Promise<void> {
  const { description, durability, log } = asked;
  const warn = (words: string): void => log.warn({ redis: description }, words);
  const settings = await settingsOf(server);
  if (settings === undefined) {
    warn(
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
    warn(
      'the Redis server has AOF off: a crash loses what happened since its last snapshot, and people could be mailed twice. Set appendonly to yes',
    );
    return;
  }
  const fsync = settings.get('appendfsync') ?? '';
  if (STRENGTH.indexOf(fsync) < STRENGTH.indexOf(durability)) {
    warn(
      `redis.durability is ${durability}, but the Redis server has appendfsync ${fsync}: when its host loses power, people mailed in the last ${fsync === 'no' ? 'half minute' : 'second'} can be mailed again. Set appendfsync to ${durability}, or redis.durability to what you mean`,
    );
  }
}

/** With too few replicas nothing is lost, but nothing is sent either. */
async function checkReplicas(server: Redis, asked: Asked): Promise<void> {
  const { description, durability, log } = asked;
  const wanted = replicasOf(durability);
  if (wanted === 0) return;
  const connected = Number(
    /connected_slaves:(\d+)/.exec(await server.info('replication'))?.[1] ?? 0,
  );
  if (connected >= wanted) return;
  log.warn(
    { redis: description },
    `redis.durability is ${durability}, but a Redis server has ${connected} replicas connected: nobody is mailed until there are ${wanted}`,
  );
}

/** @returns undefined when the server does not tell, as managed ones may */
async function settingsOf(server: Redis): Promise<Map<string, string> | undefined> {
  try {
    const reply = (await server.config(
      ...(['GET', 'maxmemory-policy', 'appendonly', 'appendfsync'] as const),
    )) as string[];
    const settings = new Map<string, string>();
    for (let i = 0; i + 1 < reply.length; i += 2) settings.set(reply[i] ?? '', reply[i + 1] ?? '');
    return settings.size === 3 ? settings : undefined;
  } catch {
    return undefined;
  }
}
