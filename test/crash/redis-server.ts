/**
 * A Redis that is killed and comes back over the same append-only file. While it is back, it is
 * first reachable for us alone, over a unix socket: the ledger can be read as the kill left it,
 * before any worker goes on. Then it opens its port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findServer } from '../../src/redis/server.js';
import { freePort } from '../support/redis.js';

export interface KillableRedis {
  url: string;
  /** Our own connection; another one after each kill. */
  readonly client: Redis;
  setFsync(fsync: 'always' | 'everysec'): Promise<void>;
  /** kill -9, at once. */
  kill(): void;
  /** Bytes of the append-only file, as far as it is written. */
  written(): Promise<number>;
  /**
   * Starts again over the same folder; only `client` can reach it until {@link admit}.
   * @param keep bytes of the append-only file that the disk kept when the power went; default: all
   */
  restart(keep?: number): Promise<void>;
  /** Lets everybody else in. */
  admit(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKillableRedis(): Promise<KillableRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'pc-redis-'));
  const socket = join(folder, 's');
  const port = await freePort();
  let fsync: 'always' | 'everysec' = 'always';
  let child: ChildProcess | undefined;
  let client: Redis | undefined;
  const current = (): Redis => {
    if (client === undefined) throw new Error('the Redis of the rounds is down');
    return client;
  };
  // Of the newest part: what came before a rewrite is another file.
  const appended = async (): Promise<string> => {
    const names = await readdir(join(folder, 'appendonlydir'));
    return join(
      folder,
      'appendonlydir',
      names.filter((name) => name.endsWith('.incr.aof')).at(-1) ?? '',
    );
  };
  const endNow = (): void => void child?.kill('SIGKILL');
  process.once('exit', endNow);
  const start = async (): Promise<void> => {
    child = spawnServer(folder, socket, fsync);
    client = await connect(socket, child);
  };
  const end = async (): Promise<void> => {
    client?.disconnect();
    client = undefined;
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGKILL');
    await gone;
  };
  const admit = async (): Promise<void> => {
    await current().config('SET', 'port', port);
  };
  await start();
  await admit();
  return {
    url: `redis://127.0.0.1:${port}`,
    get client() {
      return current();
    },
    async setFsync(policy) {
      fsync = policy;
      await current().config('SET', 'appendfsync', policy);
    },
    kill: endNow,
    written: async () => (await stat(await appended())).size,
    async restart(keep) {
      await end();
      if (keep !== undefined) await truncate(await appended(), keep);
      await start();
    },
    admit,
    async stop() {
      process.off('exit', endNow);
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawnServer(folder: string, socket: string, fsync: string): ChildProcess {
  const { path, env } = findServer();
  const options = {
    port: '0',
    bind: '127.0.0.1',
    unixsocket: socket,
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: fsync,
    'maxmemory-policy': 'noeviction',
    'hash-max-listpack-value': '1024',
    // Small, so that some rounds meet a rewrite of the append-only file.
    'auto-aof-rewrite-min-size': '4mb',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return spawn(path, args, { env, stdio: 'ignore' });
}

/** Answers once the append-only file is loaded. */
async function connect(socket: string, server: ChildProcess): Promise<Redis> {
  const client = new Redis({
    path: socket,
    maxRetriesPerRequest: null,
    retryStrategy: () => (server.exitCode === null ? 10 : null),
  });
  client.on('error', () => {});
  const early = once(server, 'exit').then(([code, signal]) => {
    throw new Error(`the Redis of the rounds ended at its start: ${code ?? signal}`);
  });
  await Promise.race([client.ping(), early]);
  return client;
}
