/**
 * What this process has claimed and settled lately, kept for a server that forgets its last moments:
 * one that wrote its file once a second and was killed, or a replica that was promoted before it had
 * everything. Pure.
 */
import type { Claimed, OpenBatch, Settlement } from './types.js';

/** The last that a worker knows of one recipient. */
export interface Remembered {
  /** Of the batch. */
  first: number;
  epoch: number;
  revision: number;
  position: number;
  tail: string;
  attempt: number;
  /** Epoch ms. */
  at: number;
  /** undefined while the message is in flight. */
  outcome: Settlement['outcome'] | undefined;
}

/**
 * How far back a shard's memory goes from its newest entry. Writing once a second forgets two
 * seconds at most, a master cut off from its cluster goes on for cluster-node-timeout (15 s).
 */
const KEPT_MS = 30_000;

interface Shelf {
  issue: number;
  /** By position, the oldest first. */
  rows: Map<number, Remembered>;
}

export interface Memory {
  claimed(batch: OpenBatch, claimed: readonly Claimed[], at: number): void;
  settled(batch: OpenBatch, settlements: readonly Settlement[], at: number): void;
  /** What is remembered of a shard, by issue, each oldest first. */
  ofShard(shard: string): { issue: number; rows: Remembered[] }[];
  /** Counts the changes of a shard's memory. */
  changes(shard: string): number;
}

export function createMemory(): Memory {
  const shelves = new Map<string, Shelf[]>();
  const changes = new Map<string, number>();

  const shelfOf = (shard: string, issue: number): Shelf => {
    const known = shelves.get(shard) ?? [];
    shelves.set(shard, known);
    const found = known.find((shelf) => shelf.issue === issue);
    if (found) return found;
    const made = { issue, rows: new Map() };
    known.push(made);
    return made;
  };
  const keep = (shard: string, issue: number, row: Remembered): void => {
    const { rows } = shelfOf(shard, issue);
    // Taken out first: the newest stands last.
    rows.delete(row.position);
    rows.set(row.position, row);
    changes.set(shard, (changes.get(shard) ?? 0) + 1);
    for (const [position, { at, outcome }] of rows) {
      if (at >= row.at - KEPT_MS) break;
      // Its outcome is still to come, however long the relay takes.
      if (outcome !== undefined) rows.delete(position);
    }
  };

  return {
    claimed({ ref, epoch, revision }, claimed, at) {
      for (const { position, attempt, recipient } of claimed) {
        const tail = recipient.id.slice(ref.shard.length);
        const { first } = ref;
        keep(ref.shard, ref.issue, {
          ...{ first, epoch, revision, position, tail, attempt, at, outcome: undefined },
        });
      }
    },

    settled({ ref }, settlements, at) {
      for (const { position, attempt, outcome } of settlements) {
        const known = shelfOf(ref.shard, ref.issue).rows.get(position);
        if (known?.attempt !== attempt) continue;
        keep(ref.shard, ref.issue, { ...known, outcome, at });
      }
    },

    ofShard: (shard) =>
      (shelves.get(shard) ?? []).map(({ issue, rows }) => ({ issue, rows: [...rows.values()] })),

    changes: (shard) => changes.get(shard) ?? 0,
  };
}
