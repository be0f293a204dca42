/** Planning: the audience of this moment goes into the ledger, shard by shard, and to the queue. */
import { SHARDS } from '../redis/keys.js';
import type { BatchRef, LedgerStore } from './ledger.js';
import type { SendRecord, Sends } from './sends.js';

/** Puts batches in the queue; adding one that is there already changes nothing. */
export type Enqueue = (batches: readonly BatchRef[]) => Promise<void>;

/**
 * Plans every shard that is not planned yet and enqueues its batches at once, so that the first
 * message leaves while the rest is still being planned. Safe to run again after a crash: planned
 * shards keep their rows, and their batches are enqueued once more under the same job ids.
 */
export async function planSend(
  record: SendRecord,
  { ledger, sends, enqueue }: { ledger: LedgerStore; sends: Sends; enqueue: Enqueue },
): Promise<void> {
  for (const shard of SHARDS) {
    const now = await sends.get(record.issue);
    // Paused, halted or cancelled in the middle: the shard planned last may have missed the shutting.
    if (now?.state !== 'planning') return now && (await sends.mendGates(now));
    const { createdAt: startedAt, step } = now;
    const planned = await ledger.plan(record.issue, shard, { startedAt, step });
    if (planned > 0) await enqueue(await ledger.unfinished(record.issue, shard));
  }
  await sends.planned(record.issue);
  await finishIfDone(record.issue, { ledger, sends });
}

/** Ends a send when nobody is deferred or remaining in any shard. */
export async function finishIfDone(
  issue: number,
  { ledger, sends }: { ledger: LedgerStore; sends: Sends },
): Promise<void> {
  const shardsDone = await Promise.all(SHARDS.map((shard) => ledger.isShardDone(issue, shard)));
  if (shardsDone.every((done) => done)) await sends.finish(issue);
}
