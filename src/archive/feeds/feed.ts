/** A feed as data, before it is Atom or JSON. All addresses absolute, all times epoch ms. */
import type { Enclosure } from '../episodes.js';

export interface Feed {
  /** Stays the same whatever else changes. */
  id: string;
  title: string;
  /** BCP 47 */
  language: string;
  /** The page that shows the same. */
  homeUrl: string;
  iconUrl: string;
  selfUrl: string;
  author: FeedAuthor;
  /** Newest first. */
  entries: FeedEntry[];
}

export interface FeedAuthor {
  name: string;
  url?: string | undefined;
}

export interface FeedEntry {
  id: string;
  title: string;
  url: string;
  /** What the entry is about, when that is elsewhere. */
  externalUrl?: string | undefined;
  publishedAt: number;
  updatedAt: number;
  /** Beside the feed's own author; may be empty. */
  authors: FeedAuthor[];
  tags: string[];
  /** Without markup. */
  summary?: string | undefined;
  html: string;
  enclosure?: Enclosure | undefined;
}

/** When the newest change was; a feed without entries never changed. */
export function updatedAt(entries: readonly Pick<FeedEntry, 'updatedAt'>[]): number {
  return entries.reduce((newest, entry) => Math.max(newest, entry.updatedAt), 0);
}
