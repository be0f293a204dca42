/** `/`, `/issues` and `/issues/:number`: the publication's front door and every issue it sent. */
import type { FastifyInstance } from 'fastify';
import type { PublicationConfig } from '../config/types.js';
import { dateIn } from '../delivery/send-time.js';
import { sendCacheable } from './caching.js';
import type { IssueListing, PublicApproval, WebDependencies } from './dependencies.js';
import { HttpError } from './error-pages.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { createShelf } from './shelf.js';
import { signUpForm } from './signup-form.js';

/** Issues named on the landing page. */
const RECENT = 5;

/** One spelling for each issue, so that `/issues/007` is no second address of `/issues/7`. */
const ISSUE_NUMBER = /^(?:0|[1-9]\d{0,8})$/;

export function registerArchive(app: FastifyInstance, deps: WebDependencies, pages: Pages): void {
  const shelf = createShelf(deps.frozenIssues, deps.config);
  const { language } = deps.config.publication;
  const entry = (listing: IssueListing) => ({
    number: listing.number,
    title: listing.title,
    date: listing.date,
    dateInWords: inWords(listing.date, language),
  });

  app.get('/', async (request, reply) => {
    const [latest, ...older] = (await deps.frozenIssues.list()).slice(0, RECENT);
    const issue = latest && (await shelf.find(latest));
    const html = pages.render('home', {
      canonical: pages.absolute('/'),
      latest: latest && { ...entry(latest), highlights: issue?.highlights },
      older: older.map(entry),
      signup: signUpForm(deps, 'home', { cached: true, asksName: false }),
    });
    return sendCacheable(request, reply, html);
  });

  app.get('/issues', async (request, reply) => {
    const issues = (await deps.frozenIssues.list()).map(entry);
    const html = pages.render('issues', { canonical: pages.absolute('/issues'), issues });
    return sendCacheable(request, reply, html);
  });

  app.get<{ Params: { number: string } }>('/issues/:number', async (request, reply) => {
    const listings = await deps.frozenIssues.list();
    const wanted = ISSUE_NUMBER.test(request.params.number) ? Number(request.params.number) : -1;
    const at = listings.findIndex(({ number }) => number === wanted);
    const listing = listings[at];
    const issue = listing && (await shelf.find(listing));
    if (listing === undefined || issue === undefined) throw new HttpError(404);
    const [newer, older] = [listings[at - 1], listings[at + 1]];
    const html = pages.render('issue', {
      ...entry(listing),
      ...issue,
      approval: issue.approval && approvalInWords(issue.approval, deps.config.publication),
      canonical: pages.absolute(`/issues/${listing.number}`),
      newer: newer && entry(newer),
      older: older && entry(older),
    });
    return sendCacheable(request, reply, html);
  });

  for (const path of ['/', '/issues', '/issues/:number']) onlyMethods(app, path, ['GET', 'HEAD']);
}

/** The day is that of the publication's clock; the hash tells two versions apart, if anybody asks. */
function approvalInWords(
  { by, at, contentHash }: PublicApproval,
  { timezone, language }: Pick<PublicationConfig, 'timezone' | 'language'>,
) {
  const date = dateIn(timezone, at);
  return { by, date, dateInWords: inWords(date, language), hash: contentHash.slice(0, 12) };
}

/** "27 May 2020" as the publication's language writes it. */
function inWords(date: string | undefined, language: string): string | undefined {
  if (date === undefined) return undefined;
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${date}T00:00:00Z`));
}
