/**
 * A private Redis for one test file, on a free loopback port, gone afterwards.
 *
 *     let server: TestRedis;
 *     before(async () => { server = await startTestRedis(); });
 *     after(() => server.stop());
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findServer } from '../../src/redis/server.js';

export interface TestRedis {
  /** `redis://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** The server's process id, for tests that kill or suspend it. */
  pid: number;
  /** A new connection, closed by {@link stop}. */
  client(): Redis;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** Further server options, after ours: `['--appendfsync', 'always']`. */
  args?: string[];
  /** Default: any free port. */
  port?: number;
}

/** @returns a server that answers: AOF on, noeviction, empty */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-redis-'));
  const child = spawnServer(folder, port, options.args ?? []);
  const clients: Redis[] = [];
  const client = () => {
    const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };
  // Whatever becomes of the test process, its server must not outlive it.
  const endNow = () => child.kill('SIGKILL');
  process.once('exit', endNow);
  await Promise.race([client().ping(), refuseEarlyEnd(child)]);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    client,
    stop: async () => {
      for (const redis of clients) redis.disconnect();
      process.off('exit', endNow);
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawnServer(folder: string, port: number, args: string[]): ChildProcess {
  const { path, env } = findServer();
  const fixed = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', ''];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
  const store = ['--maxmemory-policy', 'noeviction', '--hash-max-listpack-value', '1024'];
  return spawn(path, [...fixed, ...durable, ...store, ...args], { env, stdio: 'ignore' });
}

async function refuseEarlyEnd(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the test's Redis ended at once, exit code ${code}`);
}

/** A loopback port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
