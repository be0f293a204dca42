/** `/metrics` on an address of its own, with the health of processes that have no pages. */
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { registerHealth } from './health.js';
import type { Meters } from './meters.js';

/** @param ready whether Redis answers; never rejects */
export function buildMetricsServer(
  meters: Meters,
  log: Logger,
  ready: () => Promise<boolean>,
): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyInstance['log'],
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(meters.contentType).send(await meters.text()),
  );
  registerHealth(app, { ready });
  return app;
}
