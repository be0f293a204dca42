/**
 * Pages for what went wrong, in the publication's design. They say what to do next and nothing about
 * the inside: no message of an error, no URL, no header of the request is repeated.
 */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppError } from '../errors.js';
import type { Pages } from './pages.js';

/** What we have words for: `errors` in templates/strings.yaml. */
const STATUSES: readonly number[] = [400, 404, 405, 408, 413, 429, 500, 503];

/** Thrown by handlers for an answer with one of the pages above. */
export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number) {
    super(`status ${statusCode}`);
    this.statusCode = statusCode;
  }
}

export function registerErrorPages(app: FastifyInstance, pages: Pages): void {
  app.setNotFoundHandler(() => {
    throw new HttpError(404);
  });
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) logFault(request.log as Logger, error);
    if (status === 503) reply.header('retry-after', '60');
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').code(status);
    const heading = pages.text(`errors.${status}.heading`);
    const text = pages.text(`errors.${status}.text`);
    return reply.send(pages.render('error', { heading, text, requestId: request.id }));
  });
}

/** A status we have a page for. */
function statusOf(error: unknown): number {
  if (error instanceof AppError) return error.code === 'redis_unreachable' ? 503 : 500;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (STATUSES.includes(status)) return status;
  return status >= 400 && status < 500 ? 400 : 500;
}

/** Named fields only: errors of Redis carry the arguments of the command, and so subscribers. */
function logFault(log: Logger, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error({ error: { name, message, stack } }, 'request failed');
}
