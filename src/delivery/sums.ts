/** Counters, reasons and revisions, counted from recipients one by one. Pure. */
import { type Counts, countsOf, MAILED_STATES, type Reason, type RecipientStory } from './tally.js';
import { RECIPIENT_STATE } from './types.js';

export interface Sums {
  add(story: RecipientStory): void;
  counts(): Counts;
  /** Most frequent first. */
  reasons(): Reason[];
  /** How many have each revision, by its number. */
  revisions(): Map<number, number>;
}

export function createSums(): Sums {
  const states = new Map<string, number>();
  const reasons = new Map<string, Reason>();
  const revisions = new Map<number, number>();
  let planned = 0;
  return {
    add({ state, revision, class: reasonClass, words }) {
      planned += 1;
      states.set(RECIPIENT_STATE[state], (states.get(RECIPIENT_STATE[state]) ?? 0) + 1);
      if (MAILED_STATES.includes(state) && revision !== undefined) {
        revisions.set(revision, (revisions.get(revision) ?? 0) + 1);
      }
      if (reasonClass === '') return;
      const key = `${state}\n${reasonClass}\n${words}`;
      const known = reasons.get(key) ?? { state, class: reasonClass, words, count: 0 };
      reasons.set(key, { ...known, count: known.count + 1 });
    },
    counts: () => countsOf(planned, (letter) => states.get(letter) ?? 0),
    reasons: () => [...reasons.values()].sort((one, other) => other.count - one.count),
    revisions: () => revisions,
  };
}
