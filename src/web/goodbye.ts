/**
 * What may follow on the page that says goodbye: a reason, which nobody has to give, and the way
 * back, by a mail like any other sign-up. Under the unsubscribe link, which never expires.
 */
import type { FastifyInstance } from 'fastify';
import { LEAVING_REASONS } from '../audience/preferences.js';
import { cleanWords } from '../joining/sign-up.js';
import type { WebDependencies } from './dependencies.js';
import { acceptForms, type Fields } from './form-body.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { privately, sendHtml } from './private-page.js';
import { claimsOf, refuseLink, type TokenRoute } from './token-page.js';

const REASON = '/u/:token/reason';
const RETURN = '/u/:token/return';

type FormRoute = TokenRoute & { Body: Fields | undefined };

export function registerGoodbye(app: FastifyInstance, deps: WebDependencies, pages: Pages): void {
  app.register(async (scope) => {
    acceptForms(scope);
    scope.post<FormRoute>(REASON, async (request, reply) => {
      privately(reply);
      const claims = claimsOf(deps, 'unsubscribe', request);
      const person = claims && (await deps.audience.get(claims.id));
      if (claims === undefined) return refuseLink(pages, reply);
      const { reason: said, words = '' } = request.body ?? {};
      const reason = LEAVING_REASONS.find((known) => known === said);
      if (person && reason) await deps.audience.giveReason(person.id, reason, cleanWords(words));
      return sendHtml(reply, pages.render('thanks', {}));
    });
    scope.post<FormRoute>(RETURN, async (request, reply) => {
      privately(reply);
      const claims = claimsOf(deps, 'unsubscribe', request);
      if (claims === undefined) return refuseLink(pages, reply);
      await deps.joining.mailReturn(claims.id, pages.wording(), request.ip);
      return sendHtml(reply, pages.render('check-mail', {}));
    });
    for (const path of [REASON, RETURN]) onlyMethods(scope, path, ['POST']);
  });
}
