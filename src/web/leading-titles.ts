import type { ArchivedItem } from '../archive/digest.js';

/** Titles that tell an issue from others: its highlights, or where it has none its first items. */
export function leadingTitles(
  items: readonly Pick<ArchivedItem, 'title' | 'highlight'>[],
  most: number,
): string[] {
  const highlights = items.filter(({ highlight }) => highlight);
  const shown = highlights.length > 0 ? highlights : items;
  return shown.slice(0, most).map(({ title }) => title);
}
