/**
 * What the rounds run in: one publication, a Redis, a relay, and up to three workers, all processes
 * of their own. Rounds follow each other as issues follow each other; what one killed is started
 * again for the next.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freezeIssue } from '../../src/delivery/freeze.js';
import type { Tally } from '../../src/delivery/tally.js';
import { loadIssue } from '../../src/issue/store.js';
import { makePublication, type Running, type TestPublication } from '../support/publication.js';
import { readAddresses } from './ledger-bytes.js';
import { RECIPIENTS, type Setup, WORKER_SLOTS } from './plan-round.js';
import { type KillableRedis, startKillableRedis } from './redis-server.js';
import { type Relay, startRelay } from './relay.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The port of the `send` command, which delivers itself when it finds no worker. */
export const SEND_PORT = WORKER_SLOTS;

/** A dead worker is missed after 2 s. */
const DELIVERY = 'delivery: {lockDuration: 2s, halt: {afterRecipients: 100000}}\n';
/** People of two lanes. */
const DOMAINS = ['example.org', 'gmail.com'];
const NAMES = ['one', 'two'] as const;

/** 30 connections make 6 jobs at once over all workers, in one lane or over two. */
function yamlOf(setup: Setup, [first = '', second = '']: string[]): string {
  if (setup === 'one relay') return `smtp: {url: '${first}', connections: 30}\n${DELIVERY}`;
  return `smtp:
  profile: mta
  relays: {one: {url: '${first}', share: 2}, two: {url: '${second}', share: 1}}
  lanes: {google: {connections: 15}, other: {connections: 15}}
${DELIVERY}`;
}

/** What makes a process send over these ports. */
function relayEnv(setup: Setup, urls: string[]): Record<string, string> {
  if (setup === 'one relay') return { PRESSRUN_SMTP_URL: urls[0] ?? '' };
  return Object.fromEntries(
    NAMES.map((name, n) => [`PRESSRUN_SMTP_URL_${name.toUpperCase()}`, urls[n] ?? '']),
  );
}

function readersCsv(): string {
  const rows = Array.from(
    { length: RECIPIENTS },
    (_, n) => `reader${n}@${DOMAINS[n % DOMAINS.length]},Reader ${n}`,
  );
  return `email,name\n${rows.join('\n')}\n`;
}

export interface Rig {
  redis: KillableRedis;
  relay: Relay;
  publication: TestPublication;
  /** Address of every recipient by id. */
  addresses: ReadonlyMap<string, string>;
  /** Which workers run, by slot. */
  running(): number[];
  /** Starts workers that are not running; resolves when they are ready. */
  startWorkers(slots: readonly number[]): Promise<void>;
  /** Ends workers cleanly. */
  stopWorkers(slots: readonly number[]): Promise<void>;
  /** kill -9; resolves when they are gone. */
  killWorkers(slots: readonly number[]): Promise<void>;
  /** Slot of the worker that last began to plan this issue, if it still runs. */
  plannerOf(issue: number): number | undefined;
  /** Begins a send, with `pressrun send --wait` watching it until its end. */
  send(issue: number): Promise<Running>;
  tally: Tally;
  stop(): Promise<void>;
}

export async function startRig(setup: Setup): Promise<Rig> {
  // Builds what is stale, so that what runs is what is in the sources.
  const setUp = spawnSync(process.execPath, [`${ROOT}scripts/setup.mjs`], { encoding: 'utf8' });
  if (setUp.status !== 0) throw new Error(`set-up failed:\n${setUp.stdout}${setUp.stderr}`);
  const redis = await startKillableRedis();
  const relay = await startRelay(WORKER_SLOTS + 1, setup === 'one relay' ? 1 : NAMES.length);
  const publication = await makePublication({
    redis: redis.url,
    yaml: yamlOf(setup, relay.urls[SEND_PORT] ?? []),
  });
  await publication.write('readers.csv', readersCsv());
  const imported = await publication.run('subscribers', 'import', `${publication.dir}/readers.csv`);
  if (imported.code !== 0) throw new Error(`the import failed:\n${imported.stderr}`);
  const workers = createWorkers(publication, (slot) => relayEnv(setup, relay.urls[slot] ?? []));
  // Whatever becomes of the rounds, their processes must not outlive them.
  process.once('exit', () => publication.kill());
  const system = await publication.open();
  const { config } = system;
  return {
    ...{ redis, relay, publication, ...workers, tally: system.tally },
    addresses: await readAddresses(redis.client),
    async send(issue) {
      // Frozen here: in a process of its own the renderer takes longer to start than a send lasts.
      const loaded = await loadIssue(config.dir, `${issue}`, config.publication);
      const frozen = await freezeIssue(config, loaded, { today: new Date(), revision: 1 });
      await system.sends.create(frozen);
      // Paused until the command is there, which on a busy machine could miss all of it.
      await system.sends.pause(issue);
      const send = publication.start('send', `${issue}`, '--yes', '--wait', '--json', '--loopback');
      await send.says('is paused');
      await system.sends.resume(issue);
      await system.queues.enqueuePlan(issue);
      return send;
    },
    async stop() {
      await workers.stopWorkers(workers.running());
      await system.close();
      await publication.remove();
      await relay.stop();
      await redis.stop();
    },
  };
}

type Workers = Pick<Rig, 'running' | 'startWorkers' | 'stopWorkers' | 'killWorkers' | 'plannerOf'>;

function createWorkers(
  publication: TestPublication,
  envOf: (slot: number) => Record<string, string>,
): Workers {
  const bySlot = new Map<number, Running>();
  /** Issue → slot that said it plans it. */
  const planners = new Map<number, number>();
  const startOne = async (slot: number): Promise<void> => {
    const worker = publication.startWith(envOf(slot), 'start', 'worker');
    bySlot.set(slot, worker);
    worker.child.stderr?.on('data', (text: string) => {
      for (const [, issue] of text.matchAll(/"issue":(\d+),"msg":"planning the audience"/g)) {
        planners.set(Number(issue), slot);
      }
    });
    // Killed while it starts: the one who killed it knows.
    await worker.says('worker is ready').catch((error: unknown) => {
      if (bySlot.get(slot) === worker) throw error;
    });
  };
  const endAll = async (slots: readonly number[], signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const ending = slots.flatMap((slot) => bySlot.get(slot) ?? []);
    for (const slot of slots) bySlot.delete(slot);
    for (const { child } of ending) child.kill(signal);
    await Promise.all(ending.map(({ done }) => done));
  };
  return {
    running: () => [...bySlot.keys()],
    startWorkers: async (slots) => {
      await Promise.all(slots.filter((slot) => !bySlot.has(slot)).map(startOne));
    },
    stopWorkers: (slots) => endAll(slots, 'SIGTERM'),
    killWorkers: (slots) => endAll(slots, 'SIGKILL'),
    plannerOf: (issue) => {
      const slot = planners.get(issue);
      return slot !== undefined && bySlot.has(slot) ? slot : undefined;
    },
  };
}
