/** Pages that are one person's, or the answer to what one person sent. */
import type { FastifyReply } from 'fastify';

/** For no cache and no search engine. */
export function privately(reply: FastifyReply): void {
  reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex');
}

export function sendHtml(reply: FastifyReply, document: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(document);
}
