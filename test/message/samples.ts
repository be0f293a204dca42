/** A publication, a mail and a reader for the tests of message/, and nasty text to fill them with. */
import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from '../../src/message/dkim.js';
import type { MessageSettings, Recipient } from '../../src/message/types.js';
import type { Piece, RenderedMail } from '../../src/render/types.js';
import { fc } from '../support/fast-check.js';

export const TOKEN_KEYS: [Buffer] = [Buffer.alloc(32, 'k')];
export const SENT_AT = new Date('2026-11-22T09:05:00Z');
export const PUBLIC_URL = 'https://weekly.example.com';

export function sampleSettings(changes: Partial<MessageSettings> = {}): MessageSettings {
  return {
    slug: 'weekly',
    issue: 42,
    revision: 1,
    from: { name: 'The Weekly', address: 'editor@example.com' },
    publicUrl: PUBLIC_URL,
    publicationName: 'The Weekly',
    profile: 'generic',
    ...changes,
  };
}

export function sampleRecipient(changes: Partial<Recipient> = {}): Recipient {
  return {
    id: 'AbCdEf0123_-XyZ9',
    address: 'reader@example.org',
    name: 'Rea Der',
    attributes: { city: 'Oslo' },
    ...changes,
  };
}

export const NAME_HTML: Piece = { source: '{{{html (default subscriber.name "reader")}}}' };
export const NAME_PLAIN: Piece = { source: '{{{plain (default subscriber.name "reader")}}}' };
export const NAME_HEADER: Piece = { source: '{{{header subscriber.name}}}' };
export const LEAVE_HTML: Piece = { source: '{{{url unsubscribe_url}}}' };
export const LEAVE_PLAIN: Piece = { source: '{{{plain unsubscribe_url}}}' };

export const SAMPLE_MAIL: RenderedMail = {
  subject: ['Of maps and moats'],
  html: ['<p>Dear ', NAME_HTML, '!</p>\n<p><a href="', LEAVE_HTML, '">Leave</a></p>\n'],
  text: ['Dear ', NAME_PLAIN, '!\n\nLeave: ', LEAVE_PLAIN, '\n'],
};

/** RSA keys take a while to make: one for all tests of a file. */
export function sampleSigner() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return createSigner({ domain: 'example.com', selector: 'sept', privateKeyPem });
}

/** Whatever has broken an encoder before, in random order. */
export const nastyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          '\n',
          '\r\n',
          '\n\n',
          ' ',
          '  ',
          '\t',
          '.',
          '\n.',
          '\n..\n',
          'From ',
          '\nFrom me',
          '=',
          '=20',
          '=\n',
          '--',
          '\n--=_',
          ' \n',
          '\u00a0',
          '\u2028',
          '👩‍👩‍👧‍👦',
          'é',
          'x'.repeat(80),
          'ü'.repeat(40),
          `https://example.com/${'a'.repeat(120)}?b=c`,
          '{{subscriber.name}}',
        ),
      },
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** Names as people, and others, type them into a form. */
export const nastyName: fc.Arbitrary<string> = fc.oneof(
  nastyText,
  fc.constantFrom(
    '',
    'x\r\nBcc: victim@example.net',
    '"; <a@b>',
    'a\\"b, c@d <e@f>',
    '=?UTF-8?Q?evil?=',
    '\0\u0007\u001b[31m',
    'n'.repeat(10_000),
    'ÅÄÖ '.repeat(2_500),
    '🎉'.repeat(300),
    '\ud800 lone',
    '<script>alert(1)</script>',
  ),
);
