/** A feed as JSON Feed 1.1. @see https://www.jsonfeed.org/version/1.1/ */
import type { Feed, FeedEntry } from './feed.js';

/** @returns the document; the same feed always makes the same text */
export function jsonFeedOf(feed: Feed): string {
  const { title, homeUrl, selfUrl, iconUrl, language, author } = feed;
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: homeUrl,
    feed_url: selfUrl,
    favicon: iconUrl,
    language,
    authors: [author],
    items: feed.entries.map(itemOf),
  });
}

function itemOf(entry: FeedEntry) {
  const { enclosure } = entry;
  return {
    id: entry.id,
    url: entry.url,
    external_url: entry.externalUrl,
    title: entry.title,
    content_html: entry.html,
    summary: entry.summary,
    date_published: new Date(entry.publishedAt).toISOString(),
    date_modified: new Date(entry.updatedAt).toISOString(),
    authors: entry.authors.length > 0 ? entry.authors : undefined,
    tags: entry.tags.length > 0 ? entry.tags : undefined,
    attachments: enclosure && [
      {
        url: enclosure.url,
        mime_type: enclosure.type,
        size_in_bytes: enclosure.bytes,
        duration_in_seconds: enclosure.seconds,
      },
    ],
  };
}
