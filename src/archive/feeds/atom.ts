/** A feed as Atom. @see RFC 4287 */
import type { Element } from 'xast';
import { x } from 'xastscript';
import { type Feed, type FeedAuthor, type FeedEntry, updatedAt } from './feed.js';
import { xmlDocument } from './xml.js';

const NAMESPACE = 'http://www.w3.org/2005/Atom';

/** @returns the document; the same feed always makes the same text */
export function atomOf(feed: Feed): string {
  return xmlDocument(
    x('feed', { xmlns: NAMESPACE, 'xml:lang': feed.language }, [
      x('id', feed.id),
      x('title', feed.title),
      x('updated', timestamp(updatedAt(feed.entries))),
      authorElement(feed.author),
      x('link', { rel: 'self', type: 'application/atom+xml', href: feed.selfUrl }),
      x('link', { rel: 'alternate', type: 'text/html', href: feed.homeUrl }),
      x('icon', feed.iconUrl),
      x('generator', 'pressrun'),
      ...feed.entries.map(entryElement),
    ]),
  );
}

function entryElement(entry: FeedEntry): Element {
  const { externalUrl, enclosure } = entry;
  return x('entry', [
    x('id', entry.id),
    x('title', entry.title),
    x('updated', timestamp(entry.updatedAt)),
    x('published', timestamp(entry.publishedAt)),
    ...entry.authors.map(authorElement),
    x('link', { rel: 'alternate', type: 'text/html', href: entry.url }),
    ...(externalUrl === undefined ? [] : [x('link', { rel: 'related', href: externalUrl })]),
    ...(enclosure === undefined
      ? []
      : [
          x('link', {
            rel: 'enclosure',
            type: enclosure.type,
            length: String(enclosure.bytes),
            href: enclosure.url,
          }),
        ]),
    ...entry.tags.map((term) => x('category', { term })),
    ...(entry.summary === undefined ? [] : [x('summary', entry.summary)]),
    x('content', { type: 'html' }, entry.html),
  ]);
}

function authorElement(author: FeedAuthor): Element {
  return x('author', [
    x('name', author.name),
    ...(author.url === undefined ? [] : [x('uri', author.url)]),
  ]);
}

/** @see RFC 4287 §3.3, RFC 3339 */
function timestamp(at: number): string {
  return new Date(at).toISOString();
}
