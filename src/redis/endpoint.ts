/** Where a Redis is and how a connection to it behaves once it is made. */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisClient } from './scripts.js';

export interface Endpoint {
  /** For messages: the address without user and password. */
  description: string;
  create(behaviour: Behaviour): RedisClient;
}

export interface Behaviour {
  /** Shown by CLIENT LIST. */
  name: string;
  /**
   * Milliseconds before the next try to connect; null gives up.
   * @param times tries since the connection was last ready, from 1
   */
  retryDelay(times: number): number | null;
  /** A server that owes an answer for so long is given up, and looked for again. */
  silenceMs: number;
}

// How soon a server is found again by everybody: delivery/recall.ts gives them GRACE_MS for it.
const CONNECT_TIMEOUT_MS = 3_000;
/** A server that loads its data is asked again this often, whatever it says it still needs. */
const LOADING_RETRY_MS = 1_000;
/**
 * How soon a master is missed that fell silent and was replaced: a node that does not answer the
 * question who serves what costs another second (ioredis, slotsRefreshTimeout).
 */
const LOOK_AROUND_MS = 2_000;
const NODE_RETRY_MS = 200;

/** @param server a `redis://` or `rediss://` URL, or the nodes of a cluster as such URLs */
export function endpointOf(server: string | string[]): Endpoint {
  if (typeof server === 'string') {
    return {
      description: withoutLogin(server),
      create: (behaviour) => new Redis(server, optionsOf(behaviour)),
    };
  }
  return {
    description: server.map(withoutLogin).join(', '),
    create: (behaviour) => createCluster(server, behaviour),
  };
}

/** @param path of the unix socket */
export function socketEndpoint(path: string, description: string): Endpoint {
  return { description, create: (behaviour) => new Redis({ path, ...optionsOf(behaviour) }) };
}

/** A lost connection makes commands wait, never fail: a lost settle would be a lost outcome. */
function optionsOf({ name, retryDelay, silenceMs }: Behaviour): RedisOptions {
  return {
    connectionName: name,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: silenceMs,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: retryDelay,
    // After a failover the address may lead to what is now a replica: look again, then repeat.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  };
}

function createCluster(server: string[], behaviour: Behaviour): RedisClient {
  const nodes = server.map((url) => new URL(url));
  const { retryStrategy: _, lazyConnect, ...options } = optionsOf(behaviour);
  const login = nodes.find((node) => node.password !== '');
  const tls = nodes.some((node) => node.protocol === 'rediss:');
  return new Cluster(
    nodes.map((node) => ({ host: node.hostname, port: Number(node.port || 6379) })),
    {
      lazyConnect: lazyConnect === true,
      clusterRetryStrategy: behaviour.retryDelay,
      // A node's failover takes seconds; a command waits for it however long it takes.
      maxRedirections: Number.MAX_SAFE_INTEGER,
      retryDelayOnFailover: NODE_RETRY_MS,
      retryDelayOnClusterDown: NODE_RETRY_MS,
      slotsRefreshInterval: LOOK_AROUND_MS,
      // Certificates name hosts, so with TLS names must not be resolved to numbers first.
      ...(tls && { dnsLookup: (host, found) => found(null, host) }),
      redisOptions: {
        ...options,
        ...(login && { username: decodeURIComponent(login.username) }),
        ...(login && { password: decodeURIComponent(login.password) }),
        ...(tls && { tls: {} }),
      },
    },
  );
}

function withoutLogin(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
