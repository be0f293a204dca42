/** Tokens of links: what a request's token says, for the purposes its route takes. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TokenClaims, type TokenPurpose, verifyToken } from '../message/tokens.js';
import type { WebDependencies } from './dependencies.js';
import type { Pages } from './pages.js';
import { sendHtml } from './private-page.js';

export interface TokenRoute {
  Params: { token: string };
}
export type TokenRequest = FastifyRequest<TokenRoute>;

/** @returns undefined for a token that is forged, cut off, expired or of another purpose */
export function claimsOf(
  { config }: Pick<WebDependencies, 'config'>,
  purpose: TokenPurpose,
  { params }: { params: TokenRoute['Params'] },
): TokenClaims | undefined {
  const { keys, publication } = config;
  return verifyToken(keys.tokenKeys, publication.slug, purpose, params.token);
}

/** Forged, cut off, or of another publication: says how to leave without a link. */
export function refuseLink(pages: Pages, reply: FastifyReply): FastifyReply {
  return sendHtml(reply.code(404), pages.render('unknown-link', {}));
}
