/**
 * A TCP proxy that loses what passes through it: connections stay open, bytes are taken and never
 * arrive. What a dead firewall entry or a pulled cable looks like from a process.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Blackhole {
  /** `smtp://127.0.0.1:port` */
  url: string;
  /** Bytes towards the server that still pass, then none; Infinity: all. */
  passToServer: number;
  /** The same in the other direction. */
  passToClient: number;
  stop(): Promise<void>;
}

export async function startBlackhole(target: number): Promise<Blackhole> {
  const sockets = new Set<Socket>();
  const hole: Blackhole = {
    url: '',
    passToServer: Number.POSITIVE_INFINITY,
    passToClient: Number.POSITIVE_INFINITY,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    forward(client, upstream, 'passToServer');
    forward(upstream, client, 'passToClient');
  });
  const forward = (from: Socket, to: Socket, direction: 'passToServer' | 'passToClient'): void => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      const passing = chunk.subarray(0, Math.min(chunk.length, hole[direction]));
      hole[direction] -= passing.length;
      if (passing.length > 0 && to.writable) to.write(passing);
    });
    // An end is lost like everything else once bytes are.
    from.on('end', () => hole[direction] > 0 && to.end());
    from.on('close', () => {
      sockets.delete(from);
      if (hole[direction] > 0) to.destroy();
    });
    from.on('error', () => {});
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  hole.url = `smtp://127.0.0.1:${address.port}`;
  return hole;
}
