/** One Redis server process of a test, which can be killed and started again over its data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findServer } from '../../src/redis/server.js';

export interface RedisNode {
  port: number;
  /** The server's process id; another one after {@link restart}. */
  readonly pid: number;
  /** A new connection, closed by {@link stop}. */
  client(password?: string): Redis;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, over the same data. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * @param args server options, after port, folder and address
 * @returns a server that answers
 */
export async function startNode(port: number, args: string[]): Promise<RedisNode> {
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-redis-'));
  const clients: Redis[] = [];
  const client = (password?: string) => {
    const redis = new Redis(port, '127.0.0.1', {
      maxRetriesPerRequest: null,
      ...(password !== undefined && { password }),
    });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };
  let child = spawnServer(folder, port, args);
  // Whatever becomes of the test process, its server must not outlive it.
  const endNow = () => child.kill('SIGKILL');
  process.once('exit', endNow);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await answers(port, child);
  return {
    port,
    get pid() {
      return child.pid ?? 0;
    },
    client,
    kill,
    async restart() {
      child = spawnServer(folder, port, args);
      await answers(port, child);
    },
    async stop() {
      for (const redis of clients) redis.disconnect();
      process.off('exit', endNow);
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawnServer(folder: string, port: number, args: string[]): ChildProcess {
  const { path, env } = findServer();
  const fixed = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', ''];
  return spawn(path, [...fixed, ...args], { env, stdio: 'ignore' });
}

/** Resolves once the server has loaded its data and answers. */
async function answers(port: number, child: ChildProcess): Promise<void> {
  // A server that wants a password says so once it has loaded its data.
  const redis = new Redis(port, '127.0.0.1', {
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    retryStrategy: () => 20,
  });
  redis.on('error', () => {});
  const ready = async (): Promise<void> => {
    for (;;) {
      const answer = await redis.ping().catch((error: Error) => error.message);
      if (!answer.startsWith('LOADING')) return;
      await sleep(20);
    }
  };
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the test's Redis ended at once, exit code ${code}`);
  });
  try {
    await Promise.race([ready(), ended]);
  } finally {
    ended.catch(() => {});
    redis.disconnect();
  }
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
