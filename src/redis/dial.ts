/** Making one connection: patient for a bounded time at first, and for ever once it has worked. */
import { AppError } from '../errors.js';
import type { Endpoint } from './endpoint.js';
import type { RedisClient } from './scripts.js';

/** How long a first connection is tried; a server that restarts is back within it. */
const PATIENCE_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1_000;
/**
 * Nothing on a first connection blocks, and a process that works has a command under way every
 * second: a server that fell silent is missed that soon. Repeating commands harms nobody.
 */
const SILENCE_MS = 3_000;
/** Further connections block in commands of the queue, none of them for so long. */
const BLOCKED_MS = 30_000;

export interface Dialled {
  client: RedisClient;
  /** Ends the connection for good: replies under way are awaited, a lost connection is not. */
  hangUp(): Promise<void>;
}

/**
 * @param name what CLIENT LIST calls the connection
 * @throws AppError redis_unreachable
 */
export async function dial(endpoint: Endpoint, name: string): Promise<Dialled> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  let reason: Error | undefined;
  let established = false;
  let done = false;
  const client = endpoint.create({
    name,
    silenceMs: SILENCE_MS,
    retryDelay: (times) => {
      if (done) return null;
      if (established) return Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 10), LONGEST_RETRY_MS);
      return isFinal(reason) || Date.now() > giveUpAt ? null : FIRST_RETRY_MS;
    },
  });
  client.on('error', (error: Error) => {
    reason = error;
  });
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    client.once('end', () => reject(unreachable(endpoint, reason)));
    // Its own rejection is about the first try alone.
    client.connect().catch(() => {});
  });
  established = true;
  return {
    client,
    hangUp: async () => {
      done = true;
      if (client.status === 'ready') await quit(client);
      // Of a connection that is gone ioredis would wait two seconds for the end, and the process with it.
      if (client.status !== 'end') client.disconnect();
    },
  };
}

/** A further connection to a server that is known to answer; it waits for ever from the start. */
export function dialAgain(endpoint: Endpoint, name: string): Dialled {
  let done = false;
  const client = endpoint.create({
    name,
    silenceMs: BLOCKED_MS,
    retryDelay: (times) =>
      done ? null : Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 10), LONGEST_RETRY_MS),
  });
  // The first connection speaks for all.
  client.on('error', () => {});
  return {
    client,
    hangUp: async () => {
      done = true;
      client.disconnect();
    },
  };
}

/** QUIT waits behind whatever runs on the connection; a blocking command must not hold us up. */
async function quit(client: RedisClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  await Promise.race([
    client.quit().then(
      () => {},
      () => {},
    ),
    timeout,
  ]);
  clearTimeout(timer);
}

/** A wrong password stays wrong. */
function isFinal(reason: Error | undefined): boolean {
  return (
    reason !== undefined && /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/.test(deepest(reason).message)
  );
}

function unreachable({ description }: Endpoint, reason: Error | undefined): AppError {
  const cause = reason && deepest(reason);
  const said = cause ? ` (${cause.message})` : '';
  return new AppError(
    'redis_unreachable',
    `Redis at ${description} does not answer${said}; the address comes from redis.server in pressrun.yaml or from PRESSRUN_REDIS`,
    { cause },
  );
}

/** A cluster's error wraps its last node's. */
function deepest(error: Error & { lastNodeError?: Error }): Error {
  return error.lastNodeError ?? error;
}
