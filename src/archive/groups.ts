/** Items by category or contributor, each with a page of its own. Pure. */

import { slugOf } from '../issue/ids.js';
import { oneLine } from '../issue/plain-text.js';
import type { ArchivedItem } from './digest.js';

export interface Group {
  /** In its address; the same for names that differ in case alone. */
  slug: string;
  /** As the newest item writes it. */
  name: string;
  items: ArchivedItem[];
}

/** Those with most items first, and by name among equals. */
export function groupsOf(
  items: readonly ArchivedItem[],
  namesOf: (item: ArchivedItem) => readonly string[],
): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    for (const written of new Set(namesOf(item))) {
      const name = oneLine(written);
      const slug = slugOf(name, '');
      if (slug === '') continue;
      const group = groups.get(slug) ?? { slug, name, items: [] };
      groups.set(slug, group);
      if (group.items.at(-1) !== item) group.items.push(item);
    }
  }
  return [...groups.values()].sort(
    (a, b) => b.items.length - a.items.length || a.name.localeCompare(b.name),
  );
}
