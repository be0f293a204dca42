/**
 * `/search`: every item ever published. A page with a form; with JavaScript the results follow what is
 * typed, from the same address with `part=results`.
 */
import type { FastifyInstance } from 'fastify';
import type { Snapshot } from '../archive/archive.js';
import type { Query } from '../archive/search.js';
import { sendCacheable } from './caching.js';
import { dateInWords } from './dates.js';
import type { ArchiveDependencies } from './dependencies.js';
import { itemCard } from './item-cards.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { pageOf } from './paging.js';
import { perSnapshot } from './per-snapshot.js';
import { allowOwnScript } from './security.js';

const RESULTS_A_PAGE = 20;
/** Longer than any title. */
const MAX_TEXT = 200;

type SearchRequest = { Querystring: Record<string, unknown> };

export function registerSearch(
  app: FastifyInstance,
  { archive, config }: ArchiveDependencies,
  pages: Pages,
): void {
  const inWords = dateInWords(config.publication.language);
  app.get<SearchRequest>('/search', async (request, reply) => {
    const snapshot = await archive.now();
    const query = readQuery(request.query);
    const isAsked = query.text !== '' || isFiltered(query);
    const hits = isAsked ? snapshot.search.find(query) : [];
    const link = (page: number) => `${pages.base}/search?${parametersOf(query, page)}`;
    const wanted = typeof request.query.page === 'string' ? request.query.page : undefined;
    const found = pageOf(hits, RESULTS_A_PAGE, wanted, link) ?? {
      ...{ shown: [], page: 1, pages: 1, previous: undefined, next: undefined },
    };
    const { shown, ...paging } = found;
    const data = {
      ...{ ...query, ...paging, isAsked },
      total: snapshot.items.length,
      count: hits.length.toLocaleString(config.publication.language),
      isOne: hits.length === 1,
      cards: shown.map(({ item, words }) => itemCard(item, { base: pages.base, inWords, words })),
    };
    if (request.query.part === 'results') {
      return sendCacheable(request, reply, pages.render('search-results', data));
    }
    allowOwnScript(reply);
    const html = pages.render('search', {
      ...data,
      // Results of searches are nothing for other search engines; the empty page is.
      ...(isAsked ? {} : { canonical: pages.absolute('/search') }),
      choices: choicesFor(snapshot, query),
      script: pages.scriptAddress('search.js'),
    });
    return sendCacheable(request, reply, html);
  });
  onlyMethods(app, '/search', ['GET', 'HEAD']);
}

function readQuery(given: Record<string, unknown>): Query {
  const text = (name: string): string => {
    const value = given[name];
    return typeof value === 'string' ? value.trim().slice(0, MAX_TEXT) : '';
  };
  return {
    text: text('q'),
    category: text('category') || undefined,
    contributor: text('contributor') || undefined,
    year: /^\d{4}$/.test(text('year')) ? Number(text('year')) : undefined,
    highlightsOnly: text('highlights') !== '' || undefined,
  };
}

function isFiltered({ category, contributor, year, highlightsOnly }: Query): boolean {
  return [category, contributor, year, highlightsOnly].some((filter) => filter !== undefined);
}

function parametersOf(query: Query, page: number): URLSearchParams {
  const { text, category, contributor, year, highlightsOnly } = query;
  const given = { q: text, category, contributor, year, highlights: highlightsOnly && 'yes', page };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value) parameters.set(name, String(value));
  return parameters;
}

interface Choice {
  value: string | number;
  name: string;
}

type Choices<Each = Choice> = Record<'categories' | 'contributors' | 'years', Each[]>;

/** What there is to choose from: thousands of items to go through, names to sort. */
const choicesIn = perSnapshot(({ items, categories, contributors }): Choices => {
  const byName = (groups: Snapshot['categories']) =>
    groups
      .map(({ slug, name }) => ({ value: slug, name }))
      .sort((a, b) => a.name.localeCompare(b.name));
  const years = [...new Set(items.flatMap(({ year }) => year ?? []))];
  return {
    categories: byName(categories),
    contributors: byName(contributors),
    years: years.sort((a, b) => b - a).map((year) => ({ value: year, name: String(year) })),
  };
});

function choicesFor(snapshot: Snapshot, query: Query): Choices<Choice & { selected: boolean }> {
  const marked = (choices: readonly Choice[], chosen: Choice['value'] | undefined) =>
    choices.map((choice) => ({ ...choice, selected: choice.value === chosen }));
  const { categories, contributors, years } = choicesIn(snapshot);
  return {
    categories: marked(categories, query.category),
    contributors: marked(contributors, query.contributor),
    years: marked(years, query.year),
  };
}
