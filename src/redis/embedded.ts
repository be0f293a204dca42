/**
 * The embedded server: a private Redis that belongs to one publication's data folder.
 *
 * The first process starts it, detached; others join; the last one out stops it. All three happen
 * under one lock in the data folder. Who is there is asked of the server itself (CLIENT LIST), so
 * that a process killed with -9 counts as gone. A server that dies is started again by whoever
 * notices first.
 *
 * Never: two servers over the same data. Besides the lock, the running server's process id is kept
 * beside the data and looked up before another is started.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { lock } from 'proper-lockfile';
import type { Durability } from '../config/types.js';
import { AppError } from '../errors.js';
import { runningServer } from './process-mark.js';
import { findServer, type ServerProgram } from './server.js';
import { folderMark, socketPath } from './socket-path.js';

/** A server that is neither loading its data nor answering for so long is stuck. */
const STUCK_AFTER_MS = 30_000;
const POLL_MS = 20;
const LOG_LIMIT_BYTES = 1_000_000;

export interface EmbeddedServer {
  /** Path of the unix socket. */
  socket: string;
  /** Runs `step` while no other process may start or stop the server. */
  locked<T>(step: () => Promise<T>): Promise<T>;
  /**
   * Starts the server unless it runs. Call it within {@link locked}.
   * @throws AppError redis_missing, redis_unreachable
   */
  ensureRunning(): Promise<void>;
  /**
   * Stops the server unless others use it. Call it within {@link locked}.
   * @param party what the connections of this process are called; others have other names
   */
  stopIfLast(party: string): Promise<void>;
}

/** What the names of all connections that keep the server alive begin with. */
export const PARTY_PREFIX = 'pressrun-';

/**
 * @param dataDir the publication's private folder; made when missing
 * @throws AppError redis_unsuitable
 */
export function embeddedServer(dataDir: string, durability: Durability): EmbeddedServer {
  const made = join(dataDir, 'redis');
  mkdirSync(made, { recursive: true, mode: 0o700 });
  const folder = realpathSync(made);
  const socket = socketPath(folder);
  return {
    socket,
    locked: (step) => locked(folder, step),
    ensureRunning: () => ensureRunning(folder, socket, fsyncOf(durability)),
    stopIfLast: (party) => stopIfLast(folder, socket, party),
  };
}

function fsyncOf(durability: Durability): string {
  if (durability === 'always' || durability === 'everysec') return durability;
  throw new AppError(
    'redis_unsuitable',
    `redis.durability is ${durability}, but the embedded Redis has no replicas: use always or everysec, or name a server in redis.server`,
  );
}

async function locked<T>(folder: string, step: () => Promise<T>): Promise<T> {
  const release = await lock(folder, {
    lockfilePath: join(folder, 'lock'),
    // A holder that was killed stops renewing it; seconds later the next one takes it.
    stale: 5_000,
    update: 1_000,
    retries: { retries: 1_200, factor: 1, minTimeout: 50, maxTimeout: 50 },
    // Suspended for longer than `stale`: runningServer() still prevents a second server.
    onCompromised: () => {},
  });
  try {
    return await step();
  } finally {
    await release().catch(() => {});
  }
}

async function ensureRunning(folder: string, socket: string, fsync: string): Promise<void> {
  if ((await ask(socket)) === 'ready') return;
  const pid = runningServer(folder);
  // It is loading, or on its way out after a signal.
  if (pid !== undefined && (await becomesReady(socket, () => runningServer(folder) === pid)))
    return;
  if (pid !== undefined && runningServer(folder) === pid) {
    throw new AppError(
      'redis_unreachable',
      `the embedded Redis of ${folder} runs as process ${pid} but does not answer on ${socket}; end it with \`kill ${pid}\` and try again`,
    );
  }
  await start(folder, socket, fsync);
}

async function start(folder: string, socket: string, fsync: string): Promise<void> {
  const program = findServer();
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, sizeOf(logFile) > LOG_LIMIT_BYTES ? 'w' : 'a', 0o600);
  const before = sizeOf(logFile);
  const child = spawn(program.path, serverOptions(folder, socket, fsync), {
    cwd: folder,
    env: program.env,
    // A session of its own: Ctrl-C in our terminal is not meant for it.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await once(child, 'spawn').catch((cause: unknown) => failed(program, '', cause));
  child.unref();
  await writeFile(join(folder, 'server.pid'), `${child.pid}\n`, { mode: 0o600 });
  const alive = () => child.exitCode === null && child.signalCode === null;
  if (await becomesReady(socket, alive)) return;
  if (alive()) child.kill('SIGKILL');
  failed(program, readFileSync(logFile).subarray(before).toString('utf8'));
}

function serverOptions(folder: string, socket: string, fsync: string): string[] {
  const options: Record<string, string> = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: folder,
    logfile: '',
    'proc-title-template': `{title} pressrun:${folderMark(folder)}`,
    save: '',
    appendonly: 'yes',
    appendfsync: fsync,
    // A host that went down in the middle of a write leaves a cut-off last command.
    'aof-load-truncated': 'yes',
    'maxmemory-policy': 'noeviction',
    // A subscriber with a long attribute stays compact: 346 bytes instead of 986 (measured).
    'hash-max-listpack-value': '1024',
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

function failed(program: ServerProgram, log: string, cause?: unknown): never {
  const lines = log.trimEnd().split('\n').slice(-5).join('\n  ');
  throw new AppError(
    'redis_unreachable',
    `the embedded Redis (${program.path}) could not be started${lines ? `; its last words:\n  ${lines}` : ''}`,
    { cause },
  );
}

async function stopIfLast(folder: string, socket: string, party: string): Promise<void> {
  if ((await ask(socket)) !== 'ready') return;
  // A connection of its own that never tries again: a repeated SHUTDOWN could hit a successor.
  const redis = new Redis({ path: socket, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    const list = String(await redis.call('CLIENT', 'LIST'));
    const names = [...list.matchAll(/ name=(\S+)/g)].map((match) => match[1] ?? '');
    if (names.some((name) => name.startsWith(PARTY_PREFIX) && name !== party)) return;
    const pid = runningServer(folder);
    // With AOF on, everything is on disk when it ends; the reply is the end of the connection.
    await redis.call('SHUTDOWN', 'NOSAVE').catch(() => {});
    while (pid !== undefined && runningServer(folder) === pid) await sleep(POLL_MS);
    rmSync(join(folder, 'server.pid'), { force: true });
  } finally {
    // Of a connection that is gone ioredis would wait two seconds for the end, and the process with it.
    if (redis.status !== 'end') redis.disconnect();
  }
}

/** @param alive false once waiting is of no use */
async function becomesReady(socket: string, alive: () => boolean): Promise<boolean> {
  let stuckAt = Date.now() + STUCK_AFTER_MS;
  while (alive() && Date.now() < stuckAt) {
    const answer = await ask(socket);
    if (answer === 'ready') return true;
    // However long a large list takes to load, it is not stuck.
    if (answer === 'loading') stuckAt = Date.now() + STUCK_AFTER_MS;
    await sleep(POLL_MS);
  }
  return false;
}

/** One PING over a connection of its own. */
async function ask(socket: string): Promise<'ready' | 'loading' | 'silent'> {
  const connection = connect(socket);
  // Not AbortSignal.timeout: one that is listened to keeps the process alive until it fires.
  connection.setTimeout(2_000, () => connection.destroy(new Error('no answer')));
  try {
    await once(connection, 'connect');
    connection.write('PING\r\n');
    const [reply] = await once(connection, 'data');
    return String(reply).startsWith('+PONG') ? 'ready' : 'loading';
  } catch {
    return 'silent';
  } finally {
    connection.on('error', () => {}).destroy();
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
