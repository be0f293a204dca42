/** No address, token or key leaves in a log line, wherever it was put (DESIGN.md, invariant 9). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogger, type Logger } from '../../src/log.js';
import { redact } from '../../src/redaction.js';
import { fc } from '../support/fast-check.js';

const TOKEN = 'AWx5b3VfY2Fubm90X2d1ZXNzX3RoaXNfdG9rZW4wMTIzNDU2'.slice(0, 44);
const KEY = 'q0Zk3Jm8Yb1xW7cVt5uR2nE9sL4pD6hG-aF_iKoTvXy';

/** What `write` logs, in one of the two forms. */
async function logged(pretty: boolean, write: (log: Logger) => void): Promise<string> {
  const stream = new PassThrough({ encoding: 'utf8' });
  write(createLogger({ pretty, to: stream }));
  await setImmediate();
  return String(stream.read() ?? '');
}

function failure(message: string, cause?: unknown): Error {
  return new Error(message, { cause });
}

const ADDRESSES = [
  'reader@example.org',
  'First.Last+tag@sub.example.co.uk',
  "o'brien=x@example.org",
  'jörg@bücher.example',
  'root@localhost',
  'someone@[192.0.2.1]',
  '"quoted local"@example.org',
  'reader%40example.org',
];

const PLACEMENTS: [place: string, write: (log: Logger, secret: string) => void][] = [
  ['the message', (log, secret) => log.info(`sent to ${secret} at once`)],
  ['the message, in angle brackets', (log, secret) => log.info(`RCPT TO:<${secret}>`)],
  ['the message, after a line break', (log, secret) => log.info(`said:\n${secret}\nand left`)],
  ['an interpolated argument', (log, secret) => log.info('sent to %s', secret)],
  ['an interpolated object', (log, secret) => log.info('sent %o', { to: secret })],
  ['a field', (log, secret) => log.info({ detail: secret }, 'sent')],
  ['a nested field', (log, secret) => log.info({ a: { b: [{ c: secret }] } }, 'sent')],
  ['the name of a field', (log, secret) => log.info({ [secret]: 1 }, 'sent')],
  ['a field of JSON', (log, secret) => log.info({ body: JSON.stringify({ to: secret }) }, 'sent')],
  ['a binding of a child', (log, secret) => log.child({ who: secret }).info('sent')],
  ['an error', (log, secret) => log.error(failure(`550 no ${secret} here`))],
  ['an error in a field', (log, secret) => log.error({ err: failure(`no ${secret}`) }, 'refused')],
  [
    'the cause of an error',
    (log, secret) => log.error({ err: failure('no', failure(`no ${secret}`)) }, 'refused'),
  ],
  [
    'a property of an error',
    (log, secret) => log.error({ err: Object.assign(failure('no'), { to: secret }) }, 'refused'),
  ],
];

for (const pretty of [false, true]) {
  const form = pretty ? 'a readable line' : 'a JSON line';
  describe(form, () => {
    for (const [place, write] of PLACEMENTS) {
      test(`holds no address from ${place}`, async () => {
        for (const address of ADDRESSES) {
          const line = await logged(pretty, (log) => write(log, address));
          const core = address.replace(/^"|"?(@|%40).*$/g, '');
          assert.ok(line.includes('[address]'), `${address}: ${line}`);
          assert.ok(!line.includes(core) || core === 'root', `${address}: ${line}`);
        }
      });

      test(`holds no token or key from ${place}`, async () => {
        for (const secret of [
          `https://soil.example/u/${TOKEN}`,
          `https://soil.example/p/${TOKEN.slice(0, 20)}`,
          `/confirm/${TOKEN}?x=1`,
          `/u%2F${TOKEN}`.replace('/u', '%2Fu'),
          TOKEN,
          KEY,
          `Bearer ${TOKEN}`,
          `AUTH PLAIN ${TOKEN.slice(0, 24)}`,
        ]) {
          const line = await logged(pretty, (log) => write(log, secret));
          assert.ok(!line.includes(TOKEN.slice(0, 20)), `${secret}: ${line}`);
          assert.ok(!line.includes(KEY), `${secret}: ${line}`);
        }
      });

      test(`holds no login from ${place}`, async () => {
        for (const url of [
          'smtps://me:hunter2@relay.example:465',
          'smtp://me%40x.org:hunter2@relay',
          'redis://:hunter2@10.0.0.1:6379/0',
          'https://me:hunter2@soil.example/x',
          'smtp://me:hunter2/with@signs@relay',
        ]) {
          const line = await logged(pretty, (log) => write(log, url));
          assert.ok(!line.includes('hunter2'), line);
        }
      });
    }

    test('drops fields whose names say that they hold a secret', async () => {
      const line = await logged(pretty, (log) =>
        log.info(
          {
            idKey: Buffer.from('0123456789abcdef'),
            tokenKeys: [Buffer.from('0123456789abcdef')],
            headers: { Authorization: 'x y', cookie: 'a=b' },
            smtp: { password: 'hunter2' },
            email: 'no at sign',
            payload: Buffer.from('reader@example.org'),
          },
          'set up',
        ),
      );
      for (const secret of ['hunter2', '48', '0123', 'x y', 'a=b', 'no at sign']) {
        const fields = line.replace(/"?(time|pid)"?[=: ]+"?[\d:]+/g, '').replace(/^\[[\d:]+\]/, '');
        assert.ok(!fields.includes(secret), `${secret}: ${line}`);
      }
    });
  });
}

test('a JSON line stays JSON, whatever stands around what was taken out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (before, after) => {
      const text = `${before} reader@example.org ${after}`;
      const line = await logged(false, (log) => log.info({ text, [before]: text }, text));
      const parsed: unknown = JSON.parse(line);
      assert.ok(typeof parsed === 'object');
      assert.ok(!line.includes('reader@'));
    }),
  );
});

test('what is no secret stays readable', () => {
  for (const text of [
    'at send (file:///app/node_modules/@fastify/helmet/index.js:10:3)',
    'at x (/app/node_modules/.store/mjml@5.4.1/index.js:1:2)',
    'https://soil.example/issues/101',
    'accepted 120 of 500 at 33.4/s',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '10:30:00.000 2026-11-06',
    'token bucket is empty',
  ]) {
    assert.equal(redact(text), text);
  }
});

test('redaction is quick on long lines', () => {
  const text = 'a'.repeat(200_000) + '@'.repeat(2_000) + 'b.'.repeat(100_000);
  assert.ok(redact(text).length > 0);
});

test('lines are written before the process goes on, also when it exits at once', () => {
  const module = fileURLToPath(new URL('../../src/log.ts', import.meta.url));
  for (const pretty of [true, false]) {
    const code = `import { createLogger } from ${JSON.stringify(module)};
      createLogger({ pretty: ${pretty} }).error('the last words'); process.exit(0);`;
    const output = execFileSync(
      'sh',
      ['-c', 'exec "$0" --import tsx --input-type=module -e "$1" 2>&1', process.execPath, code],
      { encoding: 'utf8' },
    );
    assert.match(output, /the last words/);
  }
});
