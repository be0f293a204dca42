/** The figures and the health of a process, listening: for `start`. */
import type { System } from '../system.js';
import type { Meters } from '../web/meters.js';
import { answersInTime, listenError } from './listening.js';

export interface MetricsService {
  meters: Meters;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz` on metrics.host and metrics.port; nothing when no port is set.
 * @throws AppError port_taken
 */
export async function serveMetrics(system: System): Promise<MetricsService | undefined> {
  const { config, log } = system;
  const { host, port } = config.metrics;
  if (port === undefined) return undefined;
  const { createMeters } = await import('../web/meters.js');
  const { buildMetricsServer } = await import('../web/metrics-server.js');
  const meters = createMeters(system);
  const app = buildMetricsServer(meters, log, () => answersInTime(system.redis.client.ping()));
  try {
    const listenTextResolver = (address: string) => `metrics at ${address}/metrics`;
    await app.listen({ host, port, listenTextResolver });
    return { meters, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw listenError(error, { host, port }, 'metrics.port, or PRESSRUN_METRICS_PORT');
  }
}
