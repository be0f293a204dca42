/**
 * `/confirm/:token`: the link of the mail that asks whether its reader wants to join. GET and HEAD
 * show a button and change nothing, since scanners follow links; POST takes them in.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { verifyToken } from '../message/tokens.js';
import type { WebDependencies } from './dependencies.js';
import { acceptForms } from './form-body.js';
import { maskAddress } from './mask-address.js';
import { onlyMethods } from './methods.js';
import type { Pages } from './pages.js';
import { privately, sendHtml } from './private-page.js';
import { signUpForm } from './signup-form.js';

const PATH = '/confirm/:token';

type TokenRequest = FastifyRequest<{ Params: { token: string } }>;

export function registerConfirm(app: FastifyInstance, deps: WebDependencies, pages: Pages): void {
  app.register(async (scope) => {
    acceptForms(scope);
    scope.get(PATH, async (request: TokenRequest, reply) => {
      privately(reply);
      const asked = askedBy(deps, request);
      const subscriber = asked && (await deps.audience.get(asked.id));
      if (subscriber === undefined) return refuse(deps, pages, reply);
      const who = maskAddress(subscriber.address);
      if (subscriber.wishedAt !== undefined) {
        return sendHtml(reply, pages.render('confirm', { who }));
      }
      if (subscriber.status !== 'active') return refuse(deps, pages, reply);
      return welcome(deps, pages, reply, { who, already: true });
    });
    scope.post(PATH, async (request: TokenRequest, reply) => {
      privately(reply);
      const asked = askedBy(deps, request);
      const outcome = asked && (await deps.joining.confirm(asked.id, asked.at, request.ip));
      const subscriber = asked && (await deps.audience.get(asked.id));
      if (subscriber === undefined || outcome === 'unknown') return refuse(deps, pages, reply);
      const who = maskAddress(subscriber.address);
      return welcome(deps, pages, reply, { who, already: outcome === 'already' });
    });
    onlyMethods(scope, PATH, ['GET', 'HEAD', 'POST']);
  });
}

function askedBy({ config }: WebDependencies, { params }: TokenRequest) {
  const { keys, publication } = config;
  const claims = verifyToken(keys.tokenKeys, publication.slug, 'confirm', params.token);
  return claims && { id: claims.id, at: claims.issuedAt ?? 0 };
}

async function welcome(
  { frozenIssues }: WebDependencies,
  pages: Pages,
  reply: FastifyReply,
  about: { who: string; already: boolean },
): Promise<FastifyReply> {
  const [latest] = await frozenIssues.list();
  return sendHtml(reply, pages.render('confirmed', { ...about, latest }));
}

/** Expired, used, forged or cut off: a new one may be asked for on the same page. */
function refuse(deps: WebDependencies, pages: Pages, reply: FastifyReply): FastifyReply {
  const signup = signUpForm(deps, 'confirm');
  return sendHtml(reply.code(404), pages.render('confirm-unknown', { signup }));
}
