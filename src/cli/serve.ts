/** The web of a publication, listening: for `start`, and for the demo. */
import { publishedIssues } from '../archive/published.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import type { WebMeters } from '../web/meters.js';
import { buildWeb } from '../web/server.js';

/** Redis that has not answered by then is as good as away. */
const READY_WITHIN_MS = 2_000;

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

/** Whether Redis answers while somebody waits for it. */
export async function answersInTime(ping: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, READY_WITHIN_MS, false);
  });
  const answer = ping.then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** @param keys which settings say where to listen */
export function listenError(
  error: unknown,
  { host, port }: { host: string; port: number },
  keys: string,
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const words: Record<string, string> = {
    EADDRINUSE: 'is taken by another program (or another pressrun)',
    EACCES: 'may not be opened by this user: ports below 1024 need a privilege',
    EADDRNOTAVAIL: 'cannot be opened: this machine does not have that address',
  };
  const problem = words[String(code)];
  if (problem === undefined) return error;
  const message = `${host}:${port} ${problem}; set ${keys}`;
  return new AppError('port_taken', message, { cause: error });
}
