/**
 * `/u/:token`: the way out. GET and HEAD show a page with a button and change nothing; POST acts at
 * once, every time with 200, without redirect, cookie, login or confirmation.
 *
 * Any POST with a valid token acts, whatever its body: the token names person and list, RFC 8058
 * §3.2 lets providers choose between two encodings, some send an empty body, and our own form posts
 * to the same address. A body nobody needs to understand cannot be misunderstood.
 *
 * @see RFC 8058 §3.1 (no redirect), §3.2 (body), §4 (no cookies or other context)
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LEAVING_REASONS } from '../audience/preferences.js';
import type { Subscriber } from '../audience/types.js';
import type { TokenClaims } from '../message/tokens.js';
import type { WebDependencies } from './dependencies.js';
import { maskAddress } from './mask-address.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { privately, sendHtml } from './private-page.js';
import { claimsOf, refuseLink, type TokenRequest } from './token-page.js';

const PATH = '/u/:token';

export function registerUnsubscribe(
  app: FastifyInstance,
  deps: WebDependencies,
  pages: Pages,
): void {
  // In a scope of its own, so that "any body will do" holds for this route alone.
  app.register(async (scope) => {
    acceptAnyBody(scope);
    scope.get(PATH, async (request: TokenRequest, reply) => {
      privately(reply);
      if (claimsOf(deps, 'test', request)) return sendHtml(reply, pages.render('test-link', {}));
      const claims = claimsOf(deps, 'unsubscribe', request);
      if (claims === undefined) return refuseLink(pages, reply);
      return sendHtml(
        reply,
        page(pages, 'unsubscribe', request, await deps.audience.get(claims.id)),
      );
    });
    scope.post(PATH, async (request: TokenRequest, reply) => {
      privately(reply);
      // `send` asks whether the printed URL leads here (door.ts); nothing changes.
      if (claimsOf(deps, 'door', request)) return { instance: deps.instanceId };
      if (claimsOf(deps, 'test', request)) return answerTest(pages, request, reply);
      const claims = claimsOf(deps, 'unsubscribe', request);
      if (claims === undefined) return refuseLink(pages, reply);
      return leave(deps, pages, claims, request, reply);
    });
    onlyMethods(scope, PATH, ['GET', 'HEAD', 'POST']);
  });
}

/** Reads a body of any type up to the server's limit and forgets it. */
function acceptAnyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
  // A content type that cannot be parsed would be refused before the parser above is asked.
  scope.addHook('onRequest', async ({ raw }) => {
    delete raw.headers['content-type'];
  });
}

async function leave(
  deps: WebDependencies,
  pages: Pages,
  claims: TokenClaims,
  request: TokenRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Asked before leaving only for the page: what the reader is told about is who they were.
  const subscriber = await deps.audience.get(claims.id);
  const outcome = await deps.audience.unsubscribe(claims.id);
  request.log.info({ outcome: outcome.kind, issue: claims.issue }, 'a reader left');
  deps.meters?.left(outcome.kind);
  if (!wantsPage(request)) return reply.type('text/plain; charset=utf-8').send('unsubscribed\n');
  return sendHtml(reply, page(pages, 'left', request, subscriber));
}

/** The link of a test copy works as a link and lets nobody leave. */
function answerTest(pages: Pages, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!wantsPage(request)) return reply.type('text/plain; charset=utf-8').send('test\n');
  return sendHtml(reply, pages.render('test-link', { posted: true }));
}

/** Reasons for leaving, with the names of their texts. */
const REASONS = LEAVING_REASONS.map((name) => ({ name, text: `leaving.reason.${name}` }));

function page(
  pages: Pages,
  name: 'unsubscribe' | 'left',
  { params }: TokenRequest,
  subscriber: Subscriber | undefined,
): string {
  return pages.render(name, { ...person(subscriber), token: params.token, reasons: REASONS });
}

/** What a page may say about the person; nothing about someone who was erased. */
function person(subscriber: Subscriber | undefined): Record<string, unknown> {
  if (subscriber === undefined) return { listed: false };
  const { address, status } = subscriber;
  return { listed: status !== 'unsubscribed', who: maskAddress(address) };
}

/** Browsers name HTML first; mailbox providers take anything and show nothing. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false;
}
