/**
 * A private Redis for one test file, on a free loopback port, gone afterwards.
 *
 *     let server: TestRedis;
 *     before(async () => { server = await startTestRedis(); });
 *     after(() => server.stop());
 */
import { freePort, type RedisNode, startNode } from './redis-node.js';

export { freePort } from './redis-node.js';

export interface TestRedis extends RedisNode {
  /** `redis://127.0.0.1:PORT` */
  url: string;
}

export interface TestRedisOptions {
  /** Further server options, after ours: `['--appendfsync', 'always']`. */
  args?: string[];
  /** Default: any free port. */
  port?: number;
}

/** Options of every server of the tests: nothing is evicted, everything is written down. */
export const STORE_OPTIONS: readonly string[] = [
  ...['--appendonly', 'yes', '--appendfsync', 'everysec'],
  ...['--maxmemory-policy', 'noeviction', '--hash-max-listpack-value', '1024'],
];

/** @returns a server that answers: AOF on, noeviction, empty */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const node = await startNode(port, [...STORE_OPTIONS, ...(options.args ?? [])]);
  return Object.defineProperties(
    { url: `redis://127.0.0.1:${port}` },
    Object.getOwnPropertyDescriptors(node),
  ) as TestRedis;
}
