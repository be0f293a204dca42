/**
 * `/healthz` and `/readyz`, for supervisors and load balancers. A process that waits for Redis is
 * well: starting it again would help nobody. It is not ready.
 */
import type { FastifyInstance } from 'fastify';
import type { WebDependencies } from './dependencies.js';
import { onlyMethods } from './methods.js';

/** `/healthz`: 200 while this process answers at all. `/readyz`: 503 while Redis does not answer. */
export function registerHealth(
  app: FastifyInstance,
  { ready }: Pick<WebDependencies, 'ready'>,
): void {
  app.get('/healthz', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'ok' };
  });
  app.get('/readyz', async (_request, reply) => {
    const isReady = await ready();
    reply.header('cache-control', 'no-store').code(isReady ? 200 : 503);
    return { status: isReady ? 'ok' : 'redis does not answer' };
  });
  for (const path of ['/healthz', '/readyz']) onlyMethods(app, path, ['GET', 'HEAD']);
}
