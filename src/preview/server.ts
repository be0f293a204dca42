/**
 * The preview over HTTP, for the person at this machine: on loopback, for loopback names alone (a
 * page elsewhere must not read drafts by way of a name of its own), changing nothing.
 */
import { EventEmitter } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config/types.js';
import { registerImages } from '../web/images.js';
import { LOOKS, mailDocument, mailFile, policyFor } from './mail-document.js';
import { previewFile, previewPage } from './pages.js';
import type { PreviewModel } from './state.js';

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Keeps proxies and browsers from closing the stream of changes. */
const HEARTBEAT_MS = 20_000;

export interface PreviewServer {
  app: FastifyInstance;
  /** Tells every open page to look again. */
  announce(): void;
}

export async function buildPreview(model: PreviewModel, dir: string): Promise<PreviewServer> {
  const app = Fastify({ forceCloseConnections: true });
  const changes = new EventEmitter().setMaxListeners(0);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    if (!/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '')) {
      await reply.code(403).type('text/plain').send('The preview answers on localhost only.\n');
    }
  });
  app.get('/', async (_, reply) =>
    reply
      .header('content-security-policy', PAGE_POLICY)
      .type('text/html; charset=utf-8')
      .send(previewPage(model.state(true))),
  );
  app.get('/preview.css', async (_, reply) =>
    reply.type('text/css; charset=utf-8').send(previewFile('preview.css')),
  );
  app.get('/preview.js', async (_, reply) =>
    reply.type('text/javascript; charset=utf-8').send(previewFile('preview.js')),
  );
  app.get('/state.json', async () => model.state(true));
  app.get<{ Params: { file: string } }>('/:file', async (request, reply) =>
    sendMail(model, request.params.file, reply),
  );
  app.get('/events', (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const tell = () => raw.write(`data: ${model.state(true).version}\n\n`);
    const beat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
    changes.on('change', tell);
    request.raw.on('close', () => {
      clearInterval(beat);
      changes.off('change', tell);
    });
    tell();
  });
  registerImages(app, { dir } as Config);
  await app.ready();
  return { app, announce: () => changes.emit('change') };
}

function sendMail(model: PreviewModel, file: string, reply: import('fastify').FastifyReply) {
  for (const [key, copy] of Object.entries(model.proof?.copies ?? {})) {
    const look = LOOKS.find((candidate) => mailFile(key, candidate) === file);
    if (!look) continue;
    return reply
      .header('content-security-policy', `${policyFor(look.images)}; frame-ancestors 'self'`)
      .type('text/html; charset=utf-8')
      .send(mailDocument(copy.html, look, model.proof?.publicUrl ?? ''));
  }
  return reply.code(404).type('text/plain').send('There is nothing here.\n');
}
