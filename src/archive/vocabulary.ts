/**
 * The words of all items, and how many items have each: what a typed word may have been meant as. A
 * search for a handful of such words is many times faster than one for everything that is alike.
 */
import SearchableMap from 'minisearch/SearchableMap';

/** A word of the vocabulary, and how near it is to the one that was typed: 0 … 1. */
export interface Meaning {
  word: string;
  weight: number;
}

/** More would be guessing. */
const MOST_COMPLETIONS = 8;
const MOST_CORRECTIONS = 6;
/** Letters of an ending: rewards, rewarded, rewarding. */
const ENDING = 3;
const SHORTEST_COMPLETED = 2;
const SHORTEST_CORRECTED = 4;

export class Vocabulary {
  readonly #items = new SearchableMap<number>();

  add(words: ReadonlySet<string>): void {
    for (const word of words) this.#items.update(word, (count) => (count ?? 0) + 1);
  }

  remove(words: ReadonlySet<string>): void {
    for (const word of words) {
      const left = (this.#items.get(word) ?? 1) - 1;
      if (left > 0) this.#items.set(word, left);
      else this.#items.delete(word);
    }
  }

  /** Items that have the word. */
  count(word: string): number {
    return this.#items.get(word) ?? 0;
  }

  /**
   * What may have been meant, the likeliest first; none when nothing is near.
   * @param typed folded
   * @param isUnfinished whether further letters may follow
   */
  meanings(typed: string, isUnfinished: boolean): Meaning[] {
    const isKnown = this.#items.has(typed);
    const exact = isKnown ? [{ word: typed, weight: 1 }] : [];
    const longer = this.#completions(typed, isUnfinished ? Number.POSITIVE_INFINITY : ENDING);
    const found = [...exact, ...this.#singular(typed), ...longer];
    return found.length > 0 ? found : this.#corrections(typed);
  }

  /** "rewarded" for "reward": longer by so many letters at most. */
  #completions(typed: string, letters: number): Meaning[] {
    const isShort = letters === ENDING ? SHORTEST_CORRECTED : SHORTEST_COMPLETED;
    if (typed.length < isShort) return [];
    return [...this.#items.atPrefix(typed)]
      .filter(([word]) => word !== typed && word.length - typed.length <= letters)
      .sort(([, a], [, b]) => b - a)
      .slice(0, typed.length < SHORTEST_CORRECTED ? MOST_COMPLETIONS / 2 : MOST_COMPLETIONS)
      .map(([word]) => ({ word, weight: 0.6 }));
  }

  #singular(typed: string): Meaning[] {
    const word = typed.replace(/s$/, '');
    const isOne = word !== typed && word.length >= SHORTEST_CORRECTED && this.#items.has(word);
    return isOne ? [{ word, weight: 0.8 }] : [];
  }

  /** One error in a word of four letters, two from six on: swapped letters are two. */
  #corrections(typed: string): Meaning[] {
    if (typed.length < SHORTEST_CORRECTED) return [];
    const errors = typed.length < 6 ? 1 : 2;
    return [...this.#items.fuzzyGet(typed, errors)]
      .map(([word, [count, distance]]) => ({
        word,
        count,
        distance: costOf(typed, word, distance),
      }))
      .sort((a, b) => a.distance - b.distance || b.count - a.count)
      .slice(0, MOST_CORRECTIONS)
      .map(({ word, distance }) => ({ word, weight: 0.5 / distance }));
  }
}

/** Swapped letters are the commonest slip of all, and worth no more than one error. */
function costOf(typed: string, word: string, distance: number): number {
  const isSwap =
    typed.length === word.length && [...typed].sort().join() === [...word].sort().join();
  return isSwap ? 1 : distance;
}
