/** Published issues and items as entries of feeds, made once for each version. */
import { join } from 'node:path';
import type { Snapshot } from '../archive/archive.js';
import type { ArchivedItem } from '../archive/digest.js';
import { enclosureOf } from '../archive/episodes.js';
import type { FeedEntry } from '../archive/feeds/feed.js';
import { feedIds } from '../archive/feeds/ids.js';
import type { IssueListing } from '../archive/published.js';
import { keepLast } from '../keep-last.js';
import { withoutExpressions } from '../render/neutral.js';
import { renderFeedBodies } from '../render/web.js';
import type { ArchiveDependencies } from './dependencies.js';
import { IMAGES_PATH } from './images.js';
import { collectionLink, issueLink } from './links.js';

/** More than feeds show of issues, and of items in their issues. */
const KEPT = 60;

/** An issue and its items, as entries. */
export interface FeedIssue {
  issue: FeedEntry;
  items: FeedEntry[];
}

export interface FeedShelf {
  /** undefined when the issue has vanished since it was listed. */
  find(listing: IssueListing, snapshot: Snapshot): Promise<FeedIssue | undefined>;
}

export function createFeedShelf({ archive, config }: ArchiveDependencies): FeedShelf {
  const keep = keepLast<FeedIssue | undefined>(KEPT);
  const { dir, publication, keys } = config;
  const { url, language, slug } = publication;
  const ids = feedIds(keys.idKey, slug);

  async function make(listing: IssueListing, snapshot: Snapshot): Promise<FeedIssue | undefined> {
    const published = await archive.issue(listing);
    if (published === undefined) return undefined;
    const { number, episode } = listing;
    const issue = withoutExpressions(published.issue);
    const bodies = renderFeedBodies(issue, {
      ...{ language, baseUrl: `${url}${IMAGES_PATH}`, pageUrl: issueLink(url, number) },
      templatesDir: join(dir, 'templates'),
      contributorUrl: (name) => collectionLink(url, 'contributors', name),
    });
    const times = snapshot.timesOf(number);
    const items = snapshot.itemsIn(number);
    const author = (name: string) => ({ name, url: collectionLink(url, 'contributors', name) });
    return {
      issue: {
        ...times,
        id: ids.issue(number),
        title: issue.title,
        url: issueLink(url, number),
        authors: unique(items.flatMap(contributorsOf)).map(author),
        tags: unique(items.flatMap(({ category }) => category)),
        summary: issue.preheader,
        html: bodies.whole,
        enclosure: episode && enclosureOf(episode, url),
      },
      items: items.map((item) => ({
        ...times,
        id: ids.item(number, item.id),
        title: item.title,
        url: issueLink(url, number, item.id),
        externalUrl: externalUrl(item),
        authors: contributorsOf(item).map(author),
        tags: unique([...item.category, ...item.tags]),
        html: bodies.items.get(item.id) ?? '',
      })),
    };
  }

  return {
    find(listing, snapshot) {
      const { publishedAt, updatedAt } = snapshot.timesOf(listing.number);
      // Without a date of its own an issue has that of a neighbour.
      const key = [listing.number, listing.version, publishedAt, updatedAt].join(' ');
      return keep(key, () => make(listing, snapshot));
    },
  };
}

function contributorsOf({ summarizer, opinionsBy }: ArchivedItem): string[] {
  return unique([...(summarizer === undefined ? [] : [summarizer]), ...opinionsBy]);
}

function externalUrl({ url }: ArchivedItem): string | undefined {
  const isWeb = url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isWeb ? url : undefined;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
