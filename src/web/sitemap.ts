/** `/sitemap.xml`: every page of the archive. @see https://www.sitemaps.org/protocol.html */
import type { FastifyInstance } from 'fastify';
import { sendCacheable, tagged } from './caching.js';
import type { ArchiveDependencies } from './dependencies.js';
import { collectionLink } from './links.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { perSnapshot } from './per-snapshot.js';

/** The protocol's limit. */
const MOST_ADDRESSES = 50_000;

export function registerSitemap(
  app: FastifyInstance,
  { archive }: ArchiveDependencies,
  pages: Pages,
): void {
  const documentOf = perSnapshot(({ issues, categories, contributors }) => {
    const fixed = ['/', '/issues', '/categories', '/contributors', '/search'];
    const groups = [
      ...categories.map(({ name }) => collectionLink('', 'categories', name)),
      ...contributors.map(({ name }) => collectionLink('', 'contributors', name)),
    ];
    const addresses = [
      ...fixed.map((path) => ({ path, date: undefined })),
      ...issues.map(({ number, date }) => ({ path: `/issues/${number}`, date })),
      ...groups.flatMap((path) => (path === undefined ? [] : { path, date: undefined })),
    ];
    const xml = pages.renderFile('sitemap.xml', {
      addresses: addresses
        .slice(0, MOST_ADDRESSES)
        .map(({ path, date }) => ({ loc: pages.absolute(path), date })),
    });
    return tagged(xml);
  });
  app.get('/sitemap.xml', async (request, reply) =>
    sendCacheable(request, reply, documentOf(await archive.now()), { type: 'application/xml' }),
  );
  onlyMethods(app, '/sitemap.xml', ['GET', 'HEAD']);
}
