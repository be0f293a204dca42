/** `/metrics` on an address of its own: what it tells is for the operator, not for readers. */
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Meters } from './meters.js';

export function buildMetricsServer(meters: Meters, log: Logger): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyInstance['log'],
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(meters.contentType).send(await meters.text()),
  );
  return app;
}
