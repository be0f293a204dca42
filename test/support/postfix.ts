/**
 * A real Postfix for one test file: its own folder, its own configuration, a loopback port, every
 * mail into one Maildir. It is a child of the test like any other; no service, no user and no file
 * of the machine is touched. Root is needed: Postfix's master gives its daemons other users.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mainCf, masterCf, type PostfixPlace } from './postfix-config.js';

export interface Postfix {
  /** `smtp://127.0.0.1:PORT`, the same after a restart. */
  url: string;
  start(): Promise<void>;
  /** SIGTERM asks the master to end, SIGKILL takes all of Postfix's processes at once. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** How many mails are in the Maildir by now. */
  count(): Promise<number>;
  /** Everything in the Maildir, once the queue is empty. */
  delivered(): Promise<DeliveredMail[]>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export interface DeliveredMail {
  /** The envelope's recipient. */
  to: string;
  /**
   * Postfix's name for the mail it accepted. Two files with one id are one acceptance: a Postfix
   * that dies between the Maildir and its queue delivers again.
   */
  queueId: string;
  raw: Buffer;
}

const COPY = fileURLToPath(new URL('../../.tools/postfix', import.meta.url));
const DAEMONS = ['/usr/lib/postfix/sbin', '/usr/libexec/postfix', join(COPY, 'daemons')].find(
  (folder) => existsSync(join(folder, 'master')),
);

/** Folders of Postfix's queue that its owner alone may see. */
const OWNED = ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'hold', 'incoming', 'private'];
/** Those in which a mail waits. */
const WAITING = ['maildrop', 'incoming', 'active', 'deferred'];

/** For `describe(…, { skip: noPostfix })`; the test runner counts the first as a failure in CI. */
export const noPostfix =
  (DAEMONS === undefined && 'no Postfix: npm run setup -- --tests, or apt-get install postfix') ||
  (process.getuid?.() !== 0 && 'only root can start a mail server of this kind');

/** @param settings further ones, as in main.cf */
export async function startPostfix(settings: Record<string, string> = {}): Promise<Postfix> {
  const place = await makePlace(settings);
  let master: ChildProcess | undefined;

  async function start(): Promise<void> {
    const child = spawn(join(place.daemons, 'master'), ['-d', '-c', place.config], {
      // A group of its own: all of Postfix can be ended at once, and nothing else.
      detached: true,
      stdio: 'ignore',
      env: { LC_ALL: 'C', LD_LIBRARY_PATH: place.libraries, MAIL_CONFIG: place.config },
    });
    master = child;
    await answers(child, place);
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = master;
    master = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
    await exited;
    // What the master started may outlive it by a moment, and still hold the queue.
    killGroup(child.pid);
    while (isAnyLeft(child.pid)) await sleep(20);
  }

  const endNow = () => master?.pid && killGroup(master.pid);
  process.once('exit', endNow);
  await start();
  return {
    url: `smtp://127.0.0.1:${place.port}`,
    start,
    stop,
    count: async () => (await mailFiles(place)).length,
    async delivered() {
      while ((await waiting(place)) > 0) await sleep(100);
      return await Promise.all((await mailFiles(place)).map(readMail));
    },
    async remove() {
      process.off('exit', endNow);
      await stop('SIGKILL');
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}

async function makePlace(settings: Record<string, string>): Promise<PostfixPlace> {
  if (DAEMONS === undefined) throw new Error(String(noPostfix));
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-postfix-'));
  const place: PostfixPlace = {
    folder,
    port: await freePort(),
    daemons: DAEMONS,
    libraries: join(COPY, 'lib'),
    config: join(folder, 'config'),
    queue: join(folder, 'queue'),
    data: join(folder, 'data'),
    mail: join(folder, 'mail'),
    settings,
  };
  await chmod(folder, 0o711);
  for (const path of [place.config, place.queue, place.data, place.mail]) await mkdir(path);
  await writeFile(join(place.config, 'main.cf'), mainCf(place));
  await writeFile(join(place.config, 'master.cf'), masterCf(place));
  await giveAway(place);
  return place;
}

/** Users every Debian has stand in for Postfix's own. */
async function giveAway({ queue, data, mail }: PostfixPlace): Promise<void> {
  const owner = idOf('-u', 'daemon');
  const group = idOf('-g', 'mail');
  await chown(data, owner, group);
  await chown(mail, idOf('-u', 'nobody'), group);
  await mkdir(join(queue, 'pid'));
  for (const name of OWNED) {
    await mkdir(join(queue, name), { mode: 0o700 });
    await chown(join(queue, name), owner, 0);
  }
  for (const [name, mode] of [
    ['maildrop', 0o730],
    ['public', 0o710],
  ] as const) {
    await mkdir(join(queue, name));
    await chown(join(queue, name), owner, group);
    await chmod(join(queue, name), mode);
  }
}

function idOf(option: '-u' | '-g', name: string): number {
  const [program, args] = option === '-u' ? ['id', ['-u', name]] : ['getent', ['group', name]];
  const printed = spawnSync(program, args, { encoding: 'utf8' }).stdout.trim();
  return Number(option === '-u' ? printed : printed.split(':')[2]);
}

/**
 * Below the ports that outgoing connections get by themselves (from 32768): while Postfix is down
 * nobody else may be given its port, and a client that calls it must not meet itself (a TCP
 * self-connection).
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return port;
  }
}

async function answers(child: ChildProcess, place: PostfixPlace): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await greets(place.port)) return;
    await sleep(50);
  }
  const log = await readFile(join(place.folder, 'log'), 'utf8').catch(() => '');
  throw new Error(`Postfix ended at once:\n${log}`);
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => socket.end('QUIT\r\n', () => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

function isAnyLeft(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Mails Postfix has accepted and not delivered. What a kill interrupted before the final dot was
 * answered stays behind as a file nobody may execute: Postfix's mark of an incomplete one.
 */
async function waiting({ queue }: PostfixPlace): Promise<number> {
  const files = await Promise.all(
    WAITING.map(async (name) =>
      (await readdir(join(queue, name))).map((file) => join(queue, name, file)),
    ),
  );
  // A file that is gone by now has moved on: it is looked at again.
  const modes = await Promise.all(
    files.flat().map((file) =>
      stat(file).then(
        ({ mode }) => mode,
        () => 0o100,
      ),
    ),
  );
  return modes.filter((mode) => (mode & 0o100) !== 0).length;
}

async function mailFiles({ mail }: PostfixPlace): Promise<string[]> {
  const folder = join(mail, 'all', 'new');
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name));
}

async function readMail(file: string): Promise<DeliveredMail> {
  const raw = await readFile(file);
  const head = raw.toString('latin1', 0, 2_000);
  const [, to = ''] = /^Delivered-To: (.+)$/m.exec(head) ?? [];
  const [, queueId = ''] = /\bid (\w+)/.exec(head) ?? [];
  return { to, queueId, raw };
}
