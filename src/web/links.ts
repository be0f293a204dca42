/** Addresses of the archive's pages, below what links on our pages begin with. */
import { slugOf } from '../issue/ids.js';

/** @param base '' or a path */
export function issueLink(base: string, issue: number, id?: string): string {
  return `${base}/issues/${issue}${id === undefined ? '' : `#${encodeURIComponent(id)}`}`;
}

export type Collection = 'contributors' | 'categories';

/** @returns undefined for a name without a letter or digit: it has no page */
export function collectionLink(
  base: string,
  collection: Collection,
  name: string,
): string | undefined {
  const slug = slugOf(name, '');
  return slug === '' ? undefined : `${base}/${collection}/${encodeURIComponent(slug)}`;
}
