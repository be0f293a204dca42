import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { AppError } from '../../src/errors.js';
import { createComposer } from '../../src/message/compose.js';
import { createSigner } from '../../src/message/dkim.js';
import { prepareMessage } from '../../src/message/prepare.js';
import type { MessageSettings } from '../../src/message/types.js';
import type { RenderedMail } from '../../src/render/types.js';
import { fc } from '../support/fast-check.js';
import {
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
const DKIM = { domain: 'example.com', selector: 'sept' };

async function signed(
  mail: RenderedMail = SAMPLE_MAIL,
  settings: Partial<MessageSettings> = {},
  name = 'Rea Der',
): Promise<string> {
  const prepared = prepareMessage(mail, sampleSettings({ dkim: DKIM, ...settings }));
  const composer = createComposer(prepared, { tokenKeys: TOKEN_KEYS, signer });
  const { chunks } = await composer.compose(sampleRecipient({ name }), SENT_AT);
  return Buffer.concat(chunks).toString('latin1');
}

/** mailauth's verdict, with our key in place of the DNS. */
async function verdict(wire: string): Promise<string | undefined> {
  const { results } = await dkimVerify(Buffer.from(wire, 'latin1'), {
    resolver: async (name: string, type: string) => {
      assert.deepEqual([name, type], ['sept._domainkey.example.com', 'TXT']);
      return [[signer.dnsRecord]];
    },
  });
  assert.equal(results.length, 1);
  return results[0]?.status.result;
}

function signedNames(wire: string): string[] {
  const [, names = ''] = /\bh=([^;]+);/.exec(wire) ?? [];
  return names.replace(/\s/g, '').toLowerCase().split(':');
}

test('a signature is verified, with slots and without', async () => {
  assert.equal(await verdict(await signed()), 'pass');
  const plain = { subject: ['Plain'], html: ['<p>x</p>\n'], text: ['x\n'] };
  assert.equal(await verdict(await signed(plain)), 'pass');
});

test('any mail to anybody verifies', async () => {
  await fc.assert(
    fc.asyncProperty(nastyText, nastyText, nastyName, async (text, subject, name) => {
      const pieces = [text, NAME_PLAIN, text].filter((piece) => piece !== '');
      const wire = await signed({ subject: [subject], html: pieces, text: pieces }, {}, name);
      assert.equal(await verdict(wire), 'pass');
    }),
    { numRuns: 200, endOnFailure: true, includeErrorInReport: true },
  );
});

test('every profile verifies', async () => {
  for (const profile of ['generic', 'ses', 'postmark', 'mailgun', 'sendgrid', 'mta'] as const) {
    assert.equal(await verdict(await signed(SAMPLE_MAIL, { profile })), 'pass', profile);
  }
});

test('a changed byte of the body is noticed', async () => {
  const wire = await signed();
  assert.notEqual(await verdict(wire.replace('Dear', 'Deer')), 'pass');
  assert.notEqual(await verdict(`${wire}more\r\n`), 'pass');
});

test('a change of any signed header is noticed', async () => {
  const wire = await signed(SAMPLE_MAIL, { replyTo: { name: '', address: 'r@example.com' } });
  const [head = ''] = wire.split('\r\n\r\n');
  const fields = head.split(/\r\n(?![ \t])/).filter((field) => !field.startsWith('DKIM-'));
  const names = signedNames(wire);
  for (const field of fields) {
    const name = field.slice(0, field.indexOf(':')).toLowerCase();
    const isSame = (await verdict(wire.replace(field, `${field} x`))) === 'pass';
    assert.equal(isSame, !names.includes(name), name);
  }
});

test('a second From, To or Subject put in front is noticed', async () => {
  const wire = await signed();
  for (const field of ['From: x@evil.example', 'To: y@evil.example', 'Subject: Win!']) {
    assert.notEqual(await verdict(`${field}\r\n${wire}`), 'pass', field);
  }
});

test('both fields of one-click unsubscribing are signed', async () => {
  const names = signedNames(await signed());
  assert.ok(names.includes('list-unsubscribe') && names.includes('list-unsubscribe-post'));
});

test('what SES replaces stays out of the signature there, and there alone', async () => {
  const through = async (profile: 'ses' | 'mta') =>
    signedNames(await signed(SAMPLE_MAIL, { profile })).filter((name) =>
      ['date', 'message-id'].includes(name),
    );
  assert.deepEqual(await through('ses'), []);
  assert.deepEqual(await through('mta'), ['date', 'message-id']);
});

test('the signature field keeps within 78 columns a line', async () => {
  const [head = ''] = (await signed()).split('\r\nDate: ');
  for (const line of head.split('\r\n')) assert.ok(line.length <= 78, line);
});

test('the same message signed twice has the same bytes', async () => {
  assert.equal(await signed(), await signed());
});

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const BAD_KEYS: [string, () => string, RegExp][] = [
  ['no key at all', () => 'hello', /no readable private key/],
  [
    'a public key',
    () => rsa(1024).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    /no readable private key/,
  ],
  [
    'a key under a passphrase',
    () =>
      rsa(1024)
        .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
        .toString(),
    /passphrase/,
  ],
  ['512 bits', () => pem(rsa(512).privateKey), /512 bits/],
  ['Ed25519', () => pem(generateKeyPairSync('ed25519').privateKey), /Gmail/],
  [
    'an elliptic curve',
    () => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    /type ec/,
  ],
  [
    'RSA-PSS',
    () => pem(generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey),
    /rsa-pss/,
  ],
  ['a damaged key', damagedKey, /damaged/],
];

/** A key whose parts do not belong together. */
function damagedKey(): string {
  const jwk = rsa(1024).privateKey.export({ format: 'jwk' });
  const other = rsa(1024).privateKey.export({ format: 'jwk' });
  const mixed = { ...jwk, d: other.d, dp: other.dp, dq: other.dq };
  return pem(createPrivateKey({ key: mixed, format: 'jwk' }));
}

for (const [what, makePem, message] of BAD_KEYS) {
  test(`${what} is refused with the reason`, () => {
    assert.throws(
      () => createSigner({ ...DKIM, privateKeyPem: makePem() }),
      (error) =>
        error instanceof AppError && error.code === 'dkim_invalid' && message.test(error.message),
    );
  });
}

test('a domain or selector that cannot stand in DNS is refused', () => {
  const privateKeyPem = pem(rsa(1024).privateKey);
  for (const wrong of [
    { domain: 'localhost' },
    { domain: 'a b.c' },
    { selector: 'x;y' },
    { selector: '' },
  ]) {
    assert.throws(
      () => createSigner({ ...DKIM, ...wrong, privateKeyPem }),
      (error) => error instanceof AppError && error.code === 'dkim_invalid',
    );
  }
});

test('a message approved with a signature is never sent without, nor signed by another domain', () => {
  const prepare = (domain: string) =>
    prepareMessage(SAMPLE_MAIL, sampleSettings({ dkim: { domain, selector: 'sept' } }));
  const refused = (error: unknown) => error instanceof AppError && error.code === 'dkim_invalid';
  assert.throws(() => createComposer(prepare('example.com'), { tokenKeys: TOKEN_KEYS }), refused);
  assert.throws(
    () => createComposer(prepare('other.example'), { tokenKeys: TOKEN_KEYS, signer }),
    refused,
  );
});
