/**
 * A limit for who asks for pages far faster than people read. Counted in this process and never for
 * leaving: mailbox providers post thousands of one-clicks from few addresses. Readers behind a proxy
 * that is not trusted (http.trustProxy) are one to us and have no limit.
 */
import type { FastifyInstance } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../joining/network.js';
import { HttpError } from './error-pages.js';

/** An issue with its pictures is some twenty. */
const REQUESTS = 600;
const SECONDS = 60;

const UNLIMITED = /^\/(?:u\/|healthz$|readyz$)/;

export function limitRequests(app: FastifyInstance): void {
  const limiter = new RateLimiterMemory({ points: REQUESTS, duration: SECONDS });
  app.addHook('onRequest', async (request, reply) => {
    const network = networkOf(request.ip);
    if (network === undefined || UNLIMITED.test(request.url)) return;
    const isAllowed = await limiter.consume(network).then(
      () => true,
      () => false,
    );
    if (isAllowed) return;
    reply.header('retry-after', String(SECONDS));
    throw new HttpError(429);
  });
}
