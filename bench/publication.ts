/**
 * The publication of the bench: a folder with pressrun.yaml, an issue of a real issue's size and a
 * list, used through the command line as anybody would.
 *
 * Everything has its default (the embedded Redis writes to disk before it answers) but the number of
 * messages a connection may carry, which is high for all contestants.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../src/config/load.js';
import type { Durability } from '../src/config/types.js';
import { createLogger } from '../src/log.js';
import { replicasOf } from '../src/redis/replicas.js';
import { openSystem, type System } from '../src/system.js';
import { startTestRedis, type TestRedis } from '../test/support/redis.js';
import { benchIssue, EXAMPLES } from './issue.js';
import { CpuMeter, cpuMicros, peakMegabytes } from './process.js';

const MAIN = join(import.meta.dirname, '../dist/src/cli/main.js');
export const SECRET = 'the bench has no secrets, and this is long enough';
export const CONNECTIONS = 10;
const MESSAGES_PER_CONNECTION = 10_000;
export const DKIM = { domain: 'bench.example', selector: 'bench' };

export interface Ended {
  stdout: string;
  seconds: number;
  cpuMicros: number;
}

export interface PublicationOptions {
  signed?: boolean;
  /** Folder for the CPU profiles of its services. */
  profile?: string | undefined;
  /** With a server of its own, and a replica where one is waited for; default: embedded. */
  durability?: Durability | undefined;
  /** Messages a second. */
  rate?: number;
  /** Issue files with a number below it are in the archive. */
  archivedBefore?: number;
}

export class Publication {
  readonly dir = mkdtempSync(join(tmpdir(), 'pressrun-bench-'));
  readonly keyFile = join(this.dir, 'dkim.pem');
  readonly #options: PublicationOptions;
  /** The server, and its replica. */
  readonly #servers: TestRedis[] = [];
  #system: System | undefined;
  /** The newest one; it begins as the example it is made from. */
  #issue = 3;

  constructor(options: PublicationOptions = {}) {
    this.#options = options;
  }

  async make(): Promise<void> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(this.keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(join(this.dir, 'pressrun.yaml'), this.#yaml());
    // The issue refers to those before it.
    await cp(EXAMPLES, join(this.dir, 'issues'), { recursive: true });
    await this.#startServers();
    const config = await loadConfig(this.dir, this.#env());
    // Kept open, so that the embedded Redis lives on between two commands.
    this.#system = await openSystem(config, createLogger({ level: 'error', pretty: false }));
  }

  get system(): System {
    if (!this.#system) throw new Error('the publication is not made yet');
    return this.#system;
  }

  async #startServers(): Promise<void> {
    const { durability } = this.#options;
    if (durability === undefined) return;
    const args = ['--appendfsync', durability === 'always' ? 'always' : 'everysec'];
    const server = await startTestRedis({ args });
    this.#servers.push(server);
    if (replicasOf(durability) === 0) return;
    const replica = await startTestRedis({ args });
    this.#servers.push(replica);
    const client = replica.client();
    await client.replicaof('127.0.0.1', server.port);
    while (!(await client.info('replication')).includes('link_status:up')) await sleep(50);
  }

  #env(): Record<string, string> {
    const [server] = this.#servers;
    return { PRESSRUN_SECRET: SECRET, ...(server && { PRESSRUN_REDIS: server.url }) };
  }

  get redisPid(): number {
    const [server] = this.#servers;
    if (server) return server.pid;
    return Number(readFileSync(join(this.system.config.dataDir, 'redis', 'server.pid'), 'utf8'));
  }

  /** Bytes of Redis memory in use, the allocator's own left out. */
  async redisBytes(): Promise<number> {
    const { client } = this.system.redis;
    const info = 'info' in client ? String(await client.info('memory')) : '';
    return Number(/^used_memory_dataset:(\d+)/m.exec(info)?.[1]);
  }

  /** Adds reader FROM … TO-1; with a name, a city and a number, as lists have them. */
  async importReaders(from: number, to: number): Promise<Ended> {
    const file = join(this.dir, 'list.csv');
    const csv = createWriteStream(file);
    csv.write('email,name,attributes\n');
    for (let n = from; n < to; n++) {
      const row = `reader${n}@mail${n % 40}.example,Reader Number ${n},"{""city"": ""Town ${n % 997}"", ""since"": ${1990 + (n % 36)}}"\n`;
      if (!csv.write(row)) await new Promise<void>((resolve) => csv.once('drain', () => resolve()));
    }
    csv.end();
    await finished(csv);
    return await this.run(['subscribers', 'import', file]);
  }

  /** A new issue in the place of the one before, with a number of its own. */
  async newIssue(): Promise<number> {
    await rm(join(this.dir, 'issues', `${this.#issue}.md`), { force: true });
    this.#issue += 1;
    await writeFile(join(this.dir, 'issues', `${this.#issue}.md`), benchIssue(this.#issue));
    return this.#issue;
  }

  /** Runs a command to its end. */
  async run(args: string[], smtpUrl = ''): Promise<Ended> {
    const startedAt = performance.now();
    const child = this.spawn(args, smtpUrl);
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const stderr = collect(child);
    let used = 0;
    const pid = child.pid ?? 0;
    // The kernel forgets a process that ends: its last known figure is a few milliseconds short.
    const watch = setInterval(() => {
      used = latestOf(() => cpuMicros(pid), used);
    }, 20);
    const code = await new Promise((resolve) => child.once('close', resolve));
    clearInterval(watch);
    if (code !== 0) throw new Error(`pressrun ${args.join(' ')} ended with ${code}: ${stderr()}`);
    return { stdout, seconds: (performance.now() - startedAt) / 1000, cpuMicros: used };
  }

  spawn(args: string[], smtpUrl = '', nodeOptions: string[] = []): ChildProcess {
    return spawn(process.execPath, [...nodeOptions, MAIN, '--dir', this.dir, ...args], {
      env: { ...process.env, ...this.#env(), PRESSRUN_SMTP_URL: smtpUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  serve(service: 'web' | 'worker', smtpUrl = ''): ChildProcess {
    const { profile } = this.#options;
    const options = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    return this.spawn(['start', service], smtpUrl, options);
  }

  async remove(): Promise<void> {
    await this.#system?.close();
    for (const server of this.#servers) await server.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #yaml(): string {
    const { domain, selector } = DKIM;
    const { signed, durability, rate, archivedBefore } = this.#options;
    return `publication:
  name: The Bench
  slug: bench
  prefix: BN
  from: The Bench <editor@bench.example>
  url: http://127.0.0.1:9
  postalAddress: 1 Letter Lane, 12345 Posttown
http: {port: 0}
${archivedBefore === undefined ? '' : `archive: {before: ${archivedBefore}}\n`}smtp:
  connections: ${CONNECTIONS}
  messagesPerConnection: ${MESSAGES_PER_CONNECTION}
${rate === undefined ? '' : `  rate: ${rate}\n`}${durability === undefined ? '' : `redis: {durability: '${durability}'}\n`}${signed ? `dkim: {domain: ${domain}, selector: ${selector}, keyFile: dkim.pem}\n` : ''}`;
  }
}

/** A service of `pressrun start`, until it is ended. */
class Service {
  readonly #child: ChildProcess;
  protected readonly stderr: () => string;

  protected constructor(child: ChildProcess) {
    this.#child = child;
    this.stderr = collect(child);
  }

  protected async says(words: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#child.stderr?.on('data', () => {
        if (this.stderr().includes(words)) resolve();
      });
      this.#child.once('close', () => reject(new Error(`the service ended: ${this.stderr()}`)));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  peakMegabytes(): number {
    return peakMegabytes(this.pid);
  }

  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    await closed;
  }
}

export class Worker extends Service {
  static async start(publication: Publication, smtpUrl: string): Promise<Worker> {
    const worker = new Worker(publication.serve('worker', smtpUrl));
    await worker.says('worker is ready');
    return worker;
  }
}

/** The pages, on a port of their own. */
export class Web extends Service {
  /** Where they are. */
  url = '';

  static async start(publication: Publication): Promise<Web> {
    const web = new Web(publication.serve('web'));
    await web.says('web is ready');
    web.url = /web listens at (http:\/\/[\d.]+:\d+)/.exec(web.stderr())?.[1] ?? '';
    return web;
  }
}

/** Workers and Redis, from now on. */
export function pipelineMeter(publication: Publication, workers: readonly Worker[]): CpuMeter {
  return new CpuMeter([publication.redisPid, ...workers.map(({ pid }) => pid)]);
}

function collect(child: ChildProcess): () => string {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-20_000);
  });
  return () => stderr;
}

function latestOf(read: () => number, before: number): number {
  try {
    return read();
  } catch {
    return before;
  }
}
