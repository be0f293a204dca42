/** The inbound server of a publication, listening: for `start`. */
import { AppError } from '../errors.js';
import { createInboundServer, type InboundMeters } from '../inbound/server.js';
import type { System } from '../system.js';
import { listenError } from './serve.js';

export interface InboundService {
  /** Takes no further mail, ends what is in flight, and frees the port. */
  close(): Promise<void>;
}

/**
 * Takes mail on inbound.host and inbound.port (0: any free port).
 * @throws AppError usage, port_taken
 */
export async function serveInbound(
  system: System,
  meters?: InboundMeters,
): Promise<InboundService> {
  const { config, log, audience, presence } = system;
  const { domain, host, port } = config.inbound;
  if (domain === undefined) throw noInbound();
  const server = createInboundServer({ config, log, audience, meters }, domain);
  try {
    const taken = await server.listen(host, port);
    log.info({ domain }, `inbound listens at smtp://${host}:${taken}`);
  } catch (error) {
    const keys = 'inbound.port (and inbound.host), or PRESSRUN_INBOUND_PORT';
    throw listenError(error, { host, port }, keys);
  }
  const leave = await presence.announce(log, 'inbound');
  return {
    async close() {
      await server.close();
      await leave();
    },
  };
}

export function noInbound(): AppError {
  return new AppError(
    'usage',
    'inbound takes unsubscribe mails and needs to know of which domain: set inbound.domain in ' +
      'pressrun.yaml, or start web and worker without it',
  );
}
