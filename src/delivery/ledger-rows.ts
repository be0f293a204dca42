/**
 * How a recipient's row and a shard's runs are written: what lua/row.lua packs, read back. Pure.
 *
 * info, 5 bytes a recipient: attempts (4 bits, 15 means 15 or more), resent (1), revision − 1 (3);
 * edition (1 bit) and
 * seconds after the start of the send (23): of the last change, or when a deferred one is due; index
 * into texts (1).
 */
import type { Edition } from '../issue/editions.js';
import { RECIPIENT_STATE } from './types.js';

export const INFO_LENGTH = 5;

/** Revisions one send can have: three bits of a row. */
export const MOST_REVISIONS = 8;

const HIGHLIGHTS_BIT = 1 << 23;

export interface RowInfo {
  attempts: number;
  /** Whether an operator's word (or policy) had this person mailed again after a doubt. */
  resent: boolean;
  /** What the last attempt sent, from 1; without meaning before the first. */
  revision: number;
  /** What the last claim gave out. */
  edition: Edition;
  /** After the start of the send. */
  seconds: number;
  /** 0: no text. */
  text: number;
}

/** @param bytes the 5 of one row, from {@link INFO_LENGTH} × position */
export function readInfo(bytes: Buffer, position = 0): RowInfo {
  const at = position * INFO_LENGTH;
  const packed = bytes[at] ?? 0;
  const timed = bytes.readUIntBE(at + 1, 3);
  return {
    attempts: packed >> 4,
    resent: (packed & 8) !== 0,
    revision: (packed & 7) + 1,
    edition: timed >= HIGHLIGHTS_BIT ? 'highlights' : 'full',
    seconds: timed % HIGHLIGHTS_BIT,
    text: bytes[at + 4] ?? 0,
  };
}

/** Positions planned together for one lane; a batch never crosses their ends. */
export interface Run {
  lane: string;
  first: number;
  count: number;
}

/** A part of a run that one job works on. */
export interface Part {
  lane: string;
  first: number;
  count: number;
}

const LEFT = new RegExp(
  `[${RECIPIENT_STATE.pending}${RECIPIENT_STATE.claimed}${RECIPIENT_STATE.deferred}]`,
);

/** @param text "lane first count" of each run, blank between all */
export function parseRuns(text: string): Run[] {
  const words = text.split(' ');
  const runs: Run[] = [];
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [lane = '', first, count] = words.slice(at, at + 3);
    runs.push({ lane, first: Number(first), count: Number(count) });
  }
  return runs;
}

/** The batches, of at most `size` positions, in which somebody is left to be mailed. */
export function unfinishedParts(runs: readonly Run[], size: number, states: string): Part[] {
  return runs.flatMap(({ lane, first, count }) => {
    const parts: Part[] = [];
    for (let at = first; at < first + count; at += size) {
      const part = { lane, first: at, count: Math.min(size, first + count - at) };
      if (LEFT.test(states.slice(at, at + part.count))) parts.push(part);
    }
    return parts;
  });
}
