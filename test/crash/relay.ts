/** The counting SMTP server as the rounds see it; relay-process.ts is the server. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Between RCPT and the reply to the final dot, on a port of one sending process. */
export interface Transaction {
  port: number;
  to: string;
  stage: 'envelope' | 'body' | 'reply';
}

export interface Accepted {
  port: number;
  to: string;
  /** Epoch ms. */
  at: number;
}

export type Order =
  | { do: 'begin' }
  | { do: 'await'; count: number }
  | { do: 'look' }
  | { do: 'count' }
  | { do: 'forget'; ports: number[] };
export type Request = Order & { id: number };

export interface Reply {
  id: number;
  urls?: string[][];
  open?: Transaction[];
  accepted?: Accepted[];
}

export interface Relay {
  /** For each sending process one, or several. */
  urls: string[][];
  /** Counts from nought. */
  begin(): Promise<void>;
  /** Resolves when `count` messages have been accepted. */
  accepted(count: number): Promise<void>;
  /** What is under way now. */
  look(): Promise<Transaction[]>;
  /** All that was accepted, in order. */
  count(): Promise<Accepted[]>;
  /** The processes behind these ports are dead: their transactions are over. */
  forget(ports: number[]): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./relay-process.ts', import.meta.url));

/** @param portsEach relays that each of the processes sees */
export async function startRelay(senders: number, portsEach: number): Promise<Relay> {
  const child = fork(PROGRAM, [`${senders}`, `${portsEach}`], {
    execArgv: ['--import', import.meta.resolve('tsx')],
  });
  const asked = new Map<number, (reply: Reply) => void>();
  let requests = 0;
  const [first] = (await once(child, 'message')) as [Reply];
  child.on('message', (reply: Reply) => {
    asked.get(reply.id)?.(reply);
    asked.delete(reply.id);
  });
  const ask = (order: Order): Promise<Reply> =>
    new Promise((resolve) => {
      requests += 1;
      asked.set(requests, resolve);
      child.send({ ...order, id: requests });
    });
  return {
    urls: first.urls ?? [],
    begin: async () => void (await ask({ do: 'begin' })),
    accepted: async (count) => void (await ask({ do: 'await', count })),
    look: async () => (await ask({ do: 'look' })).open ?? [],
    count: async () => (await ask({ do: 'count' })).accepted ?? [],
    forget: async (dead) => void (await ask({ do: 'forget', ports: dead })),
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
