/**
 * The sweep: the ledger is the truth, the queue is only the clock. Whatever the queue lost (a job
 * that failed, was removed, or died with its Redis) is put back from the ledger.
 */
import { SHARDS } from '../redis/keys.js';
import { OPEN_STATES } from './moves.js';
import { type Enqueue, type FinishDependencies, finishIfDone } from './plan.js';
import type { SendRecord } from './send-record.js';
import type { BatchRef } from './types.js';

export interface SweepOptions extends FinishDependencies {
  enqueue: Enqueue;
  /** Job ids of batches that wait, run or are delayed, in all lanes. */
  liveJobs(): Promise<ReadonlySet<string>>;
  /** How long a doubt must have stood before policy has the message sent again: a late word may come. */
  doubtMs: number;
  jobId(batch: BatchRef): string;
  /** Puts the plan job of a send back unless it is there. */
  enqueuePlan(issue: number): Promise<void>;
  /** Puts the job that fires a scheduled send back unless it is there. */
  enqueueFire(record: SendRecord): Promise<void>;
  /** Puts the jobs that tell operators of a send back unless they are there. */
  enqueueNews(issue: number): Promise<void>;
  /** Makes a file of the ledger of an old send, if there is one too many. */
  putAway(records: readonly SendRecord[]): Promise<void>;
}

/** Mends every open send, and what nobody was told of any. One sweep runs at a time. */
export async function sweep(options: SweepOptions): Promise<void> {
  const records = await options.sends.list();
  for (const record of records) {
    if (record.untold) await options.enqueueNews(record.issue);
    if (!OPEN_STATES.includes(record.state)) continue;
    await options.sends.mendGates(record);
    if (record.state === 'scheduled') await options.enqueueFire(record);
    if (record.state === 'planning') await options.enqueuePlan(record.issue);
    if (record.state === 'sending') await mendSending(record, options);
  }
  await options.putAway(records);
}

async function mendSending(record: SendRecord, options: SweepOptions): Promise<void> {
  const { ledger, uncertain, doubtMs } = options;
  if (uncertain === 'resend') {
    await ledger.reassign(record.issue, 'resend', { before: Date.now() - doubtMs });
  }
  await requeueLost(record, options);
  await finishIfDone(record.issue, options);
}

async function requeueLost(record: SendRecord, options: SweepOptions): Promise<void> {
  const { ledger, enqueue, liveJobs, jobId } = options;
  const live = await liveJobs();
  for (const shard of SHARDS) {
    if (await ledger.isShardDone(record.issue, shard)) continue;
    // Only if absent: a server that lost its last moments may have forgotten the plan itself.
    await ledger.plan(record.issue, shard, record);
    const lost = (await ledger.unfinished(record.issue, shard)).filter(
      (batch) => !live.has(jobId(batch)),
    );
    const replaced = await Promise.all(lost.map((batch) => ledger.requeue(batch)));
    await enqueue(replaced.filter((batch) => batch !== undefined));
  }
}
