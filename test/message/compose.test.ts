import assert from 'node:assert/strict';
import { test } from 'node:test';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime, { type Email } from 'postal-mime';
import type { RelayProfile } from '../../src/config/types.js';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { verifyToken } from '../../src/message/tokens.js';
import type { ComposedMessage, MessageSettings, Recipient } from '../../src/message/types.js';
import { readReturnPath } from '../../src/message/verp.js';
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
  PUBLIC_URL,
  SAMPLE_MAIL,
  SENT_AT,
  sampleRecipient,
  sampleSettings,
  TOKEN_KEYS,
} from './samples.js';

async function compose(
  mail: RenderedMail = SAMPLE_MAIL,
  settings: Partial<MessageSettings> = {},
  recipient: Partial<Recipient> = {},
): Promise<ComposedMessage> {
  // Through JSON, as a frozen message comes back from the store.
  const prepared = JSON.parse(JSON.stringify(prepareMessage(mail, sampleSettings(settings))));
  const composer = createComposer(prepared, { tokenKeys: TOKEN_KEYS });
  return await composer.compose(sampleRecipient(recipient), SENT_AT);
}

const wireOf = (message: ComposedMessage): string =>
  Buffer.concat(message.chunks).toString('latin1');
const parse = (message: ComposedMessage): Promise<Email> =>
  PostalMime.parse(Buffer.concat(message.chunks));

function header(email: Email, name: string): string | undefined {
  const found = email.headers.filter(({ key }) => key === name);
  assert.ok(found.length <= 1, `${name} occurs ${found.length} times`);
  return found[0]?.value;
}

/** Shrinking whole mails takes minutes; the seed in the report replays the failing one. */
const RUNS = { numRuns: 1_500, endOnFailure: true, includeErrorInReport: true };

function assertWire(wire: string): void {
  const lines = wire.split('\r\n');
  const bodyAt = lines.indexOf('');
  assert.doesNotMatch(wire.replaceAll('\r\n', ''), /[\r\n]|[^\t -~]/);
  assert.ok(wire.endsWith('--\r\n'));
  for (const [index, line] of lines.entries()) {
    assert.ok(line.length <= (index < bodyAt ? 200 : 76), line);
    assert.doesNotMatch(line, /^\./);
    if (index < bodyAt) assert.match(line, /^(?:[A-Za-z-]+: )?\s?\S/);
  }
}

const pieces = (...slots: Piece[]): fc.Arbitrary<Piece[]> =>
  fc.array(fc.oneof(nastyText.filter(Boolean), fc.constantFrom(...slots)), { maxLength: 8 });

const anyMail: fc.Arbitrary<RenderedMail> = fc.record({
  subject: pieces(NAME_HEADER),
  html: pieces(NAME_HTML, LEAVE_HTML, { source: '{{{attr subscriber.city}}}' }),
  text: pieces(NAME_PLAIN, LEAVE_PLAIN, {
    source: 'Dear {{{plain subscriber.name}}}, how is {{{plain subscriber.city}}}?',
    wrap: { width: 72, first: '* ', rest: '  ' },
  }),
});

const anyReader: fc.Arbitrary<Recipient> = fc.record({
  id: fc.constant('AbCdEf0123_-XyZ9'),
  address: fc.constantFrom(
    'reader@example.org',
    '"odd one"@example.org',
    "o'brien+x@xn--bcher-kva.example",
  ),
  // The very long ones are for the headers' test; in a body they cost minutes and show nothing new.
  name: nastyName.map((name) => name.slice(0, 300)),
  attributes: fc.record({ city: nastyName.map((city) => city.slice(0, 300)) }),
});

test('any mail to anybody parses to what was meant, and to what nodemailer makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(anyMail, anyReader, async (mail, reader) => {
      const message = await compose(mail, {}, reader);
      assertWire(wireOf(message));
      assert.equal(message.size, wireOf(message).length);
      const data = dataOf(reader, wireOf(message));
      const meant = {
        subject: oneLine(evaluate(mail.subject, data)),
        text: lf(evaluate(mail.text, data)),
        html: lf(evaluate(mail.html, data)),
      };
      const ours = await parse(message);
      const theirs = await PostalMime.parse(
        await new MailComposer({
          ...meant,
          textEncoding: 'quoted-printable',
        })
          .compile()
          .build(),
      );
      const surrogates = /\p{Surrogate}/gu;
      assert.equal(visible(ours.text), visible(meant.text).replace(surrogates, '\ufffd'));
      assert.equal(visible(ours.html), visible(meant.html).replace(surrogates, '\ufffd'));
      assert.equal(visible(ours.text), visible(theirs.text));
      assert.equal(visible(ours.html), visible(theirs.html));
      if (Buffer.byteLength(meant.subject) <= 400) {
        assert.equal(oneLine(ours.subject), meant.subject);
      }
      assert.equal(ours.to?.length, 1);
      assert.equal(ours.to?.[0]?.address, reader.address);
    }),
    RUNS,
  );
});

test('a name of any kind arrives as one display name and starts no field of its own', async () => {
  await fc.assert(
    fc.asyncProperty(nastyName, async (name) => {
      const message = await compose(SAMPLE_MAIL, {}, { name });
      const email = await parse(message);
      assertWire(wireOf(message));
      assert.deepEqual(
        email.headers.map(({ key }) => key).filter((key) => !key.startsWith('list-')),
        ['date', 'message-id', 'to', 'subject', 'from', 'feedback-id', 'precedence'].concat([
          'mime-version',
          'content-type',
          'content-transfer-encoding',
        ]),
      );
      assert.equal(email.to?.[0]?.address, 'reader@example.org');
      if (Buffer.byteLength(name) <= 200) {
        assert.equal(oneLine(email.to?.[0]?.name), oneLine(name));
      }
    }),
    RUNS,
  );
});

test('addresses, date and list headers are what the standards ask for', async () => {
  const email = await parse(
    await compose(SAMPLE_MAIL, { replyTo: { name: 'Åsa', address: 'asa@example.com' } }),
  );
  assert.deepEqual(email.from, { name: 'The Weekly', address: 'editor@example.com' });
  assert.deepEqual(email.replyTo, [{ name: 'Åsa', address: 'asa@example.com' }]);
  assert.deepEqual(email.to, [{ name: 'Rea Der', address: 'reader@example.org' }]);
  assert.equal(header(email, 'date'), 'Sun, 22 Nov 2026 09:05:00 +0000');
  assert.equal(header(email, 'list-id'), 'The Weekly <weekly.example.com>');
  assert.equal(header(email, 'list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
  assert.match(header(email, 'feedback-id') ?? '', /^issue42:weekly:newsletter:[0-9a-f]{12}$/);
  assert.equal(header(email, 'precedence'), 'bulk');
  assert.equal(header(email, 'mime-version'), '1.0');
});

test('the way out is one field with one web address, the same as in both parts', async () => {
  const message = await compose();
  const email = await parse(message);
  const [, token = ''] =
    /^<https:\/\/weekly\.example\.com\/u\/(.+)>$/.exec(header(email, 'list-unsubscribe') ?? '') ??
    [];
  assert.deepEqual(verifyToken(TOKEN_KEYS, 'weekly', 'unsubscribe', token), {
    purpose: 'unsubscribe',
    id: 'AbCdEf0123_-XyZ9',
    issue: 42,
  });
  assert.ok(email.text?.includes(`${PUBLIC_URL}/u/${token}\n`));
  assert.ok(email.html?.includes(`<a href="${PUBLIC_URL}/u/${token}">`));
});

test('the mail address to leave by, and that for bounces, exist only where mail is read', async () => {
  const without = await compose();
  assert.equal(without.envelopeFrom, 'editor@example.com');
  assert.doesNotMatch(wireOf(without), /mailto:/);
  const domains = { bounceDomain: 'bounce.example.com', inboundDomain: 'in.example.com' };
  const message = await compose(SAMPLE_MAIL, domains);
  const claims = { id: 'AbCdEf0123_-XyZ9', issue: 42 };
  const [bounce = '', bounceDomain] = message.envelopeFrom.split('@');
  assert.equal(bounceDomain, 'bounce.example.com');
  assert.deepEqual(readReturnPath(TOKEN_KEYS, 'weekly', 'b', bounce), claims);
  const [, leave = ''] = /<mailto:(.+)@in\.example\.com>/.exec(wireOf(message)) ?? [];
  assert.deepEqual(readReturnPath(TOKEN_KEYS, 'weekly', 'unsub', leave), claims);
});

test('two readers get different Message-IDs and tokens, one reader the same bytes every time', async () => {
  const prepared = prepareMessage(SAMPLE_MAIL, sampleSettings());
  const composer = createComposer(prepared, { tokenKeys: TOKEN_KEYS });
  const first = await composer.compose(sampleRecipient(), SENT_AT);
  const other = await composer.compose(sampleRecipient({ id: 'zzzzzzzzzzzzzzzz' }), SENT_AT);
  const again = await composer.compose(sampleRecipient(), SENT_AT);
  assert.notEqual(first.messageId, other.messageId);
  assert.notEqual(
    header(await parse(first), 'list-unsubscribe'),
    header(await parse(other), 'list-unsubscribe'),
  );
  assert.equal(wireOf(first), wireOf(again));
  assert.doesNotMatch(first.messageId, /reader|example\.org/);
  assert.equal(header(await parse(first), 'message-id'), first.messageId);
});

test('long static stretches are shared between copies, and only they are', async () => {
  const long = (word: string) => `<p>${word.repeat(400)}</p>`;
  const name = { source: '{{{html subscriber.name}}}' };
  const mail = { ...SAMPLE_MAIL, html: [long('before '), name, ' and ', name, long('behind ')] };
  const composer = createComposer(prepareMessage(mail, sampleSettings()), {
    tokenKeys: TOKEN_KEYS,
  });
  const [first, second] = await Promise.all([
    composer.compose(sampleRecipient({ name: 'Ada' }), SENT_AT),
    composer.compose(sampleRecipient({ name: 'Somebody Else' }), SENT_AT),
  ]);
  const shared = first.chunks.filter((chunk) => second.chunks.includes(chunk));
  const bytes = Buffer.concat(shared).toString('latin1').replaceAll('=\r\n', '');
  for (const word of ['before ', 'behind ']) assert.ok(bytes.includes(word.repeat(400)));
  for (const { chunks } of [first, second]) {
    const own = Buffer.concat(chunks.filter((chunk) => !shared.includes(chunk)));
    assert.match(own.toString('latin1'), /Ada|Somebody Else/);
    assert.ok(own.length < 4_096, `${own.length} bytes of its own`);
  }
  assert.doesNotMatch(bytes, /Ada|Somebody/);
});

test('an empty field leaves nothing behind, not even a line break', async () => {
  const mail = {
    ...SAMPLE_MAIL,
    text: ['Dear ', { source: '{{{plain subscriber.name}}}' }, '!\n'],
  };
  const email = await parse(await compose(mail, {}, { name: '' }));
  assert.equal(visible(email.text), 'Dear !');
});

test('an address that cannot stand in a header is refused without being named', async () => {
  for (const address of [
    'a@x\r\nBcc: b@y',
    'jörg@example.org',
    'a b@example.org',
    'a@exa mple.org',
    'a,b@c.org',
    '@c.org',
    'nobody',
    `${'a'.repeat(250)}@c.org`,
  ]) {
    await assert.rejects(compose(SAMPLE_MAIL, {}, { address }), (error: Error) => {
      assert.equal('code' in error && error.code, 'address_invalid');
      assert.ok(!error.message.includes(address));
      return true;
    });
  }
});

const CORRELATION: Record<RelayProfile, RegExp | undefined> = {
  generic: undefined,
  mta: undefined,
  ses: /^X-SES-MESSAGE-TAGS: publication=weekly, issue=42, subscriber=AbCdEf0123_-XyZ9\r$/m,
  postmark: /^X-PM-Metadata-subscriber: AbCdEf0123_-XyZ9\r$/m,
  mailgun: /^X-Mailgun-Variables: \{"publication":"weekly",\r\n "issue":42,/m,
  sendgrid: /^X-SMTPAPI: \{"unique_args":\{"publication":"weekly",/m,
};

for (const [profile, expected] of Object.entries(CORRELATION)) {
  test(`profile ${profile} carries ${expected ? 'our id for webhooks' : 'nothing extra'}`, async () => {
    const wire = wireOf(await compose(SAMPLE_MAIL, { profile: profile as RelayProfile }));
    assertWire(wire);
    if (expected) assert.match(wire, expected);
    else assert.doesNotMatch(wire, /^X-/m);
  });
}

test('what SendGrid and Mailgun get is JSON once unfolded', async () => {
  for (const [profile, name] of [
    ['sendgrid', 'x-smtpapi'],
    ['mailgun', 'x-mailgun-variables'],
  ] as const) {
    const value = header(await parse(await compose(SAMPLE_MAIL, { profile })), name);
    assert.match(JSON.stringify(JSON.parse(value ?? '')), /"subscriber":"AbCdEf0123_-XyZ9"/);
  }
});
