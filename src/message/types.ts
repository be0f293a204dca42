/** The message as it is frozen, and as it goes to one person. */

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
