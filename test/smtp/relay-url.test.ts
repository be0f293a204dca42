import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.js';
import { parseRelayUrl } from '../../src/smtp/relay-url.js';

test('host, port and login are read, the login decoded', () => {
  const relay = parseRelayUrl('smtp://us%40er:p%2Fa%25s@mail.example.com:2525');
  assert.equal(relay.label, 'mail.example.com:2525');
  assert.deepEqual(relay.auth, { user: 'us@er', pass: 'p/a%s' });
  assert.equal(relay.pipelining, true);
});

test('the port follows from the scheme where none is given', () => {
  assert.equal(parseRelayUrl('smtp://mail.example.com').port, 587);
  assert.equal(parseRelayUrl('smtps://mail.example.com').port, 465);
  assert.equal(parseRelayUrl('smtps://[2001:db8::1]').label, '[2001:db8::1]:465');
});

test('another machine must prove who it is, this one need not', () => {
  const verifies = (url: string) => parseRelayUrl(url).connection.tls?.rejectUnauthorized;
  assert.equal(verifies('smtp://mail.example.com'), true);
  assert.equal(verifies('smtp://127.0.0.1:2525'), false);
  assert.equal(verifies('smtp://localhost'), false);
  assert.equal(verifies('smtp://[::1]:25'), false);
  assert.equal(verifies('smtp://127.0.0.1/?tls.rejectUnauthorized=true'), true);
  assert.equal(verifies('smtp://mail.example.com/?tls.rejectUnauthorized=false'), false);
  assert.equal(verifies('smtp://127.0.0.1.example.com'), true);
});

test('a login crosses a network only under TLS, unless the clear is asked for', () => {
  const requires = (url: string) => parseRelayUrl(url).connection.requireTLS;
  assert.equal(requires('smtp://u:p@mail.example.com'), true);
  assert.equal(requires('smtp://u:p@mail.example.com/?ignoreTLS=true'), false);
  assert.equal(requires('smtp://u:p@127.0.0.1:2525'), false);
  assert.equal(requires('smtp://mail.example.com'), false);
  assert.equal(requires('smtp://mail.example.com/?requireTLS=on'), true);
});

test('what cannot be meant is refused, and the login is not repeated', () => {
  for (const [url, fault] of [
    ['mail.example.com:25', /must look like/],
    ['http://u:secret@mail.example.com', /must look like/],
    ['smtp://', /must look like|names no host/],
    ['smtp://u:secret@mail.example.com/?pipeline=off', /unknown option "pipeline".*pipelining/],
    ['smtp://u:secret@mail.example.com/?tls.rejectUnauthorised=false', /unknown option/],
    ['smtp://u:secret@mail.example.com/?pipelining=maybe', /pipelining=maybe/],
    ['smtp://secret@mail.example.com', /user without a password/],
    ['smtp://:secret@mail.example.com', /password without a user/],
  ] as const) {
    assert.throws(
      () => parseRelayUrl(url),
      (error) =>
        error instanceof AppError &&
        error.code === 'config_invalid' &&
        fault.test(error.message) &&
        !error.message.includes('secret'),
      url,
    );
  }
});
