/**
 * A burst of one-clicks while an issue is on its way: 10,000 readers leave within a minute, as when a
 * mailbox provider lets all those leave at once who asked it to.
 *
 * The requests are sent at an even rate, whether or not those before were answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../src/message/tokens.js';
import type { BenchOptions } from './options.js';
import { CpuMeter, type Helper } from './process.js';
import { Publication, Web, Worker } from './publication.js';
import { askAtRate, percentile, type Request } from './requests.js';
import type { SinkReport } from './sink.js';
import { number, table } from './table.js';

const LEAVERS = 10_000;
const PER_SECOND = LEAVERS / 60;
/** So many that the send is still under way when the minute is over. */
const READERS_PER_LEAVER = 20;

export interface BurstFigures {
  readers: number;
  leavers: number;
  /** From the first request to the last answer. */
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the web process, a request. */
  cpuMicros: number;
  /** Messages a second while they left, and afterwards; 0 when all were mailed by then. */
  rateDuring: number;
  rateAfter: number;
  /** Who was mailed, and who had left before it was their turn. */
  accepted: number;
  skipped: number;
}

/** @throws Error when a request is not answered with 200, somebody has not left, or a sum is wrong */
export async function leaveInBurst(
  { recipients, profile }: BenchOptions,
  sink: Helper,
  port: number,
): Promise<BurstFigures> {
  const leavers = Math.min(LEAVERS, recipients);
  const publication = new Publication({ profile });
  await publication.make();
  const url = `smtp://127.0.0.1:${port}`;
  const services: (Worker | Web)[] = [];
  try {
    await publication.importReaders(0, leavers * READERS_PER_LEAVER);
    const issue = await publication.newIssue();
    const web = await Web.start(publication);
    services.push(web, await Worker.start(publication, url));
    const requests = oneClicks(publication, issue, leavers);
    await sink.ask({ latencyMs: 0 });
    const command = publication.run(['send', String(issue), '--yes', '--loopback'], url);
    const { sends, tally } = publication.system;
    while ((await sends.get(issue))?.planned !== true) await sleep(20);
    const meter = new CpuMeter([web.pid]);
    const startedAt = Date.now();
    const answers = await askAtRate(web.url, requests, PER_SECOND);
    const endedAt = Date.now();
    const cpuMicros = meter.usedMicros() / leavers;
    while ((await sends.get(issue))?.state !== 'finished') await sleep(50);
    await command;
    const { report } = await sink.ask<{ report: SinkReport }>('report');
    const { ledger } = await tally.counts(issue);
    const refused = answers.filter(({ status }) => status !== 200).length;
    const { unsubscribed } = await publication.system.audience.stats();
    const { ledger: counted } = await tally.recount(issue);
    const balances = ledger.accepted + ledger.skipped === leavers * READERS_PER_LEAVER;
    const agrees = JSON.stringify(counted) === JSON.stringify(ledger);
    const once = report.messages === ledger.accepted && report.duplicates === 0;
    if (refused > 0 || unsubscribed !== leavers || !balances || !agrees || !once) {
      throw new Error(
        `not as it must be: ${JSON.stringify({ refused, unsubscribed, ledger, counted, report })}`,
      );
    }
    const times = answers.map(({ ms }) => ms);
    return {
      ...{ readers: leavers * READERS_PER_LEAVER, leavers, cpuMicros },
      seconds: (endedAt - startedAt) / 1000,
      ...{ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) },
      rateDuring: rateBetween(report, startedAt, Math.min(endedAt, report.lastAt)),
      rateAfter: rateBetween(report, endedAt, report.lastAt),
      ...{ accepted: ledger.accepted, skipped: ledger.skipped },
    };
  } finally {
    for (const service of services.reverse()) await service.end();
    await publication.remove();
  }
}

/** Of readers all over the list. */
function oneClicks(publication: Publication, issue: number, leavers: number): Request[] {
  const { audience, config } = publication.system;
  const { slug } = config.publication;
  return Array.from({ length: leavers }, (_, at) => {
    const n = at * READERS_PER_LEAVER;
    const id = audience.idOf(`reader${n}@mail${n % 40}.example` as never);
    const token = signToken(config.keys.tokenKeys, { purpose: 'unsubscribe', id, issue }, slug);
    return {
      path: `/u/${token}`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    };
  });
}

/** Messages a second between two moments, epoch ms. */
function rateBetween({ firstAt, tenths }: SinkReport, from: number, to: number): number {
  const [first, last] = [from, to].map((at) => Math.max(0, Math.round((at - firstAt) / 100)));
  const counts = tenths.slice(first, last);
  return counts.reduce((sum, count) => sum + count, 0) / Math.max(0.1, counts.length / 10);
}

export function burstTable(figures: BurstFigures): string {
  const { readers, leavers, seconds, p50Ms, p99Ms, cpuMicros } = figures;
  const { rateDuring, rateAfter, accepted, skipped } = figures;
  return table([
    [
      ...['readers', 'left', 'in s', 'p50 ms', 'p99 ms', 'CPU µs/request'],
      ...['messages/s meanwhile', 'afterwards', 'mailed', 'skipped'],
    ],
    [
      ...[number(readers), number(leavers), number(seconds, 1), number(p50Ms, 1)],
      ...[number(p99Ms, 1), number(cpuMicros), number(rateDuring), number(rateAfter)],
      ...[number(accepted), number(skipped)],
    ],
  ]);
}
