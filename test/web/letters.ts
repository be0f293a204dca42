/** The letters of a web publication: a real worker that posts them to a real SMTP server. */
import PostalMime, { type Email } from 'postal-mime';
import { createLedger } from '../../src/delivery/ledger.js';
import { createSends } from '../../src/delivery/sends.js';
import { createLogger } from '../../src/log.js';
import { keysOf } from '../../src/redis/keys.js';
import { startLetters } from '../../workers/letters.js';
import type { Sink } from '../support/smtp-sink.js';
import type { WebPublication } from './publication.js';

export interface LetterBox {
  /** Resolves with the `count`th letter to this address. */
  letterTo(address: string, count?: number): Promise<Email & { raw: string }>;
  /** All letters so far, as they came. */
  readonly letters: number;
  /** Resolves once nothing waits to be answered or posted. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLetterBox(publication: WebPublication, sink: Sink): Promise<LetterBox> {
  const { config, redis, audience, joining, queues } = publication;
  const keys = keysOf(config.publication.slug);
  const work = await startLetters({
    ...{ config, audience, joining, queues },
    redis: { client: redis } as never,
    log: createLogger({
      ...{ level: 'debug', pretty: false },
      to: { write: (line) => publication.log.push(line) },
    }),
    sends: createSends(redis, keys, createLedger(redis, keys)),
    messageSecrets: async () => ({ tokenKeys: config.keys.tokenKeys, signer: undefined }),
  });
  const waitFor = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  // The purge that comes with the worker is over, and the next one is of another day.
  await waitFor(async () => {
    const { letters } = await queues.depths([]);
    return letters?.waiting === 0 && letters.active === 0 && letters.delayed === 1
      ? true
      : undefined;
  });
  return {
    async letterTo(address, count = 1) {
      const raw = await waitFor(() => {
        const theirs = sink.messages.filter(({ to }) => to.includes(address));
        return theirs[count - 1]?.raw;
      });
      return { ...(await PostalMime.parse(raw)), raw: raw.toString('latin1') };
    },
    get letters() {
      return sink.messages.length;
    },
    idle: () =>
      waitFor(async () => ((await queues.waitingLetters()) === 0 ? true : undefined)).then(
        () => undefined,
      ),
    stop: () => work.close(),
  };
}

/** The first link of a letter to this path, without its host. */
export function linkIn({ text = '' }: Email, path: string): string {
  const found = new RegExp(`https?://[^\\s/]+(/${path}/[\\w-]+)`).exec(text)?.[1];
  if (found === undefined) throw new Error(`no link to /${path}/ in:\n${text}`);
  return found;
}
