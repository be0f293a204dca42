/** `/`, `/issues` and `/issues/:number`: the publication's front door and every issue it sent. */
import type { FastifyInstance } from 'fastify';
import type { Archive, Snapshot } from '../archive/archive.js';
import type { IssueListing, PublicApproval } from '../archive/published.js';
import type { PublicationConfig } from '../config/types.js';
import { dateIn } from '../delivery/send-time.js';
import { sendCacheable } from './caching.js';
import { dateInWords } from './dates.js';
import type { ArchiveDependencies } from './dependencies.js';
import { HttpError } from './error-pages.js';
import { structuredIssue } from './json-ld.js';
import { leadingTitles } from './leading-titles.js';
import { listening } from './listen.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { createShelf } from './shelf.js';
import { signUpForm } from './signup-form.js';

/** Issues named on the landing page. */
const RECENT = 5;
/** Highlights that tell an issue from others in the list. */
const TEASERS = 3;

/** One spelling for each issue, so that `/issues/007` is no second address of `/issues/7`. */
const ISSUE_NUMBER = /^(?:0|[1-9]\d{0,8})$/;

export function registerArchive(
  app: FastifyInstance,
  deps: ArchiveDependencies,
  pages: Pages,
): void {
  const { archive, config } = deps;
  const shelf = createShelf(deps, pages.base);
  const inWords = dateInWords(config.publication.language);
  const entry = ({ number, title, date }: IssueListing) => ({
    ...{ number, title, date },
    dateInWords: inWords(date),
  });

  app.get('/', async (request, reply) => {
    const snapshot = await archive.now();
    const [latest, ...older] = snapshot.issues.slice(0, RECENT);
    const issue = latest && (await shelf.find(latest, snapshot));
    const html = pages.render('home', {
      canonical: pages.absolute('/'),
      latest: latest && { ...entry(latest), highlights: issue?.highlights },
      podcast: hasEpisodes(snapshot),
      older: older.map(entry),
      signup: signUpForm(deps, 'home', { cached: true, asksName: false }),
    });
    return sendCacheable(request, reply, html);
  });

  app.get('/issues', async (request, reply) => {
    const snapshot = await archive.now();
    const issues = snapshot.issues.map((listing) => ({
      ...entry(listing),
      teasers: leadingTitles(snapshot.itemsIn(listing.number), TEASERS).join(' · '),
    }));
    const html = pages.render('issues', {
      canonical: pages.absolute('/issues'),
      years: byYear(issues),
      categories: snapshot.categories.length > 0,
      podcast: hasEpisodes(snapshot),
    });
    return sendCacheable(request, reply, html);
  });

  app.get<{ Params: { number: string } }>('/issues/:number', async (request, reply) => {
    const wanted = ISSUE_NUMBER.test(request.params.number) ? Number(request.params.number) : -1;
    const snapshot = await snapshotWith(archive, wanted);
    const at = snapshot.issues.findIndex(({ number }) => number === wanted);
    const listing = snapshot.issues[at];
    const issue = listing && (await shelf.find(listing, snapshot));
    if (listing === undefined || issue === undefined) throw new HttpError(404);
    const [newer, older] = [snapshot.issues[at - 1], snapshot.issues[at + 1]];
    const canonical = pages.absolute(`/issues/${listing.number}`);
    const announced = snapshot.audioOf(listing.number);
    const audio = listening(listing, announced, {
      url: config.publication.url,
      base: pages.base,
    });
    const html = pages.render('issue', {
      ...entry(listing),
      ...issue,
      approval: issue.approval && approvalInWords(issue.approval, config.publication),
      canonical,
      isArticle: true,
      podcast: hasEpisodes(snapshot),
      ...audio,
      jsonLd: structuredIssue(config.publication, { ...listing, ...issue, ...audio, canonical }),
      newer: newer && entry(newer),
      older: older && entry(older),
    });
    return sendCacheable(request, reply, html);
  });

  for (const path of ['/', '/issues', '/issues/:number']) onlyMethods(app, path, ['GET', 'HEAD']);
}

/** Mails link to their page from the moment they leave: who comes at once finds it. */
async function snapshotWith(archive: Archive, issue: number): Promise<Snapshot> {
  const snapshot = await archive.now();
  const isKnown = issue < 0 || snapshot.issues.some(({ number }) => number === issue);
  return isKnown ? snapshot : archive.now(0);
}

/** The day is that of the publication's clock; the hash tells two versions apart, if anybody asks. */
function approvalInWords(
  { by, at, contentHash }: PublicApproval,
  { timezone, language }: Pick<PublicationConfig, 'timezone' | 'language'>,
) {
  const date = dateIn(timezone, at);
  return { by, date, dateInWords: dateInWords(language)(date), hash: contentHash.slice(0, 12) };
}

function hasEpisodes({ issues }: Snapshot): boolean {
  return issues.some(({ episode }) => episode !== undefined);
}

/** Issues without a date stand with the newer neighbour's year. */
function byYear<T extends { date: string | undefined }>(issues: readonly T[]) {
  const years: { year: string | undefined; issues: T[] }[] = [];
  for (const issue of issues) {
    const last = years.at(-1);
    const year = issue.date?.slice(0, 4) ?? last?.year;
    if (last && last.year === year) last.issues.push(issue);
    else years.push({ year, issues: [issue] });
  }
  return years;
}
