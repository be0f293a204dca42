/** Counters, reasons, revisions and editions, counted from recipients one by one. Pure. */
import {
  add,
  type Copies,
  type Counts,
  countsOf,
  MAILED_STATES,
  type Reason,
  type RecipientStory,
} from './tally.js';
import { RECIPIENT_STATE } from './types.js';

export interface Sums {
  add(story: RecipientStory): void;
  counts(): Counts;
  /** Most frequent first. */
  reasons(): Reason[];
  /** Who has which. */
  copies(): Copies;
}

export function createSums(): Sums {
  const states = new Map<string, number>();
  const reasons = new Map<string, Reason>();
  const copies: Copies = { revisions: new Map(), editions: new Map() };
  let planned = 0;
  return {
    add({ state, revision, edition, class: reasonClass, words }) {
      planned += 1;
      add(states, RECIPIENT_STATE[state]);
      if (MAILED_STATES.includes(state)) {
        if (revision !== undefined) add(copies.revisions, revision);
        if (edition !== undefined) add(copies.editions, edition);
      }
      if (reasonClass === '') return;
      const key = `${state}\n${reasonClass}\n${words}`;
      const known = reasons.get(key) ?? { state, class: reasonClass, words, count: 0 };
      reasons.set(key, { ...known, count: known.count + 1 });
    },
    counts: () => countsOf(planned, (letter) => states.get(letter) ?? 0),
    reasons: () => [...reasons.values()].sort((one, other) => other.count - one.count),
    copies: () => copies,
  };
}
