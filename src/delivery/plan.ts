/** Planning: the audience of this moment goes into the ledger, shard by shard, and to the queue. */
import type { Config } from '../config/types.js';
import { SHARDS } from '../redis/keys.js';
import type { JobResult } from './deliver.js';
import type { LedgerStore } from './ledger.js';
import { GIVEN_UP_IN } from './moves.js';
import type { SendRecord } from './send-record.js';
import type { Sends } from './sends.js';
import type { BatchRef } from './types.js';

/** Puts batches in the queue; adding one that is there already changes nothing. */
export type Enqueue = (batches: readonly BatchRef[]) => Promise<void>;

export interface PlanOptions {
  enqueue: Enqueue;
  /** Aborted when this worker stops: another one goes on with the next shard. */
  stopping: AbortSignal;
}

/**
 * Plans every shard that is not planned yet and enqueues its batches at once, so that the first
 * message leaves while the rest is still being planned. Safe to run again after a crash: planned
 * shards keep their rows, and their batches are enqueued once more under the same job ids.
 */
export async function planSend(
  record: SendRecord,
  deps: FinishDependencies & PlanOptions,
): Promise<JobResult> {
  const { ledger, sends, enqueue, stopping } = deps;
  for (const shard of SHARDS) {
    if (stopping.aborted) return { kind: 'give-back' };
    const now = await sends.get(record.issue);
    // Paused, halted or cancelled in the middle: the shard planned last may have missed the shutting.
    if (now?.state !== 'planning') {
      if (now) await sends.mendGates(now);
      return { kind: 'done' };
    }
    const planned = await ledger.plan(record.issue, shard, now);
    if (planned > 0) await enqueue(await ledger.unfinished(record.issue, shard));
  }
  await sends.planned(record.issue);
  await finishIfDone(record.issue, deps);
  await giveUpOlder(record.issue, deps);
  return { kind: 'done' };
}

/** Nobody wants last week's issue after this week's: whoever an older send still defers is given up. */
async function giveUpOlder(issue: number, deps: FinishDependencies): Promise<void> {
  for (const older of await deps.sends.list()) {
    if (older.issue >= issue || !GIVEN_UP_IN.includes(older.state)) continue;
    await deps.ledger.reassign(older.issue, 'expire');
    await finishIfDone(older.issue, deps);
  }
}

export interface FinishDependencies {
  ledger: LedgerStore;
  sends: Sends;
  /** What becomes of people in doubt, see delivery.uncertain. */
  uncertain: Config['delivery']['uncertain'];
}

/** Ends a send when nobody is deferred or remaining in any shard, nor about to be mailed again. */
export async function finishIfDone(
  issue: number,
  { ledger, sends, uncertain }: FinishDependencies,
): Promise<void> {
  const shardsDone = await Promise.all(SHARDS.map((shard) => ledger.isShardDone(issue, shard)));
  if (!shardsDone.every((done) => done)) return;
  if (uncertain === 'resend' && (await awaitsResend(issue, ledger))) return;
  await sends.finish(issue);
}

/** Whether policy will mail somebody in doubt again: nothing is old enough for the epoch's start. */
async function awaitsResend(issue: number, ledger: LedgerStore): Promise<boolean> {
  return (await ledger.reassign(issue, 'resend', { before: 0 })).fresh > 0;
}
