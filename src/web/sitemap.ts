/** `/sitemap.xml`: every page of the archive. @see https://www.sitemaps.org/protocol.html */
import type { FastifyInstance } from 'fastify';
import { sendCacheable } from './caching.js';
import type { ArchiveDependencies } from './dependencies.js';
import { collectionLink } from './links.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';

/** The protocol's limit. */
const MOST_ADDRESSES = 50_000;

export function registerSitemap(
  app: FastifyInstance,
  { archive }: ArchiveDependencies,
  pages: Pages,
): void {
  app.get('/sitemap.xml', async (request, reply) => {
    const { issues, categories, contributors } = await archive.now();
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
    return sendCacheable(request, reply, xml, { type: 'application/xml' });
  });
  onlyMethods(app, '/sitemap.xml', ['GET', 'HEAD']);
}
