/** `/contributors`, `/categories` and a page for each of them: items by who summarised, by section. */
import type { FastifyInstance } from 'fastify';
import type { ArchivedItem } from '../archive/digest.js';
import type { Group } from '../archive/groups.js';
import { sendCacheable } from './caching.js';
import { dateInWords } from './dates.js';
import type { ArchiveDependencies } from './dependencies.js';
import { HttpError } from './error-pages.js';
import { itemCard } from './item-cards.js';
import { type Collection, collectionLink } from './links.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { pageOf } from './paging.js';

const ITEMS_A_PAGE = 50;

export function registerCollections(
  app: FastifyInstance,
  { archive, config }: ArchiveDependencies,
  pages: Pages,
): void {
  const inWords = dateInWords(config.publication.language);
  for (const collection of ['contributors', 'categories'] as const) {
    const path = `/${collection}`;
    app.get(path, async (request, reply) => {
      const groups = (await archive.now())[collection];
      const html = pages.render('groups', {
        canonical: pages.absolute(path),
        heading: pages.text(`archive.${collection}`),
        groups: groups.map(({ name, items }) => ({
          name,
          href: collectionLink(pages.base, collection, name),
          count: items.length,
          isOne: items.length === 1,
        })),
      });
      return sendCacheable(request, reply, html);
    });

    type GroupRequest = { Params: { slug: string }; Querystring: Record<string, unknown> };
    app.get<GroupRequest>(`${path}/:slug`, async (request, reply) => {
      const group = (await archive.now())[collection].find(
        ({ slug }) => slug === request.params.slug,
      );
      const found = group && pageOfGroup(group, request.query.page, pages.base, collection);
      if (!group || !found) throw new HttpError(404);
      const { shown, ...paging } = found;
      const cards = shown.map((item) => ({
        ...itemCard(item, { base: pages.base, inWords }),
        role: collection === 'contributors' ? pages.text(roleOf(item, group)) : undefined,
      }));
      const address = `${path}/${encodeURIComponent(group.slug)}`;
      const suffix = paging.page > 1 ? `?page=${paging.page}` : '';
      const html = pages.render('group', {
        ...{ ...paging, cards },
        canonical: pages.absolute(`${address}${suffix}`),
        heading: group.name,
        of: { name: pages.text(`archive.${collection}`), href: `${pages.base}${path}` },
        count: group.items.length,
        isOne: group.items.length === 1,
        description: pages.text('archive.described', {
          ...{ count: group.items.length, name: group.name },
          publication: config.publication.name,
        }),
      });
      return sendCacheable(request, reply, html);
    });
    for (const route of [path, `${path}/:slug`]) onlyMethods(app, route, ['GET', 'HEAD']);
  }
}

function pageOfGroup(group: Group, page: unknown, base: string, collection: Collection) {
  const address = collectionLink(base, collection, group.name) ?? '';
  const wanted = typeof page === 'string' ? page : undefined;
  return pageOf(group.items, ITEMS_A_PAGE, wanted, (n) => `${address}?page=${n}`);
}

/** What this person did for an item: the name of the word for it. */
function roleOf({ summarizer, opinionsBy }: ArchivedItem, { name }: Group): string {
  const same = (other: string | undefined) => other?.toLowerCase() === name.toLowerCase();
  if (!opinionsBy.some(same)) return 'archive.summary';
  return same(summarizer) ? 'archive.summary_and_opinion' : 'archive.opinion';
}
