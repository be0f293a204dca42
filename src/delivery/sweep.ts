/**
 * The sweep: the ledger is the truth, the queue is only the clock. Whatever the queue lost (a job
 * that failed, was removed, or died with its Redis) is put back from the ledger.
 */
import { SHARDS } from '../redis/keys.js';
import type { BatchRef, LedgerStore } from './ledger.js';
import { type Enqueue, finishIfDone } from './plan.js';
import { OPEN_STATES, type SendRecord, type Sends } from './sends.js';

export interface SweepOptions {
  ledger: LedgerStore;
  sends: Sends;
  enqueue: Enqueue;
  /** Job ids of batches that wait, run or are delayed. */
  liveJobs(): Promise<ReadonlySet<string>>;
  jobId(batch: BatchRef): string;
  /** Puts the plan job of a send back unless it is there. */
  enqueuePlan(issue: number): Promise<void>;
}

/** Mends every open send. One sweep runs at a time. */
export async function sweep(options: SweepOptions): Promise<void> {
  for (const record of await options.sends.list()) {
    if (!OPEN_STATES.includes(record.state)) continue;
    await options.sends.mendGates(record);
    if (record.state === 'planning') await options.enqueuePlan(record.issue);
    if (record.state === 'sending') await requeueLost(record, options);
  }
}

async function requeueLost(record: SendRecord, options: SweepOptions): Promise<void> {
  const { ledger, sends, enqueue, liveJobs, jobId } = options;
  const live = await liveJobs();
  for (const shard of SHARDS) {
    if (await ledger.isShardDone(record.issue, shard)) continue;
    const lost = (await ledger.unfinished(record.issue, shard)).filter(
      (batch) => !live.has(jobId(batch)),
    );
    const replaced = await Promise.all(lost.map((batch) => ledger.requeue(batch)));
    await enqueue(replaced.filter((batch) => batch !== undefined));
  }
  await finishIfDone(record.issue, { ledger, sends });
}
