/**
 * `/p/:token`: what subscribers decide about themselves. With the link of any mail they may pause and
 * choose the edition, which harms nobody (mails get forwarded); name, address, data and erasure open with a fresh link,
 * mailed to the address on file. GET and HEAD change nothing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Subscriber } from '../audience/types.js';
import { EDITIONS, type Edition } from '../issue/editions.js';
import type { WebDependencies } from './dependencies.js';
import { acceptForms, type Fields } from './form-body.js';
import { maskAddress } from './mask-address.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { privately, sendHtml } from './private-page.js';
import { claimsOf, refuseLink, type TokenRoute } from './token-page.js';

const PATH = '/p/:token';
const DATA = '/p/:token/data';
const WEEK_S = 7 * 24 * 3_600;
/** Weeks of a pause, as the page offers them. */
const PAUSES = [1, 2, 4, 8, 12];

type FormRoute = TokenRoute & { Body: Fields | undefined };

/** Whoever came by a link, and whether it is a fresh one from their own mailbox. */
interface Visitor {
  subscriber: Subscriber;
  full: boolean;
  /** Editions to choose between. */
  editions: readonly Edition[];
}

/** What became of a form, by the text that says so (templates/strings.yaml, preferences.done). */
type Done =
  | 'paused'
  | 'unpaused'
  | 'edition'
  | 'link'
  | 'renamed'
  | 'moving'
  | 'erased'
  | 'nothing';

export function registerPreferences(
  app: FastifyInstance,
  deps: WebDependencies,
  pages: Pages,
): void {
  app.register(async (scope) => {
    acceptForms(scope);
    scope.get<TokenRoute>(PATH, async (request, reply) => {
      privately(reply);
      if (claimsOf(deps, 'test', request)) return showTest(pages, reply);
      const visitor = await visitorOf(deps, request);
      return visitor ? show(pages, reply, visitor) : refuseLink(pages, reply);
    });
    scope.post<FormRoute>(PATH, async (request, reply) => {
      privately(reply);
      if (claimsOf(deps, 'test', request)) return showTest(pages, reply);
      const visitor = await visitorOf(deps, request);
      if (visitor === undefined) return refuseLink(pages, reply);
      const { done, error } = await act(deps, visitor, request.body ?? {});
      request.log.info({ outcome: error === undefined ? done : 'invalid' }, 'preferences');
      if (done === 'erased') return sendHtml(reply, pages.render('erased', {}));
      const after = await visitorOf(deps, request);
      if (after === undefined) return refuseLink(pages, reply);
      return show(pages, reply, after, { done, error });
    });
    scope.get<TokenRoute>(DATA, async (request, reply) => {
      privately(reply);
      const visitor = await visitorOf(deps, request);
      if (!visitor?.full) return refuseLink(pages, reply);
      reply.header('content-disposition', 'attachment; filename="my-data.json"');
      return await deps.joining.dataOf(visitor.subscriber);
    });
    onlyMethods(scope, PATH, ['GET', 'HEAD', 'POST']);
    onlyMethods(scope, DATA, ['GET', 'HEAD']);
  });
}

function showTest(pages: Pages, reply: FastifyReply): FastifyReply {
  return sendHtml(reply, pages.render('test-link', { preferences: true }));
}

async function visitorOf(
  deps: WebDependencies,
  request: FastifyRequest<TokenRoute>,
): Promise<Visitor | undefined> {
  const fresh = claimsOf(deps, 'manage', request);
  const claims = fresh ?? claimsOf(deps, 'unsubscribe', request);
  const subscriber = claims && (await deps.audience.get(claims.id));
  const editions = deps.config.publication.editions.highlights ? EDITIONS : [];
  return subscriber && { subscriber, full: fresh !== undefined, editions };
}

async function act(
  { audience, joining }: WebDependencies,
  { subscriber, full, editions }: Visitor,
  fields: Fields,
): Promise<{ done: Done; error?: string | undefined }> {
  const { id } = subscriber;
  const weeks = Number(fields.weeks);
  if (fields.do === 'pause' && PAUSES.includes(weeks)) {
    const until = Math.floor(Date.now() / 1000) + weeks * WEEK_S;
    return { done: (await audience.pause(id, until)) ? 'paused' : 'nothing' };
  }
  if (fields.do === 'unpause') {
    return { done: (await audience.pause(id, undefined)) ? 'unpaused' : 'nothing' };
  }
  const edition = editions.find((known) => known === fields.edition);
  if (fields.do === 'edition' && edition) {
    return { done: (await audience.chooseEdition(id, edition)) ? 'edition' : 'nothing' };
  }
  if (fields.do === 'link') {
    await joining.mailLink(id);
    return { done: 'link' };
  }
  return full ? actFully(joining, id, fields) : { done: 'nothing' };
}

async function actFully(
  joining: WebDependencies['joining'],
  id: string,
  fields: Fields,
): Promise<{ done: Done; error?: string | undefined }> {
  switch (fields.do) {
    case 'name':
      await joining.rename(id, fields.name ?? '');
      return { done: 'renamed' };
    case 'address':
      return { done: 'moving', error: await joining.mailMove(id, fields.email ?? '') };
    case 'erase':
      // A box to tick beside the button: this cannot be undone.
      if (fields.sure !== 'yes') return { done: 'nothing' };
      await joining.erase(id);
      return { done: 'erased' };
    default:
      return { done: 'nothing' };
  }
}

function show(
  pages: Pages,
  reply: FastifyReply,
  { subscriber, full, editions }: Visitor,
  { done, error }: { done?: Done; error?: string | undefined } = {},
): FastifyReply {
  const { address, name, status, pausedUntil, edition: chosen } = subscriber;
  const html = pages.render('preferences', {
    ...{ full, name, error, token: tokenIn(reply) },
    who: full ? address : maskAddress(address),
    pauses: PAUSES.map((weeks) => ({
      weeks,
      text: `preferences.pause.${weeks === 1 ? 'week' : 'weeks'}`,
    })),
    editions: editions.map((edition) => ({
      edition,
      chosen: edition === chosen,
      text: `preferences.edition.${edition}`,
    })),
    active: status === 'active',
    pausedUntil: pausedUntil && pages.dateInWords(pausedUntil * 1000),
    done:
      done === undefined || error !== undefined || done === 'nothing'
        ? ''
        : `preferences.done.${done}`,
  });
  return sendHtml(reply.code(error === undefined ? 200 : 400), html);
}

/** Links on the page lead on under the same token. */
function tokenIn({ request }: FastifyReply): string {
  return (request.params as TokenRoute['Params']).token;
}
