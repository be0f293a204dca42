/** How time and memory grow with the list: import, plan, first message, the whole send. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CpuMeter, type Helper, peakMegabytes } from './process.js';
import { Publication, pipelineMeter, Worker } from './publication.js';
import type { SinkReport } from './sink.js';

export interface Growth {
  subscribers: number;
  importRowsPerSecond: number;
  bytesPerSubscriber: number;
  /** From the start of the `send` command, its own start included. */
  firstMessageSeconds: number;
  /** From the moment the send was recorded, its content frozen. */
  firstMessageAfterFreezeSeconds: number;
  plannedSeconds: number;
  deliveredSeconds: number;
  messagesPerSecond: number;
  /** Workers and Redis, a message. */
  cpuMicros: number;
  bytesPerRecipient: number;
  workerPeakMegabytes: number;
  redisPeakMegabytes: number;
}

/** @param sink at the given port */
export async function growTo(subscribers: number, sink: Helper, port: number): Promise<Growth> {
  const publication = new Publication();
  await publication.make();
  try {
    const empty = await publication.redisBytes();
    const imported = await publication.importReaders(0, subscribers);
    const listed = await publication.redisBytes();
    const sent = await deliver(publication, subscribers, sink, `smtp://127.0.0.1:${port}`);
    return {
      subscribers,
      importRowsPerSecond: subscribers / imported.seconds,
      bytesPerSubscriber: (listed - empty) / subscribers,
      ...sent,
      bytesPerRecipient: ((await publication.redisBytes()) - listed) / subscribers,
      redisPeakMegabytes: peakMegabytes(publication.redisPid),
    };
  } finally {
    await publication.remove();
  }
}

async function deliver(publication: Publication, subscribers: number, sink: Helper, url: string) {
  const { sends, tally } = publication.system;
  const issue = await publication.newIssue();
  const worker = await Worker.start(publication, url);
  try {
    await sink.ask({ latencyMs: 0 });
    const meter: CpuMeter = pipelineMeter(publication, [worker]);
    const startedAt = Date.now();
    const command = publication.run(['send', String(issue), '--yes', '--loopback'], url);
    let plannedAt = 0;
    for (;;) {
      const record = await sends.get(issue);
      if (record?.planned && plannedAt === 0) plannedAt = Date.now();
      if (record?.state === 'finished') break;
      await sleep(50);
    }
    await command;
    const { report } = await sink.ask<{ report: SinkReport }>('report');
    const { ledger } = await tally.counts(issue);
    if (
      ledger.accepted !== subscribers ||
      report.messages !== subscribers ||
      report.duplicates > 0
    ) {
      throw new Error(`not everybody once: ${JSON.stringify({ ledger, report })}`);
    }
    const { createdAt = startedAt } = (await sends.get(issue)) ?? {};
    return {
      firstMessageSeconds: (report.firstAt - startedAt) / 1000,
      firstMessageAfterFreezeSeconds: (report.firstAt - createdAt) / 1000,
      plannedSeconds: (plannedAt - startedAt) / 1000,
      deliveredSeconds: (report.lastAt - startedAt) / 1000,
      messagesPerSecond: subscribers / ((report.lastAt - report.firstAt) / 1000),
      cpuMicros: meter.usedMicros() / subscribers,
      workerPeakMegabytes: worker.peakMegabytes(),
    };
  } finally {
    await worker.end();
  }
}
