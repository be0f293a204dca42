import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.js';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { fc } from '../support/fast-check.js';
import { NAME_PLAIN, nastyText, SAMPLE_MAIL, sampleSettings, TOKEN_KEYS } from './samples.js';

test('the content hash is the same for the same content, whatever the order of the settings', () => {
  const settings = sampleSettings({ replyTo: undefined });
  const reversed = Object.fromEntries(Object.entries(settings).reverse()) as typeof settings;
  const hash = prepareMessage(SAMPLE_MAIL, settings).contentHash;
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(prepareMessage(structuredClone(SAMPLE_MAIL), reversed).contentHash, hash);
});

test('a revision that changes nothing has the same content hash', () => {
  const first = prepareMessage(SAMPLE_MAIL, sampleSettings({ revision: 1 }));
  const second = prepareMessage(SAMPLE_MAIL, sampleSettings({ revision: 2 }));
  assert.equal(first.contentHash, second.contentHash);
});

test('any change of content, sender or address has another content hash', () => {
  const hashes = [
    prepareMessage(SAMPLE_MAIL, sampleSettings()),
    prepareMessage({ ...SAMPLE_MAIL, subject: ['Other'] }, sampleSettings()),
    prepareMessage({ ...SAMPLE_MAIL, text: [...SAMPLE_MAIL.text, 'P.S.'] }, sampleSettings()),
    prepareMessage({ ...SAMPLE_MAIL, text: ['Dear ', NAME_PLAIN] }, sampleSettings()),
    prepareMessage(SAMPLE_MAIL, sampleSettings({ publicUrl: 'https://other.example.com' })),
    prepareMessage(SAMPLE_MAIL, sampleSettings({ profile: 'ses' })),
  ].map(({ contentHash }) => contentHash);
  assert.equal(new Set(hashes).size, hashes.length);
});

test('a prepared message survives JSON', () => {
  const prepared = prepareMessage(SAMPLE_MAIL, sampleSettings({ replyTo: undefined }));
  const revived = JSON.parse(JSON.stringify(prepared));
  assert.equal(JSON.stringify(revived), JSON.stringify(prepared));
  assert.ok(createComposer(revived, { tokenKeys: TOKEN_KEYS }));
});

test('the boundary cannot occur in a part, even when the text quotes it', () => {
  fc.assert(
    fc.property(nastyText, (text) => {
      const boundary = (part: string) => {
        const { headers } = prepareMessage({ ...SAMPLE_MAIL, text: [part] }, sampleSettings());
        return /boundary="(.+)"/.exec(headers.map(({ value }) => value).join())?.[1] ?? '';
      };
      const quoting = `${text}\n--${boundary(text)}--\n`;
      const { body } = prepareMessage({ ...SAMPLE_MAIL, text: [quoting] }, sampleSettings());
      assert.ok(!body.join('').includes(boundary(text)));
    }),
  );
});

test('a message of a newer format is refused, not guessed at', () => {
  const prepared = prepareMessage(SAMPLE_MAIL, sampleSettings());
  const newer = { ...prepared, version: 2 as unknown as 1 };
  assert.throws(
    () => createComposer(newer, { tokenKeys: TOKEN_KEYS }),
    (error) => error instanceof AppError && error.code === 'send_refused',
  );
});

test('a From that cannot stand in a mail is refused when the message is prepared', () => {
  const from = { name: 'X', address: 'x@example.com\r\nBcc: y@example.com' };
  assert.throws(
    () => prepareMessage(SAMPLE_MAIL, sampleSettings({ from })),
    (error) => error instanceof AppError && error.code === 'address_invalid',
  );
});
