/**
 * The demo's local inbox: takes every mail over SMTP, for whomever it is, and shows what came on a
 * small web site. For looking at, on this machine only; it forgets everything when it stops.
 * @see RFC 5321 (receiving), RFC 8058 (the one-click link it shows)
 */
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { standInSettings } from '../../config/load.js';
import { inboxSite } from './inbox-site.js';
import { type InboxMail, Mailbox } from './mailbox.js';

export interface Inbox {
  smtpPort: number;
  /** For `smtp.url`. */
  smtpUrl: string;
  /** The inbox's own pages. */
  url: string;
  /** Mails ever received. */
  readonly received: number;
  /** The mails still kept, newest first. */
  messages(): InboxMail[];
  stop(): Promise<void>;
}

interface InboxOptions {
  /** Loopback address to listen on. */
  host: string;
  /** Port of the pages; default: any free one. SMTP always takes a free one. */
  port?: number;
}

export async function startInbox({ host, port = 0 }: InboxOptions): Promise<Inbox> {
  const mailbox = new Mailbox();
  const smtp = receiveInto(mailbox);
  // Its look is ours, not the publication's: it stands for any mail program.
  const { publication } = await standInSettings('.');
  const site = inboxSite(mailbox, publication.design);
  const smtpPort = await listen(smtp, host);
  const url = await site.listen({ host, port });
  return {
    smtpPort,
    smtpUrl: `smtp://${host}:${smtpPort}`,
    url,
    get received() {
      return mailbox.received;
    },
    messages: () => mailbox.list(),
    async stop() {
      await site.close();
      await new Promise<void>((resolve) => smtp.close(resolve));
    },
  };
}

function receiveInto(mailbox: Mailbox): SMTPServer {
  return new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    // Names of callers on this machine say nothing, and asking for them costs a look-up each.
    disableReverseLookup: true,
    logger: false,
    onData: (stream, session, done) => keep(mailbox, stream, session, done),
  });
}

function keep(
  mailbox: Mailbox,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
  done: () => void,
): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => {
    const from = envelope.mailFrom ? envelope.mailFrom.address : '';
    const raw = Buffer.concat(chunks);
    for (const { address } of envelope.rcptTo) mailbox.add(from, address, raw);
    done();
  });
}

function listen(smtp: SMTPServer, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    smtp.once('error', reject);
    const server: Server = smtp.listen(0, host, () => {
      smtp.removeListener('error', reject);
      // A client that vanishes in mid-message must not end the demo.
      smtp.on('error', () => {});
      resolve((server.address() as AddressInfo).port);
    });
  });
}
