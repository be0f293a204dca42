/**
 * One process's connection to the publication's Redis: embedded, a server, or a cluster.
 *
 * Owns every connection the process has, and on an embedded server its part in starting, reviving
 * and stopping it. Once open, a lost connection is a matter of waiting: commands queue up and are
 * sent again, and the log says so once. Commands may therefore run twice (the reply was lost):
 * every script must bear that.
 */
import { randomBytes } from 'node:crypto';
import { Cluster } from 'ioredis';
import type { Config } from '../config/types.js';
import type { Logger } from '../log.js';
import { type Dialled, dial, dialAgain } from './dial.js';
import { type EmbeddedServer, embeddedServer, PARTY_PREFIX } from './embedded.js';
import { type Endpoint, endpointOf, socketEndpoint } from './endpoint.js';
import type { RedisClient } from './scripts.js';
import { checkSuitability } from './suitability.js';

export interface RedisConnection {
  client: RedisClient;
  /** Calls the listener whenever the server may be another one, or have forgotten its last moments. */
  onReturn(listener: () => void): void;
  /** A further connection, for what blocks or subscribes (BullMQ); closed with the others. */
  connect(): RedisClient;
  /** Ends all connections; the last process to do so stops an embedded server. */
  close(): Promise<void>;
  /** The address without password, for messages. */
  description: string;
}

/**
 * @throws AppError redis_unreachable after some seconds, naming the address and its key;
 *   redis_unsuitable; redis_missing
 */
export async function openRedis(config: Config, log: Logger): Promise<RedisConnection> {
  // Tells this process's connections from those of others, in CLIENT LIST.
  const name = PARTY_PREFIX + randomBytes(6).toString('hex');
  const { server, durability } = config.redis;
  if (server === 'embedded') {
    return openEmbedded(embeddedServer(config.dataDir, durability), name, log);
  }
  const endpoint = endpointOf(server);
  const main = await dial(endpoint, name);
  try {
    await checkSuitability(main.client, {
      description: endpoint.description,
      durability,
      log,
    });
  } catch (error) {
    await main.hangUp();
    throw error;
  }
  return connectionOver(endpoint, main, name, log);
}

async function openEmbedded(
  server: EmbeddedServer,
  name: string,
  log: Logger,
): Promise<RedisConnection> {
  const endpoint = socketEndpoint(server.socket, `${server.socket} (embedded)`);
  const main = await server.locked(async () => {
    await server.ensureRunning();
    // Within the lock, so that nobody who leaves overlooks us.
    return dial(endpoint, name);
  });
  const connection = connectionOver(endpoint, main, name, log);
  const watch = keepRunning(server, main.client, log);
  return {
    ...connection,
    close: async () => {
      await watch.stop();
      await connection.close();
      await server
        .locked(() => server.stopIfLast(name))
        .catch((error: unknown) => log.warn({ err: error }, 'the embedded Redis was left running'));
    },
  };
}

/** Starts the server again when its connection breaks: nobody else would. */
function keepRunning(server: EmbeddedServer, client: RedisClient, log: Logger) {
  let reviving: Promise<void> | undefined;
  const revive = () => {
    reviving ??= server
      .locked(() => server.ensureRunning())
      .catch((error: unknown) => log.error({ err: error }, 'the embedded Redis is down'))
      .finally(() => {
        reviving = undefined;
      });
  };
  client.on('close', revive);
  return {
    stop: async () => {
      client.off('close', revive);
      await reviving;
    },
  };
}

function connectionOver(
  endpoint: Endpoint,
  main: Dialled,
  name: string,
  log: Logger,
): RedisConnection {
  const others: Dialled[] = [];
  const endWatch = tellOfLoss(main.client, endpoint, log);
  return {
    client: main.client,
    description: endpoint.description,
    onReturn: (listener) => onReturn(main.client, listener),
    connect: () => {
      const other = dialAgain(endpoint, name);
      others.push(other);
      return other.client;
    },
    close: async () => {
      endWatch();
      await Promise.all([...others, main].map((dialled) => dialled.hangUp()));
    },
  };
}

function onReturn(client: RedisClient, listener: () => void): void {
  client.on('ready', listener);
  if (!(client instanceof Cluster)) return;
  const masters = (): string =>
    client
      .nodes('master')
      .map(({ options }) => `${options.host}:${options.port}`)
      .sort()
      .join();
  // One node of many comes and goes without the connection as a whole.
  let known = masters();
  client.on('+node', listener).on('refresh', () => {
    if (masters() === known) return;
    known = masters();
    listener();
  });
}

/** Says once that the connection is lost, and once that it is back, whatever happens in between. */
function tellOfLoss(client: RedisClient, { description }: Endpoint, log: Logger): () => void {
  let lost = false;
  const onClose = () => {
    if (!lost) log.warn({ redis: description }, 'Redis does not answer; waiting for it');
    lost = true;
  };
  const onReady = () => {
    if (lost) log.info({ redis: description }, 'Redis answers again');
    lost = false;
  };
  client.on('close', onClose).on('ready', onReady);
  return () => client.off('close', onClose).off('ready', onReady);
}
