/** The message as it is frozen, and as it goes to one person. */
import type { Mailbox, RelayProfile } from '../config/types.js';

/** Who a message is for. Field values are the subscriber's own and not trusted. */
export interface Recipient {
  /** 16 base64url characters. */
  id: string;
  /** As given by the subscriber, domain in A-label form. */
  address: string;
  name: string;
  attributes: Record<string, unknown>;
}

/** One message ready for the wire: CRLF line ends, no line over 998 bytes, no line that starts with a dot. */
export interface ComposedMessage {
  messageId: string;
  envelopeFrom: string;
  envelopeTo: string;
  /** Header and body in order; static segments are shared between messages and must not be changed. */
  chunks: Buffer[];
  /** Sum of the chunks' lengths, bytes. */
  size: number;
}

/** What a mail needs beside its content. Domains are A-labels. */
export interface MessageSettings {
  /** Lower-case letters, digits and dashes. */
  slug: string;
  /** Issue number, 1 … 16,777,215 (three bytes of a return path). */
  issue: number;
  /** 1 for the first approval, raised by each `amend`. */
  revision: number;
  from: Mailbox;
  replyTo?: Mailbox | undefined;
  /** http or https, without a trailing slash: unsubscribe links are `{publicUrl}/u/TOKEN`. */
  publicUrl: string;
  publicationName: string;
  profile: RelayProfile;
  /** Where bounces are read; absent: bounces go to the From address. */
  bounceDomain?: string | undefined;
  /** Where mail is read; absent: no `mailto:` form of unsubscribing. */
  inboundDomain?: string | undefined;
  /** Present when messages must be signed. */
  dkim?: { domain: string; selector: string } | undefined;
}

/** One header field; the value is in wire form: ASCII, folded, without the last CRLF. */
export interface HeaderField {
  name: string;
  value: string;
}
