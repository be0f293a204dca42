/**
 * The post: writes the letters that were ordered and hands them to the relay. Looks the person up
 * when it writes, so that leaving, erasure and complaints win over whatever was ordered before.
 */
import type { Audience } from '../audience/store.js';
import type { Subscriber } from '../audience/types.js';
import type { RelayProfile } from '../config/types.js';
import type { Logger } from '../log.js';
import type { ComposerSecrets } from '../message/compose.js';
import { composeLetter } from '../message/letter.js';
import type { ComposedMessage } from '../message/types.js';
import type { Envelope, Transaction } from '../smtp/types.js';
import { type LetterWriter, unsubscribeUrl, writeLetter } from './letter-content.js';
import type { LetterOrder } from './letter-order.js';

export interface PostOptions extends LetterWriter {
  audience: Pick<Audience, 'get' | 'suppression'>;
  log: Logger;
  secrets: ComposerSecrets;
  /** Another relay at each attempt, where there are several. */
  relayFor(attempt: number): LetterRelay;
}

export interface LetterRelay {
  profile: RelayProfile;
  send(envelope: Envelope, chunks: readonly Buffer[]): Promise<Transaction>;
}

export type LetterOutcome =
  | { kind: 'sent' }
  /** Nobody to write to any more, or they must not be written to. */
  | { kind: 'dropped'; reason: string }
  /** The relay refused it for good. */
  | { kind: 'refused'; code: number }
  /** To be tried again. */
  | { kind: 'failed'; error: string };

/** @param attempt how often this letter was tried before */
export async function postLetter(
  order: LetterOrder,
  attempt: number,
  options: PostOptions,
): Promise<LetterOutcome> {
  const outcome = await tryLetter(order, attempt, options);
  const { kind, ...details } = outcome;
  options.log.info({ letter: order.kind, outcome: kind, ...details }, 'a letter was posted');
  return outcome;
}

async function tryLetter(
  order: LetterOrder,
  attempt: number,
  options: PostOptions,
): Promise<LetterOutcome> {
  const { audience, relayFor } = options;
  const subscriber = await audience.get(order.id);
  if (subscriber === undefined) return { kind: 'dropped', reason: 'nobody' };
  const address = order.kind === 'move' ? subscriber.moving?.to : subscriber.address;
  if (address === undefined) return { kind: 'dropped', reason: 'answered' };
  const reason = reasonAgainst(order, subscriber, (await audience.suppression(order.id))?.reason);
  if (reason !== undefined) return { kind: 'dropped', reason };
  const relay = relayFor(attempt);
  const message = await compose(order, { ...subscriber, address }, relay.profile, options);
  const { envelopeFrom: from, envelopeTo: to, chunks } = message;
  return outcomeOf(await relay.send({ from, to }, chunks));
}

/** Why this letter must not be sent, or need not. */
function reasonAgainst(
  { kind }: LetterOrder,
  { status, wishedAt }: Subscriber,
  suppressed: string | undefined,
): string | undefined {
  if (suppressed === 'complained' || suppressed === 'manual') return suppressed;
  if (kind === 'confirm') return wishedAt === undefined ? 'answered' : undefined;
  if (suppressed !== undefined) return suppressed;
  return status === 'active' ? undefined : status;
}

async function compose(
  order: LetterOrder,
  subscriber: Subscriber,
  profile: RelayProfile,
  options: PostOptions,
): Promise<ComposedMessage> {
  const { config, secrets } = options;
  const { publication, bounce, keys, dkim } = config;
  const content = await writeLetter(order, subscriber.address, options);
  const { tokenKeys } = keys;
  return await composeLetter(content, subscriber, {
    settings: {
      slug: publication.slug,
      from: publication.from,
      replyTo: publication.replyTo,
      publicUrl: publication.url,
      publicationName: publication.name,
      bounceDomain: bounce.domain,
      ...{ profile, dkim },
    },
    ...{ tokenKeys, signer: secrets.signer, sentAt: new Date() },
    ...(order.kind === 'welcome' && {
      unsubscribeUrl: unsubscribeUrl(order.id, config),
    }),
  });
}

/** What cannot be known is tried again: a second letter does no harm, a missing one does. */
function outcomeOf(transaction: Transaction): LetterOutcome {
  if (transaction.kind === 'accepted') return { kind: 'sent' };
  if (transaction.kind !== 'refused') return { kind: 'failed', error: transaction.error };
  const { code } = transaction.reply;
  return code >= 500 ? { kind: 'refused', code } : { kind: 'failed', error: `refused (${code})` };
}
