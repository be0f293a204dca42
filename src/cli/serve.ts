/** The web of a publication, listening: for `start`, and for the demo. */
import { publishedIssues } from '../archive/published.js';
import type { System } from '../system.js';
import type { WebMeters } from '../web/meters.js';
import { buildWeb } from '../web/server.js';
import { answersInTime, listenError } from './listening.js';

export interface WebService {
  /** Where it listens, as a URL for this machine. */
  url: string;
  /** Takes no further requests, answers those it has, and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves the public pages on http.host and http.port (0: any free port).
 * @throws AppError port_taken
 */
export async function serveWeb(system: System, meters?: WebMeters): Promise<WebService> {
  const { config, log, instanceId, audience, joining, sends, episodes, redis } = system;
  const app = await buildWeb({
    ...{ config, log, instanceId, audience, joining },
    frozenIssues: publishedIssues(config, sends, episodes),
    episodes,
    ready: () => answersInTime(redis.client.ping()),
    ...(meters && { meters }),
  });
  const { host, port } = config.http;
  try {
    const listenTextResolver = (address: string) => `web listens at ${address}`;
    const url = await app.listen({ host, port, listenTextResolver });
    const leave = await system.presence.announce(log, 'web');
    return {
      url,
      close: async () => {
        await app.close();
        await leave();
      },
    };
  } catch (error) {
    await app.close();
    throw listenError(error, { host, port }, 'http.port (and http.host), or PRESSRUN_HTTP_PORT');
  }
}
