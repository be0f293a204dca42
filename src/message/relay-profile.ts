/**
 * What a relay wants to find in a message, and what it replaces on the way.
 *
 * Correlation headers make the relay's webhooks name our subscriber and issue. Link and open
 * tracking is switched off per message: it would rewrite the unsubscribe link and break DKIM.
 */
import type { RelayProfile } from '../config/types.js';
import type { HeaderField } from './types.js';

/** Whom a copy is for, in terms that may leave the house. */
export interface Correlation {
  slug: string;
  issue: number;
  /** 16 base64url characters. */
  id: string;
}

const SIGNED_HEADERS = [
  'From',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
];

/** Named once more than they occur, so that a second one added on the way breaks the signature. */
const OVERSIGNED_HEADERS = ['From', 'To', 'Subject'];

/** SES writes its own; everything else passes through it unchanged. */
const REPLACED_BY_SES = ['Date', 'Message-ID'];

/** SendGrid takes its orders as JSON. */
const SENDGRID_FILTERS = Object.fromEntries(
  ['clicktrack', 'opentrack', 'subscriptiontrack'].map((name) => [
    name,
    { settings: { enable: 0 } },
  ]),
);

/**
 * The names for DKIM's `h=`, in order.
 * @see RFC 8058 §4 (the List-Unsubscribe fields must be signed), RFC 6376 §8.15 (oversigning)
 */
export function signedHeaderNames(profile: RelayProfile): string[] {
  const names = [...SIGNED_HEADERS, ...OVERSIGNED_HEADERS];
  return profile === 'ses' ? names.filter((name) => !REPLACED_BY_SES.includes(name)) : names;
}

/** Orders to the relay that are the same for everyone. */
export function relayOrders(profile: RelayProfile): HeaderField[] {
  switch (profile) {
    case 'postmark':
      return [
        // Every Postmark server has a broadcast stream under this id; newsletters may use no other.
        { name: 'X-PM-Message-Stream', value: 'broadcast' },
        { name: 'X-PM-KeepID', value: 'true' },
        { name: 'X-PM-TrackOpens', value: 'false' },
        { name: 'X-PM-TrackLinks', value: 'None' },
      ];
    case 'mailgun':
      return [{ name: 'X-Mailgun-Track', value: 'no' }];
    case 'generic':
    case 'ses':
    case 'sendgrid':
    case 'mta':
      return [];
  }
}

/** The same for a letter, which is an answer to one person: no bulk stream, and no tracking either. */
export function letterOrders(profile: RelayProfile): HeaderField[] {
  return relayOrders(profile).filter(({ name }) => name !== 'X-PM-Message-Stream');
}

/** What makes the relay's reports name this copy. Values need no encoding: id and slug are plain. */
export function correlationHeaders(profile: RelayProfile, about: Correlation): HeaderField[] {
  const { slug, issue, id } = about;
  switch (profile) {
    case 'ses':
      return [
        {
          name: 'X-SES-MESSAGE-TAGS',
          value: `publication=${slug}, issue=${issue}, subscriber=${id}`,
        },
      ];
    case 'postmark':
      return [
        { name: 'X-PM-Metadata-publication', value: slug },
        { name: 'X-PM-Metadata-issue', value: String(issue) },
        { name: 'X-PM-Metadata-subscriber', value: id },
      ];
    case 'mailgun':
      return [
        { name: 'X-Mailgun-Variables', value: json({ publication: slug, issue, subscriber: id }) },
      ];
    case 'sendgrid':
      return [
        {
          name: 'X-SMTPAPI',
          value: json({
            unique_args: { publication: slug, issue: String(issue), subscriber: id },
            filters: SENDGRID_FILTERS,
          }),
        },
      ];
    case 'generic':
    case 'mta':
      return [];
  }
}

/** JSON that folds: a break after a comma is white space to every JSON parser. */
function json(value: object): string {
  return JSON.stringify(value).replaceAll(',"', ',\r\n "');
}
