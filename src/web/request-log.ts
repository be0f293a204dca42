/** One line a request, with the route's pattern in place of the URL: URLs hold tokens. */
import type { FastifyInstance } from 'fastify';
import type { WebMeters } from './meters.js';

/** Also answers with the request's id, so that a reader's report can be found in the log. */
export function requestLog(app: FastifyInstance, meters: WebMeters | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    request.log.info(line, 'answered');
    meters?.request(line.method, line.route, line.status);
  });
}
