/**
 * Header fields of an issue's mail: those that are the same for everyone, and one person's own.
 *
 * Left out on purpose: `Auto-Submitted` (RFC 3834 §5: for answers of machines) and `List-Archive`
 * (RFC 2369 §3.6: only where an archive can be visited).
 */
import { createHash } from 'node:crypto';
import { headerText, truncateText, unstructuredValue } from './header-text.js';
import { mailboxValue, phrase } from './mailbox.js';
import { correlationHeaders } from './relay-profile.js';
import type { HeaderField, MessageSettings, Recipient } from './types.js';

/** Gmail refuses subjects of more than 998 characters; encoded, 500 bytes stay below that. */
const MAX_SUBJECT_BYTES = 500;
/** RFC 2919 §3: 255 octets in all. */
const MAX_LIST_NAME_BYTES = 100;

/** Header fields that depend on nobody. */
export function sharedHeaders(settings: MessageSettings, boundary: string): HeaderField[] {
  const { from, replyTo, issue, slug } = settings;
  return [
    { name: 'From', value: mailboxValue(from, 'From: '.length) },
    ...(replyTo ? [{ name: 'Reply-To', value: mailboxValue(replyTo, 'Reply-To: '.length) }] : []),
    // RFC 8058 §3.1: exactly this.
    { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    { name: 'List-Id', value: listId(settings) },
    { name: 'Feedback-ID', value: `issue${issue}:${slug}:newsletter:${senderId(settings)}` },
    { name: 'Precedence', value: 'bulk' },
    { name: 'MIME-Version', value: '1.0' },
    { name: 'Content-Type', value: `multipart/alternative;\r\n boundary="${boundary}"` },
    { name: 'Content-Transfer-Encoding', value: '7bit' },
  ];
}

/** What one copy's own header fields are made of. */
export interface Copy {
  recipient: Recipient;
  sentAt: Date;
  messageId: string;
  /** In wire form, see {@link subjectValue}. */
  subject: string;
  /** One http or https URI first (RFC 8058 §3.1), a mailto after it where mail is read. */
  unsubscribeUris: string[];
}

/**
 * Header fields of one person's copy.
 * @throws AppError address_invalid
 */
export function personalHeaders(settings: MessageSettings, copy: Copy): HeaderField[] {
  const { slug, issue, profile } = settings;
  const { name, address, id } = copy.recipient;
  return [
    { name: 'Date', value: headerDate(copy.sentAt) },
    { name: 'Message-ID', value: copy.messageId },
    { name: 'To', value: mailboxValue({ name, address }, 'To: '.length) },
    { name: 'Subject', value: copy.subject },
    {
      name: 'List-Unsubscribe',
      value: copy.unsubscribeUris.map((uri) => `<${uri}>`).join(',\r\n '),
    },
    ...correlationHeaders(profile, { slug, issue, id }),
  ];
}

/** The fields as they go to the wire, each with its CRLF. */
export function serializeHeaders(fields: readonly HeaderField[]): string {
  return fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
}

/** The same for every attempt, so that a receiver can tell a copy of a copy; names no address. */
export function messageIdOf({ slug, issue, from }: MessageSettings, recipientId: string): string {
  return `<${slug}.${issue}.${recipientId}@${domainOf(from.address)}>`;
}

/** A subject in wire form, cut where it would be too long. */
export function subjectValue(subject: string): string {
  const text = truncateText(headerText(subject), MAX_SUBJECT_BYTES);
  return unstructuredValue(text, 'Subject: '.length);
}

/** `Sun, 22 Nov 2026 09:05:00 +0000`. @see RFC 5322 §3.3 */
export function headerDate(date: Date): string {
  return `${date.toUTCString().slice(0, -'GMT'.length)}+0000`;
}

/** @see RFC 2919 §2: a name for people, and one in a domain of ours that stays when servers move */
function listId({ publicationName, slug, from }: MessageSettings): string {
  const name = phrase(
    truncateText(headerText(publicationName), MAX_LIST_NAME_BYTES),
    'List-Id: '.length,
  );
  return `${name}${name === '' ? '' : '\r\n '}<${slug}.${domainOf(from.address)}>`;
}

/** Gmail's feedback loop wants 5–15 characters that stay the same for a sender, whatever it sends. */
function senderId({ slug, from }: MessageSettings): string {
  const digest = createHash('sha256')
    .update(`${slug}@${domainOf(from.address)}`)
    .digest('hex');
  return digest.slice(0, 12);
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
