/** Connections to the inbound server: how long one may last, how often it may guess, how all end. */
import type { SMTPServer } from 'smtp-server';
import { reply } from './reply.js';

/** However busy it looks: one that trickles in bytes holds a place of few. */
const MAX_SITTING_MS = 300_000;
/** A server with a list of guesses is not one with mail. */
const MAX_REFUSALS = 10;

export interface Sittings {
  begin(id: string): void;
  end(id: string): void;
  /** For a recipient that is none of ours; too many end the connection. */
  refusal(id: string): Error;
  /** A mail comes in on that connection, until it was `received`. */
  receive(id: string): void;
  received(id: string): void;
  /** Ends all connections, those that a mail comes in on after it. */
  close(): Promise<void>;
}

interface Sitting {
  timer: NodeJS.Timeout;
  refusals: number;
  isReceiving: boolean;
}

export function createSittings(server: SMTPServer): Sittings {
  const sittings = new Map<string, Sitting>();
  let isClosing = false;

  function hangUp(id: string): void {
    for (const connection of server.connections) {
      // smtp-server closes after a 421.
      if (connection.id === id) connection.send(421, 'Goodbye, please come again later');
    }
  }

  return {
    begin(id) {
      const timer = setTimeout(() => hangUp(id), MAX_SITTING_MS).unref();
      sittings.set(id, { timer, refusals: 0, isReceiving: false });
    },
    end(id) {
      clearTimeout(sittings.get(id)?.timer);
      sittings.delete(id);
    },
    refusal(id) {
      const sitting = sittings.get(id);
      if (sitting) sitting.refusals += 1;
      return (sitting?.refusals ?? 0) > MAX_REFUSALS
        ? reply(421, 'Too many unknown recipients')
        : reply(550, 'No such recipient');
    },
    receive(id) {
      const sitting = sittings.get(id);
      if (sitting) sitting.isReceiving = true;
    },
    received(id) {
      const sitting = sittings.get(id);
      if (sitting) sitting.isReceiving = false;
      if (isClosing) hangUp(id);
    },
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const [id, { isReceiving }] of sittings) if (!isReceiving) hangUp(id);
      await closed;
    },
  };
}
