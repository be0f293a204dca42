/** TLS, STARTTLS and AUTH: what is nodemailer's work, and what we make of its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../src/log.js';
import { checkRelay } from '../../src/smtp/check-relay.js';
import { startSink } from '../support/smtp-sink.js';
import { connect, ENVELOPE, message, transportTo } from './conversations.js';

const LOGIN = { user: 'ed@envelope.example', pass: 'right/horse' };

function withLogin(url: string, { user, pass } = LOGIN): string {
  return url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(pass)}@`);
}

for (const method of ['PLAIN', 'LOGIN'] as const) {
  test(`AUTH ${method} with the right password lets messages through`, async (t) => {
    const { sink } = await connect(t, { auth: { ...LOGIN, methods: [method] } });
    const outcome = await transportTo(t, withLogin(sink.url)).send(ENVELOPE, message('one'));
    assert.equal(outcome.kind, 'accepted');
    assert.ok(sink.commands.some((line) => line.startsWith(`1: AUTH ${method}`)));
  });

  test(`AUTH ${method} with a wrong password is a refused login, and nothing is sent`, async (t) => {
    const { sink } = await connect(t, { auth: { ...LOGIN, methods: [method] } });
    const url = withLogin(sink.url, { ...LOGIN, pass: 'wrong' });
    const outcome = await transportTo(t, url).send(ENVELOPE, message('one'));
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.stage, 'auth');
    assert.equal(outcome.reply.code, 535);
    assert.equal(outcome.reply.enhancedCode, '5.7.8');
    assert.ok(!sink.commands.some((line) => line.includes('MAIL')));
  });
}

test('STARTTLS is used when offered, on this machine whatever the certificate', async (t) => {
  const { sink, transport } = await connect(t, { starttls: true });
  assert.equal((await transport.send(ENVELOPE, message('one'))).kind, 'accepted');
  assert.deepEqual(
    sink.commands.slice(0, 3).map((line) => line.split(' ')[1]),
    ['EHLO', 'STARTTLS', 'EHLO'],
  );
});

for (const secure of [false, true]) {
  const way = secure ? 'TLS' : 'STARTTLS';
  test(`a self-signed certificate (${way}) is refused where certificates are verified, and said to be the reason`, async (t) => {
    const { sink, transport } = await connect(
      t,
      { starttls: true, secure },
      { query: '/?tls.rejectUnauthorized=true' },
    );
    const outcome = await transport.send(ENVELOPE, message('one'));
    assert.ok(outcome.kind === 'unsent');
    assert.match(
      outcome.error,
      new RegExp(`127\\.0\\.0\\.1:${sink.port}: .*self.signed certificate`),
    );
    assert.ok(!sink.commands.some((line) => line.includes('MAIL')));
  });
}

test('STARTTLS that is refused or not offered where it is required sends nothing in the clear', async (t) => {
  const refusing = await connect(t, {
    starttls: true,
    reply: ({ stage }) => (stage === 'starttls' ? '454 4.7.0 TLS not available' : undefined),
  });
  const refused = await refusing.transport.send(ENVELOPE, message('one'));
  assert.ok(refused.kind === 'unsent');
  assert.match(refused.error, /refuses STARTTLS \(454\)/);

  const plain = await connect(t, {}, { query: '/?requireTLS=true' });
  assert.notEqual((await plain.transport.send(ENVELOPE, message('one'))).kind, 'accepted');
  assert.ok(!plain.sink.commands.some((line) => line.includes('MAIL')));
});

test('a log holds neither the login nor an address, whatever goes wrong', async (t) => {
  let written = '';
  const log = createLogger({
    level: 'debug',
    pretty: false,
    to: {
      write: (line) => {
        written += line;
      },
    },
  });
  const echo = '535 5.7.8 ed@envelope.example: right/horse is wrong';
  for (const reply of [undefined, echo]) {
    const { sink } = await connect(t, {
      auth: LOGIN,
      reply: ({ stage }) => (stage === 'auth' ? reply : undefined),
    });
    const transport = transportTo(t, withLogin(sink.url), { log });
    await transport.send(ENVELOPE, message('one'));
    await sink.stop();
    await transport.send(ENVELOPE, message('two'));
  }
  assert.match(written, /connected to the relay/);
  assert.match(written, /the relay refused us/);
  assert.match(written, /cannot reach the relay/);
  assert.doesNotMatch(written, /@|horse/);
});

test('the check of a relay tells what it offers, and leaves with QUIT', async (t) => {
  const { sink } = await connect(t, { auth: LOGIN, starttls: true, size: 1_000_000 });
  const check = await checkRelay(withLogin(sink.url));
  assert.ok(check.kind === 'ready');
  assert.equal(check.relay, `127.0.0.1:${sink.port}`);
  assert.match(check.offer.tls ?? '', /^TLSv1\.[23]$/);
  assert.ok(check.offer.authenticated && check.offer.pipelining);
  assert.equal(check.offer.maxMessageBytes, 1_000_000);
  assert.ok(sink.commands.at(-1)?.endsWith('QUIT'));
});

test('the check of a relay tells a refused login from a relay that is not there', async () => {
  const sink = await startSink({ auth: LOGIN });
  const refused = await checkRelay(withLogin(sink.url, { ...LOGIN, pass: 'wrong' }));
  assert.ok(refused.kind === 'refused' && refused.stage === 'auth');
  await sink.stop();
  const gone = await checkRelay(sink.url);
  assert.ok(gone.kind === 'unreachable');
  assert.match(gone.reason, /ECONNREFUSED/);
});
