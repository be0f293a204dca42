/** `/healthz`: for load balancers and supervisors. */
import type { FastifyInstance } from 'fastify';
import type { WebDependencies } from './dependencies.js';
import { onlyMethods } from './methods.js';

/** 200 while this process can serve readers, 503 while Redis does not answer. */
export function registerHealth(app: FastifyInstance, { ready }: WebDependencies): void {
  app.get('/healthz', async (_request, reply) => {
    const isReady = await ready();
    reply.header('cache-control', 'no-store').code(isReady ? 200 : 503);
    return { status: isReady ? 'ok' : 'redis does not answer' };
  });
  onlyMethods(app, '/healthz', ['GET', 'HEAD']);
}
