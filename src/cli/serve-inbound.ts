/** The inbound server of a publication, listening: for `start`. */
import { createInboundServer, type InboundMeters } from '../inbound/server.js';
import type { System } from '../system.js';
import { listenError } from './listening.js';

export interface InboundService {
  /** Takes no further mail, ends what is in flight, and frees the port. */
  close(): Promise<void>;
}

/**
 * Takes mail for a domain on inbound.host and inbound.port (0: any free port).
 * @throws AppError port_taken
 */
export async function serveInbound(
  system: System,
  domain: string,
  meters?: InboundMeters,
): Promise<InboundService> {
  const { config, log, audience, presence } = system;
  const { host, port } = config.inbound;
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
