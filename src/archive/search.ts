/**
 * Search over every item: typing errors forgiven, the last word may be half typed, filters. All of it
 * is in memory: 5,000 items take some 30 MB and answer within milliseconds (docs/archive.md).
 */
import { setImmediate } from 'node:timers/promises';
import MiniSearch from 'minisearch';
import { slugOf } from '../issue/ids.js';
import type { ArchivedItem } from './digest.js';
import { type Meaning, Vocabulary } from './vocabulary.js';
import { foldWord, wordsIn } from './words.js';

export interface Query {
  text: string;
  /** Slugs, as in the addresses of their pages. */
  category?: string | undefined;
  contributor?: string | undefined;
  year?: number | undefined;
  highlightsOnly?: boolean | undefined;
}

export interface Hit {
  item: ArchivedItem;
  /** Words of the item that were meant, folded (words.ts). */
  words: ReadonlySet<string>;
}

export interface Search {
  /** Makes these the items that are searched; what is held already is not indexed again. */
  hold(items: readonly ArchivedItem[]): Promise<void>;
  /** Best first; without words the newest first. */
  find(query: Query): Hit[];
}

const FIELDS = ['title', 'people', 'category', 'text'] as const;

/** More would be noise; nobody types it, and each costs time. */
const MAX_WORDS = 12;
const NO_WORDS: ReadonlySet<string> = new Set();
/** A word in more items than this tells nothing beside a rarer one. */
const COMMON_SHARE = 0.25;
/** Items indexed before others get their turn. */
const CHUNK = 50;

export function createSearch(): Search {
  const index = new MiniSearch<Document>({
    idField: 'key',
    fields: [...FIELDS],
    tokenize: wordsIn,
    processTerm: foldWord,
    searchOptions: { boost: { title: 4, people: 2, category: 1.5 } },
  });
  const vocabulary = new Vocabulary();
  let held = new Map<string, ArchivedItem>();
  const ask = (text: string): Hit[] => {
    const wanted = meant(wordsIn(text).slice(0, MAX_WORDS).map(foldWord), vocabulary, held.size);
    const weights = new Map(wanted.flat().map(({ word, weight }) => [word, weight]));
    const run = (combineWith: 'AND' | 'OR') =>
      index.search(
        {
          combineWith,
          queries: wanted.map((meanings) => ({
            combineWith: 'OR',
            queries: meanings.map(({ word }) => word),
          })),
        },
        { boostTerm: (term) => weights.get(term) ?? 1 },
      );
    const all = run('AND');
    // Nothing has every word: what has some of them is better than an empty page.
    const found = all.length > 0 || wanted.length < 2 ? all : run('OR');
    return found.flatMap(({ id, terms }) => {
      const item = held.get(id);
      return item ? [new Found(item, terms)] : [];
    });
  };
  return {
    async hold(items) {
      const wanted = new Map(items.map((item) => [keyOf(item), item]));
      const isNew = ([key, item]: [string, ArchivedItem]) => held.get(key) !== item;
      for (const [key, item] of held) {
        if (wanted.get(key) === item) continue;
        index.discard(key);
        vocabulary.remove(vocabularyOf(documentOf(key, item)));
      }
      let added = 0;
      for (const [key, item] of [...wanted].filter(isNew)) {
        const document = documentOf(key, item);
        index.add(document);
        vocabulary.add(vocabularyOf(document));
        if (++added % CHUNK === 0) await setImmediate();
      }
      held = wanted;
    },
    find(query) {
      const isWanted = filterOf(query);
      if (wordsIn(query.text).length > 0)
        return ask(query.text).filter(({ item }) => isWanted(item));
      return [...held.values()].filter(isWanted).map((item) => ({ item, words: NO_WORDS }));
    },
  };
}

/** A page shows twenty of thousands: sets are made of those alone. (A class: literals with getters are slow.) */
class Found implements Hit {
  readonly item: ArchivedItem;
  readonly #terms: readonly string[];

  constructor(item: ArchivedItem, terms: readonly string[]) {
    this.item = item;
    this.#terms = terms;
  }

  get words(): ReadonlySet<string> {
    return new Set(this.#terms);
  }
}

/**
 * What each typed word may mean. Of words that most items have, none is asked for beside a rarer one:
 * "the" finds nothing that "the pendulum" does not.
 */
function meant(typed: readonly string[], vocabulary: Vocabulary, items: number): Meaning[][] {
  const isCommon = (word: string) => vocabulary.count(word) > items * COMMON_SHARE && items > 20;
  const last = typed.length - 1;
  const telling = typed.some((word) => !isCommon(word));
  return typed
    .map((word, at) =>
      telling && isCommon(word) ? undefined : vocabulary.meanings(word, at === last),
    )
    .filter((meanings) => meanings !== undefined);
}

type Document = { key: string } & Record<(typeof FIELDS)[number], string>;

function documentOf(key: string, item: ArchivedItem): Document {
  const { title, authors, summarizer = '', opinionsBy, category, tags, summary, opinions } = item;
  return {
    ...{ key, title },
    people: [...authors, summarizer, ...opinionsBy].join(' '),
    category: [...category, ...tags].join(' '),
    text: `${summary} ${opinions}`,
  };
}

function vocabularyOf(document: Document): Set<string> {
  return new Set(FIELDS.flatMap((field) => wordsIn(document[field]).map(foldWord)));
}

function filterOf(query: Query): (item: ArchivedItem) => boolean {
  const { category, contributor, year, highlightsOnly } = query;
  // The same few names stand in thousands of items.
  const slugs = new Map<string, string>();
  const slugFor = (name: string): string => {
    const slug = slugs.get(name) ?? slugOf(name, '');
    slugs.set(name, slug);
    return slug;
  };
  const isNamed = (names: readonly string[], slug: string) =>
    names.some((name) => slugFor(name) === slug);
  return (item) =>
    (year === undefined || item.year === year) &&
    (!highlightsOnly || item.highlight) &&
    (category === undefined || isNamed(item.category, category)) &&
    (contributor === undefined ||
      isNamed([item.summarizer ?? '', ...item.opinionsBy], contributor));
}

function keyOf({ issue, id }: ArchivedItem): string {
  return `${issue}#${id}`;
}
