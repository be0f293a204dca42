/** Titles and addresses of items in all issues known: what references and duplicates are looked up in. */
import { comparableUrl } from './comparable-url.js';
import { oneLine } from './plain-text.js';
import type { Issue, Item } from './types.js';
import { itemsOf } from './visit.js';

export interface IndexedItem {
  issueNumber: number;
  id: string;
  title: string;
  /** Address of the piece; undefined when it has none. */
  url: string | undefined;
}

export class TitleIndex {
  readonly #titles = new Map<string, IndexedItem[]>();
  readonly #urls = new Map<string, IndexedItem[]>();
  readonly #numbers: Set<number>;

  /**
   * @param issues whose items can be found
   * @param numbers further issues that exist, without their items
   * @param items further items that can be found
   */
  constructor(
    issues: Iterable<Issue>,
    numbers: Iterable<number> = [],
    items: Iterable<IndexedItem> = [],
  ) {
    this.#numbers = new Set(numbers);
    for (const item of items) this.#addIndexed(item);
    for (const issue of issues) {
      this.#numbers.add(issue.number);
      for (const item of itemsOf(issue)) this.#add(issue.number, item);
    }
  }

  hasIssue(number: number): boolean {
    return this.#numbers.has(number);
  }

  /** The item of that title in the newest issue up to `number`, else in the next one after it. */
  findTitle(title: string, number: number): IndexedItem | undefined {
    const found = this.#titles.get(comparableTitle(title)) ?? [];
    const published = found.filter(({ issueNumber }) => issueNumber <= number);
    return published.length > 0
      ? published.reduce((a, b) => (b.issueNumber > a.issueNumber ? b : a))
      : found.reduce<IndexedItem | undefined>(
          (a, b) => (a && a.issueNumber <= b.issueNumber ? a : b),
          undefined,
        );
  }

  /** An item of that title in the newest issue before `number`. */
  findEarlierTitle(title: string, number: number): IndexedItem | undefined {
    const found = this.#titles.get(comparableTitle(title)) ?? [];
    const earlier = found.filter(({ issueNumber }) => issueNumber < number);
    return earlier.sort((a, b) => b.issueNumber - a.issueNumber)[0];
  }

  /** The first item of an issue before `number` with that address. */
  findEarlierUrl(url: string, number: number): IndexedItem | undefined {
    const found = this.#urls.get(comparableUrl(url)) ?? [];
    return found.find(({ issueNumber }) => issueNumber < number);
  }

  #addIndexed(item: IndexedItem): void {
    this.#numbers.add(item.issueNumber);
    append(this.#titles, comparableTitle(item.title), item);
    if (item.url !== undefined) append(this.#urls, comparableUrl(item.url), item);
  }

  #add(issueNumber: number, { id, title, links, urls }: Item): void {
    const entry: IndexedItem = { issueNumber, id, title, url: urls[0] };
    append(this.#titles, comparableTitle(title), entry);
    for (const { text, url } of links.length > 1 ? links : []) {
      append(this.#titles, comparableTitle(text), { ...entry, title: text, url });
    }
    for (const url of urls) append(this.#urls, comparableUrl(url), entry);
  }
}

/** The same for titles that differ in case, markup, blanks, or the look of quotes and dashes. */
export function comparableTitle(title: string): string {
  return oneLine(title)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[*_`\\]/g, '')
    .replace(/[‘’]/gu, "'")
    .replace(/[“”]/gu, '"')
    .replace(/[‐-―]/gu, '-');
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
