/**
 * A podcast as RSS 2.0, as directories want it.
 *
 * @see https://www.rssboard.org/rss-specification
 * @see https://help.apple.com/itc/podcasts_connect/#/itcb54353390
 */
import type { Element } from 'xast';
import { x } from 'xastscript';
import type { Enclosure } from '../episodes.js';
import { xmlDocument } from './xml.js';

export interface Podcast {
  title: string;
  description: string;
  language: string;
  author: string;
  /** Some directories prove by it who owns the podcast. */
  email: string | undefined;
  /** "Society & Culture > Documentary" */
  category: string;
  imageUrl: string | undefined;
  explicit: boolean;
  homeUrl: string;
  selfUrl: string;
  /** Newest first. */
  episodes: PodcastEpisode[];
}

export interface PodcastEpisode {
  /** Stays the same whatever else changes: programs know by it what was heard. */
  id: string;
  number: number;
  title: string;
  description: string;
  url: string;
  /** Epoch ms. */
  publishedAt: number;
  enclosure: Enclosure;
}

const NAMESPACES = {
  'xmlns:itunes': 'http://www.itunes.com/dtds/podcast-1.0.dtd',
  'xmlns:atom': 'http://www.w3.org/2005/Atom',
};

/** @returns the document; the same podcast always makes the same text */
export function podcastOf(podcast: Podcast): string {
  const { title, homeUrl, imageUrl, email } = podcast;
  return xmlDocument(
    x('rss', { version: '2.0', ...NAMESPACES }, [
      x('channel', [
        x('title', title),
        x('link', homeUrl),
        x('description', podcast.description),
        x('language', podcast.language),
        x('generator', 'pressrun'),
        x('atom:link', { rel: 'self', type: 'application/rss+xml', href: podcast.selfUrl }),
        x('itunes:author', podcast.author),
        ...(email === undefined ? [] : [ownerElement(podcast.author, email)]),
        categoryElement(podcast.category),
        x('itunes:explicit', String(podcast.explicit)),
        x('itunes:type', 'episodic'),
        ...(imageUrl === undefined ? [] : imageElements(imageUrl, podcast)),
        ...podcast.episodes.map(episodeElement),
      ]),
    ]),
  );
}

function ownerElement(name: string, email: string): Element {
  return x('itunes:owner', [x('itunes:name', name), x('itunes:email', email)]);
}

function categoryElement(category: string): Element {
  const [whole = '', part] = category.split(/\s+>\s+/);
  const parts = part === undefined ? [] : [x('itunes:category', { text: part })];
  return x('itunes:category', { text: whole }, parts);
}

function imageElements(url: string, { title, homeUrl }: Podcast): Element[] {
  return [
    x('itunes:image', { href: url }),
    x('image', [x('url', url), x('title', title), x('link', homeUrl)]),
  ];
}

function episodeElement(episode: PodcastEpisode): Element {
  const { enclosure } = episode;
  return x('item', [
    x('title', episode.title),
    x('guid', { isPermaLink: 'false' }, episode.id),
    x('link', episode.url),
    // RFC 822, as RSS wants it.
    x('pubDate', new Date(episode.publishedAt).toUTCString()),
    x('description', episode.description),
    x('enclosure', {
      url: enclosure.url,
      length: String(enclosure.bytes),
      type: enclosure.type,
    }),
    x('itunes:duration', String(enclosure.seconds)),
    x('itunes:episode', String(episode.number)),
    x('itunes:episodeType', 'full'),
  ]);
}
