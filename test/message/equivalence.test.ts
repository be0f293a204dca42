/**
 * A prepared message is the mail nodemailer composes of the same content, signed: same headers, same
 * parts, for any issue and any reader. The last tests plant a fault each, to show that it is seen.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime, { type Email } from 'postal-mime';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import type { Recipient } from '../../src/message/types.js';
import { returnPathLocalPart } from '../../src/message/verp.js';
import type { Piece, RenderedMail } from '../../src/render/types.js';
import { fc } from '../support/fast-check.js';
import { dataOf, evaluate, lf, oneLine, visible } from './reading.js';
import {
  LEAVE_HTML,
  LEAVE_PLAIN,
  NAME_HEADER,
  NAME_HTML,
  NAME_PLAIN,
  nastyName,
  nastyText,
  SAMPLE_MAIL,
  SENT_AT,
  sampleRecipient,
  sampleSettings,
  sampleSigner,
  TOKEN_KEYS,
} from './samples.js';

const signer = sampleSigner();
const INBOUND = 'in.example.com';
const SETTINGS = sampleSettings({
  inboundDomain: INBOUND,
  dkim: { domain: signer.domain, selector: signer.selector },
  replyTo: { name: 'Åsa', address: 'asa@example.com' },
});

const slot = (source: string): Piece => ({ source });
const HTML_SLOTS = [
  ...[NAME_HTML, LEAVE_HTML],
  slot('{{#if subscriber.city}} in <b>{{{html subscriber.city}}}</b>{{else}} somewhere{{/if}}'),
  slot(
    '<ul>{{#each subscriber.tags}}<li title="{{{attr this}}}">{{{html this}}}</li>{{/each}}</ul>',
  ),
  slot('<a href="{{{url subscriber.link}}}">'),
  slot('https://example.org/{{{url subscriber.city part=true}}}'),
  slot('{{#unless subscriber.tags}}no tags{{/unless}}'),
];
const TEXT_SLOTS: Piece[] = [
  ...[NAME_PLAIN, LEAVE_PLAIN],
  slot('{{#each subscriber.tags}}* {{{plain this}}}\n{{/each}}'),
  {
    source:
      'Dear {{{plain subscriber.name}}}{{#if subscriber.city}} of {{{plain subscriber.city}}}{{/if}}, welcome back to the issue.',
    wrap: { width: 72, first: '', rest: '  ' },
  },
];

const piecesWith = (slots: readonly Piece[]): fc.Arbitrary<Piece[]> =>
  fc.array(fc.oneof(nastyText.filter(Boolean), fc.constantFrom(...slots)), { maxLength: 10 });
/** nodemailer writes what looks like an encoded word as it is, and it is then read as one. */
const noEncodedWord = (text: string): string => text.replaceAll('=?', '= ?');
const shortLine = (piece: Piece): Piece =>
  typeof piece === 'string' ? noEncodedWord(piece.slice(0, 80)) : piece;
const anyMail: fc.Arbitrary<RenderedMail> = fc.record({
  subject: piecesWith([NAME_HEADER]).map((subject) => [
    'Weekly: ',
    ...subject.slice(0, 2).map(shortLine),
  ]),
  html: piecesWith(HTML_SLOTS),
  text: piecesWith(TEXT_SLOTS),
});
const short = nastyName.map((name) => noEncodedWord(name.slice(0, 60)));
const link = fc.oneof(
  fc.constantFrom('javascript:alert(1)', 'https://example.org/a"b c', ' JaVaScRiPt:x', ''),
  fc.webUrl(),
);
const anyReader: fc.Arbitrary<Recipient> = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9_-]{16}$/),
  address: fc.constantFrom('reader@example.org', "o'brien+x@xn--bcher-kva.example"),
  name: short,
  attributes: fc.record({ city: short, tags: fc.array(short, { maxLength: 3 }), link }),
});

async function composed(mail: RenderedMail, reader: Recipient): Promise<string> {
  const prepared = JSON.parse(JSON.stringify(prepareMessage(mail, SETTINGS)));
  const composer = createComposer(prepared, { tokenKeys: TOKEN_KEYS, signer });
  const { chunks } = await composer.compose(reader, SENT_AT);
  return Buffer.concat(chunks).toString('latin1');
}

/** nodemailer's mail of the same content, its parts evaluated as a whole. */
async function theirs(mail: RenderedMail, reader: Recipient, wire: string): Promise<Email> {
  const data = dataOf(reader, wire);
  const headers = Object.fromEntries(
    ['List-Unsubscribe', 'List-Unsubscribe-Post', 'List-Id', 'Precedence'].map((name) => [
      name,
      HEADERS[name] ?? `<${data.unsubscribe_url}>, <mailto:${addressToLeave(reader)}>`,
    ]),
  );
  const built = await new MailComposer({
    from: SETTINGS.from,
    replyTo: { name: 'Åsa', address: 'asa@example.com' },
    to: { name: oneLine(reader.name), address: reader.address },
    subject: oneLine(evaluate(mail.subject, data)),
    text: lf(evaluate(mail.text, data)),
    html: lf(evaluate(mail.html, data)),
    messageId: `<weekly.42.${reader.id}@example.com>`,
    date: SENT_AT,
    textEncoding: 'quoted-printable',
    headers,
  })
    .compile()
    .build();
  return await PostalMime.parse(built);
}

function addressToLeave({ id }: Recipient): string {
  return `${returnPathLocalPart(TOKEN_KEYS, 'weekly', 'unsub', { id, issue: 42 })}@${INBOUND}`;
}

/** As they stand in the standards and in the settings, not as our code makes them. */
const HEADERS: Record<string, string> = {
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  'List-Id': 'The Weekly <weekly.example.com>',
  Precedence: 'bulk',
};

const COMPARED = ['date', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post', 'list-id'];

/** Whatever a reader could see of a mail, by the names of its parts. */
function seen(email: Email): Record<string, unknown> {
  const header = (name: string) =>
    email.headers
      .filter(({ key }) => key === name)
      .map(({ value }) => value.replace(/\s+/g, ' '))
      .join(' AND ');
  return {
    ...Object.fromEntries([...COMPARED, 'precedence'].map((name) => [name, header(name)])),
    from: email.from,
    replyTo: email.replyTo,
    toAddress: email.to?.map(({ address }) => address),
    toName: oneLine(email.to?.[0]?.name),
    subject: oneLine(email.subject),
    text: visible(email.text),
    html: visible(email.html),
    attachments: email.attachments.length,
  };
}

/** In which points a copy is not what was meant; empty when nothing is wrong with it. */
async function faultsOf(wire: string, mail: RenderedMail, reader: Recipient): Promise<string[]> {
  const ours = seen(await PostalMime.parse(Buffer.from(wire, 'latin1')));
  const meant = seen(await theirs(mail, reader, wire));
  const faults = Object.keys(meant).filter((name) => !isSame(ours[name], meant[name]));
  const { results } = await dkimVerify(Buffer.from(wire, 'latin1'), {
    resolver: async () => [[signer.dnsRecord]],
  });
  if (results.length !== 1 || results[0]?.status.result !== 'pass') faults.push('signature');
  const lines = wire.split('\r\n');
  if (lines.some((line) => line.length > 200 || /[\r\n]|[^\t -~]|^\./.test(line))) {
    faults.push('lines');
  }
  return faults;
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

test('any issue reaches any reader as nodemailer would compose it, with a valid signature', async () => {
  await fc.assert(
    fc.asyncProperty(anyMail, anyReader, async (mail, reader) => {
      assert.deepEqual(await faultsOf(await composed(mail, reader), mail, reader), []);
    }),
    { numRuns: 1_000, endOnFailure: true, includeErrorInReport: true },
  );
});

const NASTY = sampleRecipient({ name: '<b>"Å" & co.</b>' });

test('a slot that is not escaped is noticed', async () => {
  const raw = {
    ...SAMPLE_MAIL,
    html: ['<p>Dear ', slot('{{{plain subscriber.name}}}'), '!</p>\n'],
  };
  const escaped = { ...SAMPLE_MAIL, html: ['<p>Dear ', NAME_HTML, '!</p>\n'] };
  const faults = await faultsOf(await composed(raw, NASTY), escaped, NASTY);
  assert.deepEqual(faults, ['html']);
});

test('a stale body hash is noticed', async () => {
  const wire = await composed(SAMPLE_MAIL, NASTY);
  const other = await composed(SAMPLE_MAIL, { ...NASTY, name: 'Somebody Else' });
  const signature = (text: string) => /\bbh=[^;]+;/.exec(text)?.[0] ?? '';
  const stale = wire.replace(signature(wire), signature(other));
  assert.notEqual(stale, wire);
  assert.deepEqual(await faultsOf(stale, SAMPLE_MAIL, NASTY), ['signature']);
});

test('a wrong header, one too many, and a body cut short are noticed', async () => {
  const wire = await composed(SAMPLE_MAIL, NASTY);
  const faults = async (from: string | RegExp, to: string) => {
    assert.notEqual(wire.replace(from, to), wire);
    return await faultsOf(wire.replace(from, to), SAMPLE_MAIL, NASTY);
  };
  assert.deepEqual(await faults('Precedence: bulk', 'Precedence: list'), ['precedence']);
  const other = addressToLeave(sampleRecipient({ id: 'zzzzzzzzzzzzzzzz' }));
  assert.deepEqual(await faults(addressToLeave(NASTY), other), ['list-unsubscribe', 'signature']);
  assert.deepEqual(await faults(/^Message-ID: <weekly/m, 'Message-ID: <monthly'), [
    'message-id',
    'signature',
  ]);
  assert.ok((await faults(/^List-Id:/m, 'List-Id: <x.example>\r\nList-Id:')).includes('list-id'));
  assert.ok((await faults('Leave: ', 'Leave: =\r\n\r\n.')).includes('lines'));
});

test('what one reader is sent holds nothing of another', async () => {
  const mail = { ...SAMPLE_MAIL, html: [...HTML_SLOTS], text: [...TEXT_SLOTS] };
  const prepared = prepareMessage(mail, SETTINGS);
  const composer = createComposer(prepared, { tokenKeys: TOKEN_KEYS, signer });
  const readers = ['AAAA', 'BBBB', 'CCCC'].map((letters) =>
    sampleRecipient({
      ...{ id: letters.repeat(4), name: letters, address: `${letters}@example.org` },
      attributes: { city: `${letters}ville`, tags: [letters], link: `https://${letters}.example/` },
    }),
  );
  const copies = await Promise.all(readers.map((reader) => composer.compose(reader, SENT_AT)));
  for (const [at, { chunks }] of copies.entries()) {
    const { html = '', text = '', to } = await PostalMime.parse(Buffer.concat(chunks));
    const others = readers.filter((_, other) => other !== at);
    for (const { name } of others) assert.ok(!`${html}${text}${JSON.stringify(to)}`.includes(name));
  }
});
