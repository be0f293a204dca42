/**
 * `/subscribe`: the page with the form, and what forms everywhere post to. Answers a browser with a
 * page and a program with JSON; both are the same whether or not the address is known.
 *
 * A program (and a script on another site) posts JSON `{"email", "name", "form"}` and gets
 * - 202 `{"status": "check-mail"}`;
 * - 400 `{"status": "invalid", "reason"}`;
 * - 428 `{"status": "prove", "challenge"}`: to be solved and sent along as `proof`, or `"patient": "yes"`;
 * - 429 `{"status": "busy"}`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SignUpAnswer } from '../joining/sign-up.js';
import type { WebDependencies } from './dependencies.js';
import { HttpError } from './error-pages.js';
import { acceptForms, type Fields } from './form-body.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { privately, sendHtml } from './private-page.js';
import { allowOwnScript } from './security.js';
import { signUpForm } from './signup-form.js';

const PATH = '/subscribe';

export function registerSubscribe(app: FastifyInstance, deps: WebDependencies, pages: Pages): void {
  app.register(async (scope) => {
    acceptForms(scope);
    scope.get(PATH, async (_request, reply) => {
      privately(reply);
      const signup = signUpForm(deps, 'page');
      return sendHtml(reply, pages.render('subscribe', { signup }));
    });
    scope.post<{ Body: Fields | undefined }>(PATH, async (request, reply) => {
      privately(reply);
      const fields = request.body ?? {};
      if (fields.email === undefined) throw new HttpError(400);
      const answer = await deps.joining.take(filledForm(fields, request, pages));
      request.log.info({ outcome: answer.kind }, 'a sign-up came');
      deps.meters?.signUp(answer.kind);
      if (isForProgram(request)) return answerProgram(answer, reply);
      return answerReader(answer, fields, { deps, pages, reply });
    });
    // Scripts of other sites may post their forms here: nothing comes of it but a mail to the address.
    scope.options(PATH, async (_request, reply) => allowOtherSites(reply).code(204).send());
    onlyMethods(scope, PATH, ['GET', 'HEAD', 'POST', 'OPTIONS']);
  });
}

function filledForm(fields: Fields, { ip }: FastifyRequest, pages: Pages) {
  const { email = '', name, form, stamp, website: trap, proof, patient } = fields;
  const wording = pages.wording();
  return { email, name, form, stamp, trap, proof, patient: patient === 'yes', wording, ip };
}

function isForProgram({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.startsWith('application/json') ?? false;
}

const STATUS: Record<SignUpAnswer['kind'], { code: number; status: string }> = {
  taken: { code: 202, status: 'check-mail' },
  invalid: { code: 400, status: 'invalid' },
  again: { code: 409, status: 'again' },
  prove: { code: 428, status: 'prove' },
  busy: { code: 429, status: 'busy' },
};

function answerProgram(answer: SignUpAnswer, reply: FastifyReply): FastifyReply {
  const { kind, ...details } = answer;
  const { code, status } = STATUS[kind];
  return allowOtherSites(reply)
    .code(code)
    .send({ status, ...details });
}

function allowOtherSites(reply: FastifyReply): FastifyReply {
  return reply
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-methods', 'POST')
    .header('access-control-allow-headers', 'content-type')
    .header('cross-origin-resource-policy', 'cross-origin');
}

interface Page {
  deps: WebDependencies;
  pages: Pages;
  reply: FastifyReply;
}

function answerReader(
  answer: SignUpAnswer,
  { email, name, form = 'page' }: Fields,
  { deps, pages, reply }: Page,
): FastifyReply {
  const filled = { email, name };
  switch (answer.kind) {
    case 'taken':
      return sendHtml(reply, pages.render('check-mail', { later: answer.later }));
    case 'invalid': {
      const signup = signUpForm(deps, form, { ...filled, error: answer.reason });
      return sendHtml(reply.code(400), pages.render('subscribe', { signup }));
    }
    case 'again': {
      const signup = signUpForm(deps, form, filled);
      return sendHtml(reply, pages.render('subscribe', { signup, again: true }));
    }
    case 'prove': {
      // Solving takes longer than filling in: the stamp is already as old as it must be.
      const signup = { ...signUpForm(deps, form, filled), stamp: '' };
      const challenge = JSON.stringify(answer.challenge);
      allowOwnScript(reply);
      return sendHtml(reply, pages.render('prove', { signup, challenge }));
    }
    case 'busy':
      return sendHtml(
        reply.code(429).header('retry-after', '3600'),
        pages.render('signup-busy', {}),
      );
  }
}
