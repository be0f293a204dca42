/**
 * Pages for what went wrong, in the publication's design. They say what to do next and nothing about
 * the inside: no message of an error, no URL, no header of the request is repeated.
 */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppError } from '../errors.js';
import type { Pages } from './pages.js';

interface ErrorPage {
  heading: string;
  text: string;
}

const PAGES: Record<number, ErrorPage> = {
  400: {
    heading: 'That request made no sense',
    text: 'The server could not read what was sent. Please go back and try once more.',
  },
  404: {
    heading: 'There is nothing here',
    text: 'The address may be mistyped, or the page was never published.',
  },
  405: {
    heading: 'Not like this',
    text: 'This page exists, but it cannot be asked for in that way.',
  },
  408: {
    heading: 'That took too long',
    text: 'The request did not arrive in time. Please try once more.',
  },
  413: {
    heading: 'That is too much',
    text: 'More was sent than this page takes.',
  },
  429: {
    heading: 'That is too fast',
    text: 'More came from your network in this minute than people read. Please wait a minute.',
  },
  500: {
    heading: 'Something broke on our side',
    text: 'It is not your doing, and the operator has a record of it. Please try again later.',
  },
  503: {
    heading: 'Back in a moment',
    text: 'The service cannot reach its data right now. Please try again in a minute.',
  },
};

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
    return reply.send(pages.render('error', { ...PAGES[status], requestId: request.id }));
  });
}

/** A status we have a page for. */
function statusOf(error: unknown): number {
  if (error instanceof AppError) return error.code === 'redis_unreachable' ? 503 : 500;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status in PAGES) return status;
  return status >= 400 && status < 500 ? 400 : 500;
}

/** Named fields only: errors of Redis carry the arguments of the command, and so subscribers. */
function logFault(log: Logger, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error({ error: { name, message, stack } }, 'request failed');
}
