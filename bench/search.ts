/** How long the search over a database of made-up summaries takes. */
import type { ArchivedItem } from '../src/archive/digest.js';
import { createSearch } from '../src/archive/search.js';
import type { BenchOptions } from './options.js';
import { number, table } from './table.js';

const ITEMS = 5_000;
const QUERIES = 2_000;
const VOCABULARY = 12_000;
const SUMMARY_WORDS = 220;

export interface SearchFigures {
  items: number;
  indexSeconds: number;
  queries: number;
  p50Ms: number;
  p99Ms: number;
  /** The same without waiting for other programs on the machine. */
  p50CpuMs: number;
  p99CpuMs: number;
}

export interface MadeUp {
  items: ArchivedItem[];
  /** Of one to four words, as people type them. */
  queries: string[];
}

/** The same in every run. */
export function madeUp(itemCount: number, queryCount: number): MadeUp {
  const draw = generator(101);
  const vocabulary = Array.from({ length: VOCABULARY }, () => wordFrom(draw));
  // Zipf's law: a few words are in every text.
  const pick = () => vocabulary[Math.floor(VOCABULARY ** draw()) - 1] ?? 'word';
  const words = (count: number) => Array.from({ length: count }, pick).join(' ');
  return {
    items: Array.from({ length: itemCount }, (_, n) => itemFrom(n, words)),
    queries: Array.from({ length: queryCount }, (_, n) => typed(words(1 + (n % 4)), n, draw)),
  };
}

/** With fewer than 10,000 recipients a first look: over as many items at most, with few queries. */
export async function measureSearch({
  recipients,
}: Pick<BenchOptions, 'recipients'>): Promise<SearchFigures> {
  const isQuick = recipients < 10_000;
  const { items, queries } = isQuick
    ? madeUp(Math.min(ITEMS, recipients), QUERIES / 10)
    : madeUp(ITEMS, QUERIES);
  const search = createSearch();
  const before = performance.now();
  await search.hold(items);
  const indexSeconds = (performance.now() - before) / 1000;
  const times = queries.map((text, n) => {
    const cpu = process.cpuUsage();
    const started = performance.now();
    search.find({ text, ...(n % 5 === 0 && { category: 'category-3' }) });
    const { user, system } = process.cpuUsage(cpu);
    return { wall: performance.now() - started, cpu: (user + system) / 1000 };
  });
  const at = (share: number, clock: 'wall' | 'cpu') => {
    const sorted = times.map((time) => time[clock]).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  };
  return {
    ...{ items: items.length, indexSeconds, queries: queries.length },
    p50Ms: at(0.5, 'wall'),
    p99Ms: at(0.99, 'wall'),
    p50CpuMs: at(0.5, 'cpu'),
    p99CpuMs: at(0.99, 'cpu'),
  };
}

export function searchTable(figures: SearchFigures): string {
  const { items, indexSeconds, queries, p50Ms, p99Ms, p50CpuMs, p99CpuMs } = figures;
  return table([
    ['search over', 'indexed in s', 'queries', 'p50 ms', 'p99 ms', 'CPU p50', 'CPU p99'],
    [
      `${number(items)} items`,
      number(indexSeconds, 1),
      number(queries),
      number(p50Ms, 1),
      number(p99Ms, 1),
      number(p50CpuMs, 1),
      number(p99CpuMs, 1),
    ],
  ]);
}

function itemFrom(n: number, words: (count: number) => string): ArchivedItem {
  return {
    issue: 1 + Math.floor(n / 15),
    id: `item-${n}`,
    date: '2026-05-27',
    title: words(8),
    url: `https://example.org/${n}`,
    authors: [words(2), words(2)],
    venue: undefined,
    year: 2015 + (n % 10),
    category: [`Category ${n % 25}`],
    highlight: n % 8 === 0,
    tags: [],
    summarizer: `Person ${n % 12}`,
    opinionsBy: [],
    summary: words(SUMMARY_WORDS),
    opinions: words(SUMMARY_WORDS / 2),
  };
}

/** Every second query has a letter swapped, every third is half typed. */
function typed(text: string, n: number, draw: () => number): string {
  const at = 1 + Math.floor(draw() * Math.max(1, text.length - 3));
  const swapped =
    n % 2 === 0
      ? text
      : text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
  return n % 3 === 0 ? swapped.slice(0, Math.max(2, swapped.length - 3)) : swapped;
}

function wordFrom(draw: () => number): string {
  const syllable = () =>
    `${'bcdfghjklmnprstvw'[Math.floor(draw() * 17)]}${'aeiou'[Math.floor(draw() * 5)]}`;
  return (
    Array.from({ length: 1 + Math.floor(draw() * 4) }, syllable).join('') +
    (draw() < 0.5 ? 'n' : '')
  );
}

/** The same numbers in every run. @see https://en.wikipedia.org/wiki/Linear_congruential_generator */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
