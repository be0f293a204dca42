/**
 * Which item refers to which: by title (`<@Title@>`), by the address of the piece, or by the address
 * of its place in the archive. Pure.
 */
import { comparableUrl } from '../issue/comparable-url.js';
import { comparableTitle } from '../issue/title-index.js';
import type { ArchivedItem, Lead } from './digest.js';

export interface Connections {
  /** The newest first. */
  referredBy(item: Pick<ArchivedItem, 'issue' | 'id'>): ArchivedItem[];
}

/** @param items the newest issue first */
export function connect(items: readonly ArchivedItem[], leads: readonly Lead[]): Connections {
  const index = new Index(items);
  const referrers = new Map<string, Set<ArchivedItem>>();
  for (const lead of leads) {
    const target = index.find(lead);
    // Two items of one issue stand beside each other as it is.
    if (!target || target.issue === lead.from.issue) continue;
    const key = anchorOf(target);
    referrers.set(key, (referrers.get(key) ?? new Set()).add(lead.from));
  }
  return { referredBy: (item) => [...(referrers.get(anchorOf(item)) ?? [])] };
}

class Index {
  readonly #titles = new Map<string, ArchivedItem[]>();
  readonly #urls = new Map<string, ArchivedItem[]>();
  readonly #anchors = new Map<string, ArchivedItem>();

  constructor(items: readonly ArchivedItem[]) {
    for (const item of items) {
      append(this.#titles, comparableTitle(item.title), item);
      if (item.url !== undefined) append(this.#urls, comparableUrl(item.url), item);
      this.#anchors.set(anchorOf(item), item);
    }
  }

  find(lead: Lead): ArchivedItem | undefined {
    if (lead.kind === 'anchor') return this.#anchors.get(anchorOf(lead));
    const found = lead.kind === 'title' ? this.#titles.get(lead.title) : this.#urls.get(lead.url);
    return latestUpTo(found ?? [], lead.from.issue);
  }
}

/** Of several, the newest that was there already; an address counts only when it was. */
function latestUpTo(items: readonly ArchivedItem[], issue: number): ArchivedItem | undefined {
  return items.find((item) => item.issue <= issue);
}

function anchorOf({ issue, id }: { issue: number; id: string }): string {
  return `${issue}#${id}`;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
