/** `/move/:token`: the link in the mail to a new address. GET shows a button; POST moves them there. */
import type { FastifyInstance } from 'fastify';
import type { WebDependencies } from './dependencies.js';
import { acceptForms } from './form-body.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { privately, sendHtml } from './private-page.js';
import { claimsOf, refuseLink, type TokenRoute } from './token-page.js';

const PATH = '/move/:token';

export function registerMove(app: FastifyInstance, deps: WebDependencies, pages: Pages): void {
  app.register(async (scope) => {
    acceptForms(scope);
    scope.get<TokenRoute>(PATH, async (request, reply) => {
      privately(reply);
      const claims = claimsOf(deps, 'move', request);
      const person = claims && (await deps.audience.get(claims.id));
      if (person?.moving === undefined || person.moving.at !== claims?.issuedAt) {
        return refuseLink(pages, reply);
      }
      return sendHtml(reply, pages.render('move', { to: person.moving.to }));
    });
    scope.post<TokenRoute>(PATH, async (request, reply) => {
      privately(reply);
      const claims = claimsOf(deps, 'move', request);
      const moved = claims && (await deps.audience.move(claims.id, claims.issuedAt ?? 0));
      if (moved === undefined) return refuseLink(pages, reply);
      request.log.info('a reader moved to another address');
      return sendHtml(reply, pages.render('moved', {}));
    });
    onlyMethods(scope, PATH, ['GET', 'HEAD', 'POST']);
  });
}
