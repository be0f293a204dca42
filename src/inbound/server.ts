/**
 * The inbound server: takes mail to addresses that stand in the `List-Unsubscribe` of an issue, and
 * lets those readers leave.
 *
 * Owns the conversation: who may be written to, how much, for how long. Must never relay or keep a
 * mail, answer one, act before a mail was received in full, say 250 before the leaving is on disk, or
 * put an address into a log line. STARTTLS is the business of the mail server before it.
 *
 * @see RFC 5321, RFC 2369 §3.2 (List-Unsubscribe), docs/decisions/0014-leaving-by-mail.md
 */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Audience } from '../audience/store.js';
import type { Config } from '../config/types.js';
import type { Logger } from '../log.js';
import { isAnswerOfMachine } from './automatic.js';
import { headerOf } from './header.js';
import { type InboundRecipient, readRecipient } from './recipient.js';
import { reply } from './reply.js';
import { createSittings } from './sittings.js';

const MAX_MESSAGE_BYTES = 1_000_000;
const MAX_RECIPIENTS = 20;
const MAX_CONNECTIONS = 50;
const IDLE_MS = 60_000;
/** Below the time a stop may take (cli/interrupt.ts). */
const CLOSE_WITHIN_MS = 10_000;
/** Redis is away: let the other side come again. */
const ACT_WITHIN_MS = 20_000;

export interface InboundMeters {
  /** One recipient of a mail, or one that was refused. */
  inbound(outcome: InboundOutcome): void;
}

export type InboundOutcome =
  | 'left'
  | 'already-left'
  | 'unknown'
  | 'test'
  /** The answer of a machine: taken, and without effect. */
  | 'automatic'
  | 'refused'
  /** The other side was asked to come again. */
  | 'failed';

export interface InboundDependencies {
  config: Config;
  log: Logger;
  audience: Pick<Audience, 'unsubscribe'>;
  meters?: InboundMeters | undefined;
}

export interface InboundServer {
  /** @returns the port, for where 0 was asked for */
  listen(host: string, port: number): Promise<number>;
  /** Ends idle connections at once, lets mails in flight end, and frees the port. */
  close(): Promise<void>;
}

/** @param domain `inbound.domain` */
export function createInboundServer(deps: InboundDependencies, domain: string): InboundServer {
  const { log, meters } = deps;
  const { publication, keys } = deps.config;
  const names = { domain, slug: publication.slug, tokenKeys: keys.tokenKeys };
  const server: SMTPServer = new SMTPServer({
    name: domain,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    logger: false,
    size: MAX_MESSAGE_BYTES,
    rejectOversized: true,
    maxRecipients: MAX_RECIPIENTS,
    maxClients: MAX_CONNECTIONS,
    maxAllowedUnauthenticatedCommands: false,
    socketTimeout: IDLE_MS,
    closeTimeout: CLOSE_WITHIN_MS,
    onConnect(session, done) {
      sittings.begin(session.id);
      done();
    },
    onClose: (session) => sittings.end(session.id),
    onRcptTo({ address }, session, done) {
      if (readRecipient(names, address)) return done();
      meters?.inbound('refused');
      log.info('a recipient was refused');
      done(sittings.refusal(session.id));
    },
    onData(stream, session, done) {
      sittings.receive(session.id);
      take(stream, session)
        .then(done, (error) => done(temporary(log, meters, error)))
        .finally(() => sittings.received(session.id));
    },
  });
  const sittings = createSittings(server);

  /** @returns the refusal, if the mail is refused */
  async function take(
    stream: SMTPServerDataStream,
    { envelope }: SMTPServerSession,
  ): Promise<Error | undefined> {
    const header = await headerOf(stream);
    // smtp-server refuses it in its own words.
    if (stream.sizeExceeded) return undefined;
    const recipients = envelope.rcptTo
      .map(({ address }) => readRecipient(names, address))
      .filter((recipient) => recipient !== undefined);
    // Asked only now: servers that try an address out use the null sender, too.
    if (!envelope.mailFrom || envelope.mailFrom.address === '') {
      for (const _ of recipients) meters?.inbound('refused');
      return reply(550, 'No report can be for this address: nothing is sent from it');
    }
    const isAutomatic = await isAnswerOfMachine(header);
    await Promise.all(recipients.map((recipient) => settle(recipient, isAutomatic)));
    return undefined;
  }

  async function settle(recipient: InboundRecipient, isAutomatic: boolean): Promise<void> {
    const outcome = isAutomatic ? 'automatic' : await outcomeFor(recipient);
    const issue = recipient.kind === 'leave' ? recipient.issue : undefined;
    log.info({ outcome, issue }, 'a mail to leave by');
    meters?.inbound(outcome);
  }

  async function outcomeFor(recipient: InboundRecipient): Promise<InboundOutcome> {
    if (recipient.kind === 'test') return 'test';
    const left = deps.audience.unsubscribe(recipient.id, { how: 'mailto' });
    return (await within(ACT_WITHIN_MS, left)).kind;
  }

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.removeListener('error', reject);
          // Somebody who hangs up in the middle of a mail.
          server.on('error', (error) => log.debug({ err: error }, 'a connection broke'));
          resolve((server.server.address() as AddressInfo).port);
        });
      }),
    close: () => sittings.close(),
  };
}

function temporary(log: Logger, meters: InboundMeters | undefined, error: unknown): Error {
  log.warn({ err: error }, 'a mail to leave by could not be taken: it will come again');
  meters?.inbound('failed');
  return reply(451, 'Not now, please try again later');
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not answer')), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
