/** The writing role: answers sign-ups, and posts the letters that are no issue. */
import { sentIssues } from '../src/archive/published.js';
import { type LetterRelay, postLetter } from '../src/joining/post.js';
import type { Work } from '../src/queue/queues.js';
import { forgetHistory } from '../src/redis/rewrite.js';
import { createTransport } from '../src/smtp/transport.js';
import type { System } from '../src/system.js';

/** Beside those of the lanes: a newcomer's letter must not wait for an issue to be out. */
const CONNECTIONS = 1;
const LETTERS_END_WITHIN_MS = 15_000;

type Needs =
  | 'config'
  | 'log'
  | 'audience'
  | 'joining'
  | 'queues'
  | 'sends'
  | 'messageSecrets'
  | 'redis';

export async function startLetters(system: Pick<System, Needs>): Promise<Work> {
  const { config, log, audience, joining, queues, sends } = system;
  const relays = config.smtp.relays.map(({ name: _name, profile, ...relay }) => ({
    profile,
    transport: createTransport({ ...relay, connections: CONNECTIONS, log }),
  }));
  const secrets = await system.messageSecrets();
  const relayFor = (attempt: number): LetterRelay => {
    const relay = relays[attempt % relays.length];
    if (relay === undefined) throw new Error('no relay is wired');
    return { profile: relay.profile, send: relay.transport.send };
  };
  const latestIssue = async () => (await sentIssues(sends).list())[0];
  const work = await queues.workOnLetters({
    answer: joining.answer,
    post: (order, attempt) =>
      postLetter(order, attempt, { config, audience, log, secrets, relayFor, latestIssue }),
    purge: joining.purge,
    forget: () => forgetHistory(system.redis.client),
  });
  return {
    async close() {
      await work.close();
      await Promise.all(relays.map(({ transport }) => transport.close(LETTERS_END_WITHIN_MS)));
    },
  };
}
