/**
 * What becomes of the audience after a restore: its books are made to agree again, and what changed
 * since the backup is done again.
 */
import { type Keys, SHARDS } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { Audience } from './store.js';
import type { SuppressionReason } from './types.js';

/** Records were read one by one while people came and went: sets and counts are made from them. */
export async function reindexAudience(redis: RedisClient, keys: Keys): Promise<void> {
  const reindex = loadScript('audience', 'reindex');
  for (const name of SHARDS) {
    const { mailable, unmailable, suppressed, counts, subscriberPrefix } = keys.shard(name);
    await reindex.run(redis, [mailable, unmailable, suppressed, counts], [subscriberPrefix]);
  }
}

/** One change since the backup. */
export interface AudienceChange {
  id: string;
  kind: 'left' | 'suppressed' | 'erased';
  /** How they left, or why they are suppressed. */
  word: string;
  /** Epoch ms. */
  at: number;
}

/** What {@link repeatChanges} did. */
export interface RepeatedChanges {
  left: number;
  suppressed: number;
  erased: number;
}

/** Changes done at a time; those about one person are done in order. */
const GROUP = 500;

/** Does changes again; whoever is not on the list any more is kept off it all the same. */
export async function repeatChanges(
  audience: Audience,
  changes: readonly AudienceChange[],
): Promise<RepeatedChanges> {
  const done: RepeatedChanges = { left: 0, suppressed: 0, erased: 0 };
  for (const group of groupsWithoutRepeats(changes)) {
    await Promise.all(group.map((change) => repeat(audience, change, done)));
  }
  return done;
}

async function repeat(
  audience: Audience,
  { id, kind, word, at }: AudienceChange,
  done: RepeatedChanges,
): Promise<void> {
  const when = { at: Math.floor(at / 1000) };
  switch (kind) {
    case 'left':
      if ((await audience.unsubscribe(id, when)).kind === 'left') done.left += 1;
      return;
    case 'erased':
      if (await audience.erase(id, when)) done.erased += 1;
      return;
    case 'suppressed':
      if (await audience.suppress(id, word as SuppressionReason, when)) done.suppressed += 1;
  }
}

function* groupsWithoutRepeats(
  changes: readonly AudienceChange[],
): Generator<readonly AudienceChange[]> {
  let group: AudienceChange[] = [];
  let ids = new Set<string>();
  for (const change of changes) {
    if (group.length === GROUP || ids.has(change.id)) {
      yield group;
      group = [];
      ids = new Set();
    }
    group.push(change);
    ids.add(change.id);
  }
  yield group;
}
