/** Between the ledger's scripts and its types: what goes into their arguments and comes out of their replies. */
import { randomUUID } from 'node:crypto';
import type { Keys } from '../redis/keys.js';
import { TAIL_LENGTH } from '../redis/keys.js';
import { type Replicated, runReplicated } from '../redis/replicas.js';
import type { RedisClient, Script } from '../redis/scripts.js';
import {
  type BatchRef,
  type Claimed,
  type ClaimReply,
  type OpenBatch,
  RECIPIENT_STATE,
  type Settlement,
  type Waiting,
} from './types.js';

/** Result, epoch, revision, since (epoch ms), tails, state bytes, then offset and due (epoch ms) of the deferred. */
export type OpenReply = [string, number, string, string, string, string, ...number[]];

export function openBatch(
  ref: BatchRef,
  [, epoch, revision, since, tails, states, ...due]: OpenReply,
): OpenBatch {
  const dueAt = new Map<number, number>();
  for (let i = 0; i < due.length; i += 2) dueAt.set(due[i] ?? 0, due[i + 1] ?? 0);
  const waiting: Waiting[] = [];
  for (const [offset, state] of [...states].entries()) {
    if (state !== RECIPIENT_STATE.pending && state !== RECIPIENT_STATE.deferred) continue;
    const tail = tails.slice(offset * TAIL_LENGTH, (offset + 1) * TAIL_LENGTH);
    waiting.push({ position: ref.first + offset, tail, dueAt: dueAt.get(offset) ?? 0 });
  }
  return { ref, epoch, revision: Number(revision), since: Number(since), waiting };
}

export async function claim(
  redis: RedisClient,
  keys: Keys,
  { script, replicas }: { script: Script; replicas: number },
  { ref, epoch, revision }: OpenBatch,
  who: readonly Waiting[],
  settlements: readonly Settlement[],
): Promise<ClaimReply> {
  const shard = keys.shard(ref.shard);
  const { meta, state, info, texts } = shard.ledger(ref.issue);
  const { reply, copies } = await run(
    { script, replicas },
    redis,
    [meta, state, info, texts, shard.suppressed, ...who.map(({ tail }) => shard.subscriber(tail))],
    [
      ref.first,
      epoch,
      revision,
      // A reply can be lost and the command re-sent by the client: the same request must be granted
      // the same people, another one none of them.
      randomUUID(),
      Date.now(),
      settlements.length,
      ...settlements.flatMap(settleArguments),
      ...who.flatMap(({ position, tail }) => [position, tail]),
    ],
  );
  const [kind, ...fields] = reply as ['ok' | 'shut' | 'stale' | 'revised', ...(string | number)[]];
  if (kind !== 'ok') return { kind };
  const claimed = claimedOf(ref.shard, who, fields);
  if (copies < replicas) return { kind: 'uncopied', claimed, copies, replicas };
  return { kind: 'claimed', claimed };
}

/** @param fields seven for each one claimed, in the order of `who`; whoever was skipped is left out */
function claimedOf(
  shard: string,
  who: readonly Waiting[],
  fields: readonly (string | number)[],
): Claimed[] {
  const claimed: Claimed[] = [];
  let at = 0;
  for (const { position, tail } of who) {
    if (fields[at] !== position) continue;
    const attributes = fields[at + 4];
    claimed.push({
      position,
      attempt: Number(fields[at + 1]),
      failing: fields[at + 5] === 1,
      edition: fields[at + 6] === 1 ? 'highlights' : 'full',
      recipient: {
        id: shard + tail,
        address: String(fields[at + 2]),
        name: String(fields[at + 3]),
        attributes: attributes === '' ? {} : JSON.parse(String(attributes)),
      },
    });
    at += 7;
  }
  return claimed;
}

async function run(
  { script, replicas }: { script: Script; replicas: number },
  ...[redis, keys, args]: Parameters<Script['run']>
): Promise<Replicated> {
  if (replicas > 0) return await runReplicated(script, redis, keys, args, replicas);
  return { reply: await script.run(redis, keys, args), copies: 0 };
}

export function settleArguments({ position, attempt, outcome }: Settlement): (string | number)[] {
  switch (outcome.kind) {
    case 'accepted':
      return [position, attempt, RECIPIENT_STATE.accepted, 0, '', ''];
    case 'deferred':
      return [
        position,
        attempt,
        RECIPIENT_STATE.deferred,
        outcome.dueAt,
        outcome.class,
        outcome.words,
      ];
    case 'rejected':
      return [position, attempt, RECIPIENT_STATE.rejected, 0, outcome.class, outcome.words];
    case 'uncertain':
      return [position, attempt, RECIPIENT_STATE.uncertain, 0, 'connection-lost', outcome.words];
    case 'returned':
      return [position, attempt, '-', 0, '', ''];
  }
}
