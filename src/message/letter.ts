/**
 * A letter: one mail to one person that is no issue. Composed whole, since nothing of it is the same
 * for the next one.
 *
 * @see RFC 5322, RFC 3834 §5 (Auto-Submitted), RFC 8058 (letters of the list can be left by)
 */
import { randomBytes } from 'node:crypto';
import type { DkimSigner } from './dkim.js';
import { headerDate, serializeHeaders, subjectValue } from './headers.js';
import type { TokenKeys } from './mac.js';
import { mailboxValue } from './mailbox.js';
import { boundaryOf, multipartBody } from './multipart.js';
import { letterOrders, signedHeaderNames } from './relay-profile.js';
import type { ComposedMessage, HeaderField, MessageSettings, Recipient } from './types.js';
import { returnPathLocalPart } from './verp.js';

/** Text that is finished: nothing in it depends on anybody any more. */
export interface LetterContent {
  subject: string;
  html: string;
  text: string;
}

export interface LetterOptions {
  settings: Omit<MessageSettings, 'issue' | 'revision'>;
  tokenKeys: TokenKeys;
  signer: DkimSigner | undefined;
  sentAt: Date;
  /** For what belongs to the subscription; absent: the letter answers something a person did. */
  unsubscribeUrl?: string;
}

/** @throws AppError address_invalid */
export async function composeLetter(
  { subject, html, text }: LetterContent,
  to: Pick<Recipient, 'id' | 'name' | 'address'>,
  options: LetterOptions,
): Promise<ComposedMessage> {
  const { settings, signer, sentAt } = options;
  const mail = { subject: [], html: [html], text: [text] };
  const boundary = boundaryOf(mail);
  const body = multipartBody(mail, boundary).map((segment) =>
    Buffer.from(String(segment), 'latin1'),
  );
  const messageId = `<${settings.slug}.${randomBytes(12).toString('base64url')}@${domainOf(settings.from.address)}>`;
  const headers: HeaderField[] = [
    ...letterOrders(settings.profile),
    { name: 'Date', value: headerDate(sentAt) },
    { name: 'Message-ID', value: messageId },
    { name: 'From', value: mailboxValue(settings.from, 'From: '.length) },
    ...replyTo(settings),
    { name: 'To', value: mailboxValue(to, 'To: '.length) },
    { name: 'Subject', value: subjectValue(subject) },
    ...purposeOf(options),
    { name: 'MIME-Version', value: '1.0' },
    { name: 'Content-Type', value: `multipart/alternative;\r\n boundary="${boundary}"` },
    { name: 'Content-Transfer-Encoding', value: '7bit' },
  ];
  const signature = await signer?.sign({
    ...{ headers, body, signedAt: sentAt },
    signedNames: signedNames(settings, headers),
  });
  const fields = signature === undefined ? headers : [signature, ...headers];
  const chunks = [Buffer.from(`${serializeHeaders(fields)}\r\n`, 'latin1'), ...body];
  return {
    ...{ messageId, chunks, envelopeTo: to.address, envelopeFrom: senderOf(to.id, options) },
    size: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  };
}

function replyTo({ replyTo }: LetterOptions['settings']): HeaderField[] {
  if (replyTo === undefined) return [];
  return [{ name: 'Reply-To', value: mailboxValue(replyTo, 'Reply-To: '.length) }];
}

function purposeOf({ unsubscribeUrl }: LetterOptions): HeaderField[] {
  if (unsubscribeUrl === undefined) return [{ name: 'Auto-Submitted', value: 'auto-generated' }];
  return [
    { name: 'List-Unsubscribe', value: `<${unsubscribeUrl}>` },
    { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
  ];
}

/** A field that is not there is not signed as missing: a relay may add what an issue must not have. */
function signedNames({ profile }: LetterOptions['settings'], headers: HeaderField[]): string[] {
  const present = new Set(headers.map(({ name }) => name));
  return signedHeaderNames(profile).filter((name) => present.has(name));
}

/** Issue 0 in the return path: no issue has that number. */
function senderOf(id: string, { settings, tokenKeys }: LetterOptions): string {
  const { bounceDomain, slug, from } = settings;
  if (bounceDomain === undefined) return from.address;
  return `${returnPathLocalPart(tokenKeys, slug, 'b', { id, issue: 0 })}@${bounceDomain}`;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
