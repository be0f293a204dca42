/**
 * What this process has claimed and settled lately, kept for a server that forgets its last moments:
 * one that wrote its file once a second and was killed, or a replica that was promoted before it had
 * everything. Pure.
 */
import type { Edition } from '../issue/editions.js';
import type { Claimed, OpenBatch, Settlement } from './types.js';

/** The last that a worker knows of one recipient. */
export interface Remembered {
  batch: BatchMark;
  position: number;
  tail: string;
  attempt: number;
  edition: Edition;
  /** Epoch ms. */
  at: number;
  /** undefined while the message is in flight. */
  outcome: Settlement['outcome'] | undefined;
}

/** One object for all rows of a batch: there can be a hundred thousand rows. */
interface BatchMark {
  first: number;
  epoch: number;
  revision: number;
}

const ACCEPTED = { kind: 'accepted' } as const;

interface Shelf {
  issue: number;
  /** By position, the oldest first. */
  rows: Map<number, Remembered>;
}

export interface Memory {
  /** The server has just granted them. */
  claimed(batch: OpenBatch, claimed: readonly Claimed[], at: number): void;
  /** It is about to be told. */
  settled(batch: OpenBatch, settlements: readonly Settlement[], at: number): void;
  /**
   * The server took something of this shard just now (epoch ms). Only this lets memory go: however
   * long a server is away, its last moments before stay known.
   */
  answered(shard: string, at: number): void;
  /** What is remembered of a shard, by issue, each oldest first. */
  ofShard(shard: string): { issue: number; rows: Remembered[] }[];
  /** Counts the changes of a shard's memory. */
  changes(shard: string): number;
  /** All that is remembered of a shard was said to its server anew (epoch ms). */
  said(shard: string, at: number): void;
  /** A shard with entries, all of them written, and said anew, before this time (epoch ms). */
  quietSince(before: number): string | undefined;
  /** Drops what is older than this time (epoch ms) and has its outcome. */
  forget(shard: string, before: number): void;
}

/** @param keptMs how far back a shard's memory goes from the last that its server answered */
export function createMemory(keptMs: number): Memory {
  const shelves = new Map<string, Shelf[]>();
  const changes = new Map<string, number>();
  const newest = new Map<string, number>();
  const marks = new WeakMap<OpenBatch, BatchMark>();

  const markOf = (batch: OpenBatch): BatchMark => {
    const { ref, epoch, revision } = batch;
    const mark = marks.get(batch) ?? { first: ref.first, epoch, revision };
    marks.set(batch, mark);
    return mark;
  };

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
    newest.set(shard, row.at);
  };
  const answered = (shard: string, at: number): void => {
    for (const { rows } of shelves.get(shard) ?? []) dropFrom(rows, at - keptMs);
  };

  return {
    claimed(batch, claimed, at) {
      const { shard, issue } = batch.ref;
      const mark = markOf(batch);
      for (const { recipient, position, attempt, edition } of claimed) {
        const tail = recipient.id.slice(shard.length);
        const row = { batch: mark, position, tail, attempt, edition, at, outcome: undefined };
        keep(shard, issue, row);
      }
      answered(shard, at);
    },

    settled({ ref }, settlements, at) {
      for (const { position, attempt, outcome: given } of settlements) {
        const known = shelfOf(ref.shard, ref.issue).rows.get(position);
        if (known?.attempt !== attempt) continue;
        known.outcome = given.kind === 'accepted' ? ACCEPTED : given;
        known.at = at;
        keep(ref.shard, ref.issue, known);
      }
    },

    answered,

    ofShard: (shard) =>
      (shelves.get(shard) ?? []).map(({ issue, rows }) => ({ issue, rows: [...rows.values()] })),

    changes: (shard) => changes.get(shard) ?? 0,

    said(shard, at) {
      if (newest.has(shard)) newest.set(shard, at);
    },

    quietSince(before) {
      for (const [shard, at] of newest) if (at < before) return shard;
      return undefined;
    },

    forget(shard, before) {
      const known = shelves.get(shard) ?? [];
      for (const { rows } of known) dropFrom(rows, before);
      const left = known.filter(({ rows }) => rows.size > 0);
      if (left.length > 0) shelves.set(shard, left);
      else shelves.delete(shard);
      // What is left is in flight, and speaks up when it ends.
      newest.delete(shard);
    },
  };
}

/** @param rows the oldest first */
function dropFrom(rows: Map<number, Remembered>, before: number): void {
  for (const [position, { at, outcome }] of rows) {
    if (at >= before) break;
    // Its outcome is still to come, however long the relay takes.
    if (outcome !== undefined) rows.delete(position);
  }
}
