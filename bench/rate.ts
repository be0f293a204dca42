/** Whether `smtp.rate` is kept: three workers send for well over half a minute, and the relay counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Helper } from './process.js';
import { Publication, Worker } from './publication.js';
import type { SinkReport } from './sink.js';
import { number, table } from './table.js';

const RATE = 100;
const WORKERS = 3;
const SECONDS = 40;
const WINDOW_SECONDS = 30;
/** Workers meet at first: the windows begin with the second second. */
const SETTLED_SECONDS = 1;

export interface RateKept {
  /** Messages a second that were set. */
  rate: number;
  workers: number;
  windowSeconds: number;
  /** Messages a second in the slowest and the fastest window. */
  slowest: number;
  fastest: number;
}

/** @param sink at the given port */
export async function keepRate(sink: Helper, port: number): Promise<RateKept> {
  const publication = new Publication({ rate: RATE });
  await publication.make();
  const url = `smtp://127.0.0.1:${port}`;
  const workers: Worker[] = [];
  try {
    await publication.importReaders(0, RATE * SECONDS);
    const issue = await publication.newIssue();
    for (let n = 0; n < WORKERS; n++) workers.push(await Worker.start(publication, url));
    await sink.ask({ latencyMs: 0 });
    await publication.run(['send', String(issue), '--yes', '--loopback'], url);
    while ((await publication.system.sends.get(issue))?.state !== 'finished') await sleep(100);
    const { report } = await sink.ask<{ report: SinkReport }>('report');
    if (report.messages !== RATE * SECONDS || report.duplicates > 0) {
      throw new Error(`not everybody once: ${JSON.stringify(report)}`);
    }
    const rates = ratesOf(report.tenths);
    const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)];
    return { rate: RATE, workers: WORKERS, windowSeconds: WINDOW_SECONDS, slowest, fastest };
  } finally {
    for (const worker of workers) await worker.end();
    await publication.remove();
  }
}

/** Messages a second in each window, moved by a tenth of a second at a time. */
export function ratesOf(tenths: readonly number[]): number[] {
  const length = WINDOW_SECONDS * 10;
  // The last tenth may be cut short by the end of the list.
  const windows = tenths.length - 1 - SETTLED_SECONDS * 10 - length + 1;
  return Array.from({ length: Math.max(0, windows) }, (_, n) => {
    const from = SETTLED_SECONDS * 10 + n;
    const messages = tenths.slice(from, from + length).reduce((sum, count) => sum + count, 0);
    return messages / WINDOW_SECONDS;
  });
}

export function rateTable({ rate, workers, windowSeconds, slowest, fastest }: RateKept): string {
  const deviation = (measured: number) => {
    const percent = (measured / rate - 1) * 100;
    return `${percent < 0 ? '' : '+'}${number(percent, 2)} %`;
  };
  return table([
    ['smtp.rate', 'workers', 'window s', 'slowest/s', 'fastest/s', 'deviation'],
    [
      ...[`${rate}`, `${workers}`, `${windowSeconds}`, number(slowest, 2), number(fastest, 2)],
      `${deviation(slowest)} … ${deviation(fastest)}`,
    ],
  ]);
}
