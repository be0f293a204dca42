/** The mails the demo's inbox has received: raw as they came, parsed when somebody looks. */
import PostalMime, { type Email } from 'postal-mime';

/** Beyond this the oldest mails go; their number stays in the count. About 80 MB of a long issue. */
const MAX_MAILS = 1_000;

/** One received mail. */
export interface InboxMail {
  /** From 1, in order of arrival. */
  number: number;
  envelopeFrom: string;
  envelopeTo: string;
  receivedAt: Date;
  /** Bytes as they came over the wire. */
  size: number;
  raw: Buffer;
}

interface Heading {
  subject: string;
  from: string;
  /** May be empty. */
  toName: string;
  toAddress: string;
}

export class Mailbox {
  /** Mails ever received. */
  received = 0;
  readonly #mails = new Map<number, InboxMail>();
  readonly #headings = new Map<number, Heading>();

  add(envelopeFrom: string, envelopeTo: string, raw: Buffer): void {
    this.received += 1;
    const number = this.received;
    const receivedAt = new Date();
    this.#mails.set(number, {
      number,
      envelopeFrom,
      envelopeTo,
      receivedAt,
      size: raw.length,
      raw,
    });
    this.#mails.delete(number - MAX_MAILS);
    this.#headings.delete(number - MAX_MAILS);
  }

  get(number: number): InboxMail | undefined {
    return this.#mails.get(number);
  }

  /** The mails still kept, newest first. */
  list(): InboxMail[] {
    return [...this.#mails.values()].reverse();
  }

  /** Sender, recipient and subject in words; reads the mail's header alone, once. */
  async heading(mail: InboxMail): Promise<Heading> {
    const known = this.#headings.get(mail.number);
    if (known) return known;
    const heading = headingOf(await PostalMime.parse(headerOf(mail.raw)), mail);
    if (this.#mails.has(mail.number)) this.#headings.set(mail.number, heading);
    return heading;
  }
}

/** The header block with its end, so that it parses as an empty mail. */
export function headerOf(raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n');
  return end < 0 ? raw : raw.subarray(0, end + '\r\n\r\n'.length);
}

/** The first web address of List-Unsubscribe. @see RFC 2369 §3.2, RFC 8058 */
export function unsubscribeUrl(email: Email): string | undefined {
  const value = email.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
  return /<(https?:\/\/[^>\s]+)>/i.exec(value)?.[1];
}

export function headingOf(email: Email, mail: InboxMail): Heading {
  const { from, to } = email;
  return {
    subject: email.subject || '(no subject)',
    from: from?.address ? `${from.name} <${from.address}>`.trim() : mail.envelopeFrom,
    toName: to?.[0]?.name ?? '',
    toAddress: to?.[0]?.address ?? mail.envelopeTo,
  };
}
