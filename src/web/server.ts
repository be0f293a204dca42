/**
 * The public web server: what readers and mailbox providers meet.
 *
 * Owns HTTP: routes, headers, limits, error pages, request logs. Must never change anything on GET
 * or HEAD (scanners follow links), put a URL, token, address or header into a log line or a page,
 * set a cookie, or redirect a POST.
 *
 * @see RFC 9110 (HTTP), RFC 8058 (one-click unsubscribe, in unsubscribe.ts)
 */
import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, LogController, type RouteOptions } from 'fastify';
import { createArchive } from '../archive/archive.js';
import { registerArchive } from './archive.js';
import { registerAssets } from './assets.js';
import { registerAudio } from './audio.js';
import { registerCollections } from './collections.js';
import { registerConfirm } from './confirm.js';
import type { WebDependencies } from './dependencies.js';
import { registerErrorPages } from './error-pages.js';
import { registerFeeds } from './feeds.js';
import { registerGoodbye } from './goodbye.js';
import { registerHealth } from './health.js';
import { registerImages } from './images.js';
import { registerMove } from './move.js';
import { createPages } from './pages.js';
import { registerPodcast } from './podcast.js';
import { registerPreferences } from './preferences.js';
import { limitRequests } from './request-limit.js';
import { requestLog } from './request-log.js';
import { routedUrl } from './routed-url.js';
import { registerSearch } from './search.js';
import { SECURITY_HEADERS } from './security.js';
import { registerSitemap } from './sitemap.js';
import { registerSubscribe } from './subscribe.js';
import { registerUnsubscribe } from './unsubscribe.js';

/** A one-click body is 26 bytes, some 200 as multipart; nothing here takes more. */
const MAX_BODY_BYTES = 16_384;
/** A slow sender of a request is cut off. */
const REQUEST_WITHIN_MS = 15_000;
/** Redis is away: answer 503 instead of letting the caller wait. */
const HANDLE_WITHIN_MS = 10_000;
/** Browsers keep a page for a minute: a second more is nothing to readers, and much under load. */
const LOOK_EVERY_MS = 1_000;

/**
 * Builds the server; listening is the caller's.
 * @param onRoute told of every route there is
 */
export async function buildWeb(
  deps: WebDependencies,
  onRoute: (route: RouteOptions) => void = () => {},
): Promise<FastifyInstance> {
  const { lookEveryMs = LOOK_EVERY_MS } = deps;
  const app: FastifyInstance = Fastify({
    loggerInstance: deps.log as FastifyInstance['log'],
    // Fastify's own lines hold the URL, and so tokens; request-log.ts writes ours.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: [...deps.config.http.trustProxy],
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    handlerTimeout: HANDLE_WITHIN_MS,
    // Longer than any URL that Node takes: what is no token gets our page, however long.
    routerOptions: { maxParamLength: maxHeaderSize },
    rewriteUrl: routedUrl(deps.config.publication.url),
  });
  app.addHook('onRoute', onRoute);
  await app.register(helmet, SECURITY_HEADERS);
  requestLog(app, deps.meters);
  limitRequests(app);
  const pages = createPages(deps.config, { lookEveryMs });
  registerErrorPages(app, pages);
  registerAssets(app, pages);
  registerHealth(app, deps);
  registerUnsubscribe(app, deps, pages);
  registerGoodbye(app, deps, pages);
  registerPreferences(app, deps, pages);
  registerMove(app, deps, pages);
  registerSubscribe(app, deps, pages);
  registerConfirm(app, deps, pages);
  const { config, joining } = deps;
  const archive = createArchive(deps.frozenIssues, { ...config.publication, lookEveryMs });
  const archived = { config, joining, archive };
  // The first reader need not wait until years of issues are read; a failure is that reader's to see.
  app.addHook('onListen', async () => {
    void archive.now().catch(() => undefined);
  });
  registerArchive(app, archived, pages);
  registerCollections(app, archived, pages);
  registerSearch(app, archived, pages);
  registerFeeds(app, archived, pages);
  registerPodcast(app, archived, pages);
  registerSitemap(app, archived, pages);
  registerImages(app, deps.config);
  registerAudio(app, deps);
  await app.ready();
  return app;
}
