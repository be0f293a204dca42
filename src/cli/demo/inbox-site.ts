/** The inbox's pages: the list, and one mail as a phone, a desktop or a text client shows it. */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import PostalMime, { type Email } from 'postal-mime';
import type { DesignConfig } from '../../config/types.js';
import { renderTemplate } from '../../render/templates.js';
import { headerOf, headingOf, type InboxMail, type Mailbox, unsubscribeUrl } from './mailbox.js';

const PER_PAGE = 50;
const VIEWS = ['desktop', 'phone', 'text', 'headers', 'source'] as const;
type View = (typeof VIEWS)[number];

/** Nothing but our own style sheet and the framed mail. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";
/** A mail may show itself and images, and open links in a new tab; it can run nothing. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; frame-ancestors 'self'";

/** @returns a Fastify that does not listen yet */
export function inboxSite(mailbox: Mailbox, design: DesignConfig): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', PAGE_POLICY);
    reply.header('referrer-policy', 'no-referrer');
    reply.header('x-content-type-options', 'nosniff');
  });
  for (const name of ['style.css', 'inbox.css']) {
    app.get(`/${name}`, async (_request, reply) =>
      reply.type('text/css').send(render(name, { design })),
    );
  }
  app.get<{ Querystring: { page?: string } }>('/', async (request, reply) =>
    page(reply, 'inbox', await listPage(mailbox, positive(request.query.page) ?? 1)),
  );
  app.get<{ Params: { number: string }; Querystring: { view?: string } }>(
    '/mails/:number',
    async (request, reply) => {
      const mail = mailbox.get(positive(request.params.number) ?? 0);
      if (!mail) return notFound(reply);
      const view = VIEWS.find((one) => one === request.query.view) ?? 'desktop';
      return page(reply, 'inbox-mail', await mailPage(mailbox, mail, view));
    },
  );
  app.get<{ Params: { number: string } }>('/mails/:number/html', async (request, reply) => {
    const mail = mailbox.get(positive(request.params.number) ?? 0);
    if (!mail) return notFound(reply);
    const { html = '' } = await PostalMime.parse(mail.raw);
    return reply
      .header('content-security-policy', MAIL_POLICY)
      .type('text/html; charset=utf-8')
      .send(withLinksInNewTab(html));
  });
  app.setNotFoundHandler((_request, reply) => notFound(reply));
  return app;
}

async function listPage(mailbox: Mailbox, wanted: number): Promise<Record<string, unknown>> {
  const mails = mailbox.list();
  const pages = Math.max(1, Math.ceil(mails.length / PER_PAGE));
  const current = Math.min(wanted, pages);
  const shown = mails.slice((current - 1) * PER_PAGE, current * PER_PAGE);
  return {
    received: mailbox.received.toLocaleString('en'),
    one: mailbox.received === 1,
    forgotten: mailbox.received - mails.length,
    mails: await Promise.all(shown.map((mail) => summary(mailbox, mail))),
    current,
    pages,
    newer: current > 1 ? current - 1 : undefined,
    older: current < pages ? current + 1 : undefined,
  };
}

async function summary(mailbox: Mailbox, mail: InboxMail): Promise<Record<string, unknown>> {
  return {
    ...(await mailbox.heading(mail)),
    number: mail.number,
    time: mail.receivedAt.toLocaleTimeString('en-GB'),
    isoTime: mail.receivedAt.toISOString(),
    size: `${Math.ceil(mail.size / 1024)} KB`,
  };
}

async function mailPage(
  mailbox: Mailbox,
  mail: InboxMail,
  view: View,
): Promise<Record<string, unknown>> {
  const email = await PostalMime.parse(mail.raw);
  return {
    ...(await summary(mailbox, mail)),
    ...headingOf(email, mail),
    envelopeFrom: mail.envelopeFrom,
    envelopeTo: mail.envelopeTo,
    unsubscribe: unsubscribeUrl(email),
    views: VIEWS.map((name) => ({ name, selected: name === view })),
    framed: view === 'desktop' || view === 'phone' ? view : undefined,
    plain: plainView(email, mail, view),
    newer: mailbox.get(mail.number + 1)?.number,
    older: mailbox.get(mail.number - 1)?.number,
  };
}

function plainView(email: Email, mail: InboxMail, view: View): string | undefined {
  if (view === 'text') return email.text ?? '';
  if (view === 'headers') return headerOf(mail.raw).toString('utf8').trimEnd();
  if (view === 'source') return mail.raw.toString('utf8');
  return undefined;
}

/** Links to elsewhere must leave the frame: most sites refuse to be shown in one. */
function withLinksInNewTab(html: string): string {
  return html.replace(/<a\b(?=[^>]*\bhref="https?:)/gi, '<a target="_blank"');
}

function page(reply: FastifyReply, template: string, data: object): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(render(template, data));
}

function render(template: string, data: object): string {
  return renderTemplate(template, data, { folder: 'web' });
}

function notFound(reply: FastifyReply): FastifyReply {
  return page(reply.code(404), 'inbox-missing', {});
}

function positive(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
