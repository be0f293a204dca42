/**
 * `/feed.xml`, `/items.xml` and the same as JSON: issues in full, and every item by itself. Made
 * from what is published, so that they change when that does and never by themselves.
 *
 * @see RFC 4287 (Atom), https://www.jsonfeed.org/version/1.1/
 */
import type { FastifyInstance } from 'fastify';
import type { Snapshot } from '../archive/archive.js';
import { atomOf } from '../archive/feeds/atom.js';
import { type Feed, type FeedEntry, updatedAt } from '../archive/feeds/feed.js';
import { feedIds } from '../archive/feeds/ids.js';
import { jsonFeedOf } from '../archive/feeds/json-feed.js';
import { forEverySite, sendCacheable, tagged } from './caching.js';
import type { ArchiveDependencies } from './dependencies.js';
import { createFeedShelf, type FeedIssue } from './feed-shelf.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { perSnapshot } from './per-snapshot.js';

/** What is older is in the archive; readers of feeds ask several times a day. */
const ISSUES = 15;
const ITEMS = 100;
/** Issues may be without items: no further back than this. */
const ISSUES_OF_ITEMS = 30;

type FeedName = 'issues' | 'items';

interface FeedRoute {
  path: string;
  feed: FeedName;
  type: string;
  write(feed: Feed): string;
}

const ROUTES: FeedRoute[] = [
  { path: '/feed.xml', feed: 'issues', type: 'application/atom+xml', write: atomOf },
  { path: '/items.xml', feed: 'items', type: 'application/atom+xml', write: atomOf },
  { path: '/feed.json', feed: 'issues', type: 'application/feed+json', write: jsonFeedOf },
  { path: '/items.json', feed: 'items', type: 'application/feed+json', write: jsonFeedOf },
];

export function registerFeeds(app: FastifyInstance, deps: ArchiveDependencies, pages: Pages): void {
  const { archive, config } = deps;
  const { name, language, slug } = config.publication;
  const shelf = createFeedShelf(deps);
  const ids = feedIds(config.keys.idKey, slug);

  async function entriesOf(feed: FeedName, snapshot: Snapshot): Promise<FeedEntry[]> {
    const entries: FeedEntry[] = [];
    const [most, within] = feed === 'issues' ? [ISSUES, ISSUES] : [ITEMS, ISSUES_OF_ITEMS];
    for (const listing of snapshot.issues.slice(0, within)) {
      const found = await shelf.find(listing, snapshot);
      if (found) entries.push(...pick(found, feed));
      if (entries.length >= most) break;
    }
    return entries.slice(0, most);
  }

  for (const { path, feed: of, type, write } of ROUTES) {
    const documentOf = perSnapshot(async (snapshot) => {
      const entries = await entriesOf(of, snapshot);
      const text = write({
        id: ids.feed(of),
        title: pages.text(`feeds.${of}`, { publication: name }),
        language,
        homeUrl: pages.absolute('/issues'),
        iconUrl: pages.absolute('/favicon.svg'),
        selfUrl: pages.absolute(path),
        author: { name, url: pages.absolute('/') },
        entries,
      });
      return { ...tagged(text), modifiedAt: updatedAt(entries) };
    });
    app.get(path, async (request, reply) => {
      const feed = await documentOf(await archive.now());
      forEverySite(reply);
      return sendCacheable(request, reply, feed, { type, modifiedAt: feed.modifiedAt });
    });
    onlyMethods(app, path, ['GET', 'HEAD']);
  }
}

function pick({ issue, items }: FeedIssue, feed: FeedName): FeedEntry[] {
  return feed === 'issues' ? [issue] : items;
}
