/** `/podcast.xml`: the issues that have audio, for podcast programs and directories. */
import type { FastifyInstance } from 'fastify';
import type { Snapshot } from '../archive/archive.js';
import { enclosureOf } from '../archive/episodes.js';
import { updatedAt } from '../archive/feeds/feed.js';
import { feedIds } from '../archive/feeds/ids.js';
import { type PodcastEpisode, podcastOf } from '../archive/feeds/podcast.js';
import { forEverySite, sendCacheable, tagged } from './caching.js';
import type { ArchiveDependencies } from './dependencies.js';
import { leadingTitles } from './leading-titles.js';
import { issueLink } from './links.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { perSnapshot } from './per-snapshot.js';

export const PODCAST_PATH = '/podcast.xml';

/** Titles named in an episode's description. */
const TITLES = 10;

export function registerPodcast(
  app: FastifyInstance,
  { archive, config }: ArchiveDependencies,
  pages: Pages,
): void {
  const { publication, podcast } = config;
  const ids = feedIds(config.keys.idKey, publication.slug);

  function episodesOf(snapshot: Snapshot): PodcastEpisode[] {
    return snapshot.issues.flatMap(({ number, title, episode }) =>
      episode === undefined
        ? []
        : {
            ...{ number, title },
            id: ids.issue(number),
            url: issueLink(publication.url, number),
            publishedAt: snapshot.timesOf(number).publishedAt,
            description: descriptionOf(number, snapshot),
            enclosure: enclosureOf(episode, publication.url),
          },
    );
  }

  function descriptionOf(issue: number, snapshot: Snapshot): string {
    const lines = leadingTitles(snapshot.itemsIn(issue), TITLES).map((title) => `• ${title}`);
    return [...lines, issueLink(publication.url, issue)].join('\n');
  }

  const documentOf = perSnapshot((snapshot) => {
    const name = podcast.title ?? publication.name;
    const text = podcastOf({
      title: name,
      description: podcast.description ?? pages.text('feeds.podcast_about', { publication: name }),
      language: publication.language,
      author: podcast.author ?? publication.name,
      email: podcast.email,
      category: podcast.category,
      imageUrl: podcast.image,
      explicit: podcast.explicit,
      homeUrl: pages.absolute('/issues'),
      selfUrl: pages.absolute(PODCAST_PATH),
      episodes: episodesOf(snapshot),
    });
    const changes = snapshot.issues.filter(({ episode }) => episode !== undefined);
    const modifiedAt = updatedAt(changes.map(({ number }) => snapshot.timesOf(number)));
    return { ...tagged(text), modifiedAt };
  });

  app.get(PODCAST_PATH, async (request, reply) => {
    const feed = documentOf(await archive.now());
    const { modifiedAt } = feed;
    forEverySite(reply);
    return sendCacheable(request, reply, feed, { type: 'application/rss+xml', modifiedAt });
  });
  onlyMethods(app, PODCAST_PATH, ['GET', 'HEAD']);
}
