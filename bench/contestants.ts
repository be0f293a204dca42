/** Who runs, and one run of each. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Durability } from '../src/config/types.js';
import type { NodemailerOrder, NodemailerReport } from './nodemailer.js';
import { CpuMeter, cpuMicros, Helper, peakMegabytes } from './process.js';
import { CONNECTIONS, type Publication, pipelineMeter, SECRET, Worker } from './publication.js';
import type { SinkReport } from './sink.js';

export interface Contestant {
  name: string;
  kind: 'pressrun' | 'compose' | 'raw' | 'smtp-source';
  signed: boolean;
  latencyMs: 0 | 50;
  workers: 1 | 2;
  /** Of a Redis server of its own; undefined: the embedded one at its default. */
  durability?: Durability;
  /** Of `--recipients`: who is slow, or on a slow line, sends fewer. */
  share: number;
}

export interface RunFigures {
  messages: number;
  seconds: number;
  messagesPerSecond: number;
  /** Of all processes that count, a message: workers and Redis; or the contestant's own. */
  cpuMicros: number;
  /** Of which Redis. */
  redisMicros?: number;
  /** What `pressrun send` itself used, once a send: start, rendering, freezing. */
  sendCommandSeconds?: number;
  /** Of the largest process. */
  peakMegabytes: number;
  /** What the sink used a message, and its share of one core: near 1 it was the limit. */
  sinkMicros: number;
  sinkShare: number;
  /** Bytes of a message as the sink got it. */
  messageBytes: number;
}

/** About what pressrun's messages have (the table shows both), so that smtp-source sends as much. */
const MESSAGE_BYTES = 98_000;

const contestant = (name: string, more: Partial<Contestant> = {}): Contestant => ({
  ...{ name, kind: 'pressrun', signed: false, latencyMs: 0, workers: 1, share: 1 },
  ...more,
});

const DURABILITIES: readonly Durability[] = ['always', 'everysec', 'replicas:1'];

export const CONTESTANTS: readonly Contestant[] = [
  contestant('pressrun'),
  contestant('pressrun, two workers', { workers: 2 }),
  contestant('nodemailer composing', { kind: 'compose', share: 0.1 }),
  contestant('nodemailer raw buffer', { kind: 'raw', share: 0.25 }),
  contestant('smtp-source', { kind: 'smtp-source' }),
  contestant('pressrun, signed', { signed: true, share: 0.5 }),
  contestant('pressrun, signed, two workers', { signed: true, workers: 2, share: 0.5 }),
  contestant('nodemailer composing, signed', { kind: 'compose', signed: true, share: 0.1 }),
  ...DURABILITIES.map((durability) =>
    contestant(`pressrun, durability ${durability}`, { durability, share: 0.5 }),
  ),
  contestant('pressrun, 50 ms', { latencyMs: 50, share: 0.1 }),
  contestant('nodemailer composing, 50 ms', { kind: 'compose', latencyMs: 50, share: 0.05 }),
  contestant('nodemailer raw buffer, 50 ms', { kind: 'raw', latencyMs: 50, share: 0.05 }),
  contestant('smtp-source, 50 ms', { kind: 'smtp-source', latencyMs: 50, share: 0.05 }),
];

export interface Arena {
  sink: Helper;
  port: number;
  /** The publication made for a contestant: it signs or not, its list has as many as are sent. */
  publication(contestant: Contestant): Publication;
}

/** @param messages of this run */
export async function runOnce(
  one: Contestant,
  arena: Arena,
  messages: number,
): Promise<RunFigures> {
  if (one.kind === 'pressrun') return await runPressrun(one, arena, messages);
  if (one.kind === 'smtp-source') return await runSmtpSource(one, arena, messages);
  return await runNodemailer(one, arena, messages, one.kind);
}

/** Where Postfix's load generator is; undefined: nowhere. */
export function smtpSource(): string | undefined {
  const copy = join(import.meta.dirname, '../.tools/postfix/bin/smtp-source');
  if (existsSync(copy)) return copy;
  const found = spawnSync('sh', ['-c', 'command -v smtp-source'], { encoding: 'utf8' });
  const onPath = ['/usr/sbin/smtp-source', found.stdout.trim()];
  return onPath.find((path) => path !== '' && existsSync(path));
}

async function runPressrun(one: Contestant, arena: Arena, messages: number): Promise<RunFigures> {
  const { sink, port } = arena;
  const publication = arena.publication(one);
  const { tally, sends } = publication.system;
  const url = `smtp://127.0.0.1:${port}`;
  const issue = await publication.newIssue();
  const workers: Worker[] = [];
  for (let n = 0; n < one.workers; n++) workers.push(await Worker.start(publication, url));
  try {
    await sink.ask({ latencyMs: one.latencyMs });
    const meter = pipelineMeter(publication, workers);
    const redis = new CpuMeter([publication.redisPid]);
    const command = await publication.run(['send', String(issue), '--yes', '--loopback'], url);
    while ((await sends.get(issue))?.state !== 'finished') await sleep(50);
    const used = { cpuMicros: meter.usedMicros(), redisMicros: redis.usedMicros() };
    const report = await reportOf(sink, messages);
    const { ledger } = await tally.counts(issue);
    if (ledger.accepted !== messages) {
      throw new Error(`${ledger.accepted} of ${messages} accepted: ${JSON.stringify(ledger)}`);
    }
    return {
      ...figures(report, (report.lastAt - report.firstAt) / 1000, used.cpuMicros),
      redisMicros: used.redisMicros / messages,
      sendCommandSeconds: command.cpuMicros / 1e6,
      peakMegabytes: Math.max(...workers.map((worker) => worker.peakMegabytes())),
    };
  } finally {
    for (const worker of workers) await worker.end();
  }
}

async function runNodemailer(
  one: Contestant,
  arena: Arena,
  messages: number,
  way: NodemailerOrder['way'],
): Promise<RunFigures> {
  const { sink, port } = arena;
  const { dir, keyFile } = arena.publication(one);
  const issue = await arena.publication(one).newIssue();
  const helper = new Helper('nodemailer');
  try {
    await sink.ask({ latencyMs: one.latencyMs });
    const signing = one.signed ? { keyFile } : {};
    await helper.ask({ ...{ dir, secret: SECRET, issue, port, messages, way }, ...signing });
    await sink.ask({ latencyMs: one.latencyMs });
    const { report } = await helper.ask<{ report: NodemailerReport }>('go');
    const { seconds, cpuMicros: used } = report;
    const sunk = await reportOf(sink, messages);
    return { ...figures(sunk, seconds, used), peakMegabytes: report.peakMegabytes };
  } finally {
    await helper.end();
  }
}

async function runSmtpSource(
  one: Contestant,
  { sink, port }: Arena,
  messages: number,
): Promise<RunFigures> {
  const program = smtpSource() ?? 'smtp-source';
  await sink.ask({ latencyMs: one.latencyMs });
  const from = ['-f', 'editor@bench.example', '-t', 'reader@mail0.example'];
  const load = ['-d', '-s', `${CONNECTIONS}`, '-m', `${messages}`, '-l', `${MESSAGE_BYTES}`];
  const startedAt = performance.now();
  const child = spawn(program, [...load, ...from, `inet:127.0.0.1:${port}`], { stdio: 'inherit' });
  const pid = child.pid ?? 0;
  const latest = { cpu: 0, peak: 0 };
  const watch = setInterval(() => {
    try {
      Object.assign(latest, { cpu: cpuMicros(pid), peak: peakMegabytes(pid) });
    } catch {
      // It has just ended.
    }
  }, 10);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const report = await reportOf(sink, messages, { sameRecipient: true });
  return { ...figures(report, seconds, latest.cpu), peakMegabytes: latest.peak };
}

async function reportOf(
  sink: Helper,
  messages: number,
  { sameRecipient = false } = {},
): Promise<SinkReport> {
  const { report } = await sink.ask<{ report: SinkReport }>('report');
  const wrong = report.messages !== messages || (report.duplicates > 0 && !sameRecipient);
  if (wrong)
    throw new Error(`the sink did not get ${messages} messages: ${JSON.stringify(report)}`);
  return report;
}

function figures(report: SinkReport, seconds: number, usedMicros: number) {
  const { messages, bytes } = report;
  return {
    messages,
    seconds,
    messagesPerSecond: messages / seconds,
    cpuMicros: usedMicros / messages,
    sinkMicros: report.cpuMicros / messages,
    sinkShare: report.cpuMicros / 1e6 / seconds,
    messageBytes: Math.round(bytes / messages),
  };
}
