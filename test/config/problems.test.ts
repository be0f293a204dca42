import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig, loadSettings } from '../../src/config/load.js';
import { failureOf, MINIMAL, publication } from './publication.js';

async function refused(t: TestContext, yaml: string, env: NodeJS.ProcessEnv = {}) {
  const error = await failureOf(loadSettings(await publication(t, yaml), env));
  assert.equal(error.code, 'config_invalid');
  return error;
}

test('an unknown key is named with its line and the key that was meant', async (t) => {
  const error = await refused(t, `${MINIMAL}smtp:\n  url: smtp://a\n  conections: 5\n`);
  assert.equal(error.line, 10);
  assert.match(error.located, /pressrun\.yaml:10: unknown key smtp\.conections/);
  assert.match(error.message, /did you mean connections\?/);
});

test('an unknown key that is near to nothing comes with all that are allowed', async (t) => {
  const error = await refused(t, `${MINIMAL}bounce: { xylophone: 1 }\n`);
  assert.match(error.message, /unknown key bounce\.xylophone; allowed here: domain/);
});

test('half a webhook is refused, and what was to be its secret is not shown', async (t) => {
  const url = 'https://example.org/hook';
  const half = await refused(t, `${MINIMAL}notify: { webhook: { url: "${url}" } }\n`);
  assert.match(half.message, /notify\.webhook\.secret is missing \(set both.*whsec_/);
  const wrong = `${MINIMAL}notify:\n  webhook:\n    url: ${url}\n    secret: hunter2hunter2\n`;
  const error = await refused(t, wrong);
  assert.equal(error.line, 11);
  assert.match(error.message, /notify\.webhook\.secret: found something else; allowed: "whsec_"/);
  assert.doesNotMatch(error.message, /hunter2/);
});

test('a key in another spelling is recognised', async (t) => {
  const error = await refused(t, `${MINIMAL}  reply_to: a@b.example\n`);
  assert.match(error.message, /did you mean replyTo\?/);
});

const WRONG: [title: string, yaml: string, line: number, words: RegExp][] = [
  ['a number for a text', MINIMAL.replace('Soil Weekly\n', '7\n'), 2, /name: found 7 \(a number\)/],
  ['a quoted number', `${MINIMAL}http: { port: "80" }\n`, 8, /port: found "80"; allowed: a whole/],
  [
    'no category of podcasts',
    `${MINIMAL}podcast: { category: Sciences }\n`,
    8,
    /podcast\.category: found "Sciences"; allowed: one of Apple's .*Science, /,
  ],
  [
    'an address of a podcast that is none',
    `${MINIMAL}podcast: { email: nobody }\n`,
    8,
    /podcast\.email: found "nobody"; allowed: an address/,
  ],
  ['a port out of range', `${MINIMAL}http: { port: 70000 }\n`, 8, /from 0 to 65535/],
  [
    'a bad slug',
    MINIMAL.replace('slug: soil', 'slug: So il'),
    3,
    /slug: found "So il"; allowed: low/,
  ],
  [
    'a bad sender',
    MINIMAL.replace('news@soil', 'news at soil'),
    5,
    /from: found .* allowed: a sender/,
  ],
  ['a scheme that is not the web', MINIMAL.replace('https:', 'ftp:'), 6, /url: found .*http:\/\//],
  [
    'a duration without a unit',
    `${MINIMAL}delivery: { giveUpAfter: 48 }\n`,
    8,
    /found 48.*duration/,
  ],
  [
    'a word for a duration',
    `${MINIMAL}delivery: { retry: [5m, soon] }\n`,
    8,
    /retry\[1\]: found "soon"/,
  ],
  ['a lock that ends at once', `${MINIMAL}delivery: { lockDuration: 1s }\n`, 8, /at least 2s/],
  [
    'a profile nobody has',
    `${MINIMAL}smtp: { profile: sez }\n`,
    8,
    /"sez"; allowed: one of generic, ses/,
  ],
  [
    'a scalar for a section',
    `${MINIMAL}smtp: smtp://a\n`,
    8,
    /smtp: found .*a mapping of url, profile/,
  ],
  [
    'a list of bad nodes',
    `${MINIMAL}redis: { server: [redis://a, b] }\n`,
    8,
    /server: found .*a list/,
  ],
  ['a share above one', `${MINIMAL}delivery: { halt: { permanentShare: 3 } }\n`, 8, /from 0 to 1/],
  ['a language that is none', `${MINIMAL}  language: e_n\n`, 8, /language: found "e_n"/],
  [
    'a sender across lines',
    MINIMAL.replace('Soil Weekly <news@soil.example>', '"A\\nBcc: x <a@b.c>"'),
    5,
    /from/,
  ],
  ['broken YAML', `${MINIMAL}smtp: [\n`, 9, /not valid YAML/],
  ['a key written twice', `${MINIMAL}smtp: {}\nsmtp: {}\n`, 9, /not valid YAML/],
  ['a list for the whole', '- 1\n', 1, /the file: found .*a mapping of publication, design, redis/],
];

for (const [title, yaml, line, words] of WRONG) {
  test(`${title} is refused with its line and what is allowed`, async (t) => {
    const error = await refused(t, yaml);
    assert.match(error.message, words);
    assert.equal(error.line, line);
  });
}

test('an empty file lists every required key', async (t) => {
  const error = await refused(t, '');
  for (const key of ['name', 'slug', 'prefix', 'from', 'url', 'postalAddress']) {
    assert.match(error.message, new RegExp(`publication\\.${key} is missing`));
  }
});

test('DKIM is set whole or not at all', async (t) => {
  const error = await refused(t, `${MINIMAL}dkim:\n  selector: s1\n`);
  assert.match(error.message, /dkim\.domain is missing \(set all three/);
  assert.match(error.message, /dkim\.keyFile is missing/);
  assert.doesNotMatch(error.message, /dkim\.selector/);
});

test('all problems are told at once, in the order of the file', async (t) => {
  const yaml = `${MINIMAL}http: { port: x }\nsmpt: {}\ndelivery:\n  keepLedgers: 0\n`;
  const error = await refused(t, yaml);
  const lines = error.located.split('\n').map((line) => /pressrun\.yaml:(\d+): /.exec(line)?.[1]);
  assert.deepEqual(lines, ['8', '9', '11']);
});

test('a bad environment variable is named instead of the file', async (t) => {
  const error = await refused(t, MINIMAL, { PRESSRUN_HTTP_PORT: 'eighty' });
  assert.match(
    error.located,
    /^environment variable PRESSRUN_HTTP_PORT: http\.port: found "eighty"/,
  );
  assert.equal(error.file, undefined);
});

test('a password in a bad relay URL is not printed', async (t) => {
  const error = await refused(t, MINIMAL, { PRESSRUN_SMTP_URL: 'smpt://user:hunter2@relay:25' });
  assert.match(error.message, /PRESSRUN_SMTP_URL/);
  assert.doesNotMatch(error.message, /hunter2|user/);
});

test('a short secret is refused without being printed', async (t) => {
  const dir = await publication(t, MINIMAL);
  const error = await failureOf(loadConfig(dir, { PRESSRUN_SECRET: 'short' }));
  assert.equal(error.code, 'config_invalid');
  assert.match(error.message, /PRESSRUN_SECRET: found a secret of 5 characters/);
});

test('a mangled key is refused with its line and without being printed', async (t) => {
  const dir = await publication(t, MINIMAL);
  await mkdir(join(dir, '.pressrun'));
  await writeFile(join(dir, '.pressrun', 'keys.yaml'), '# keys\nidKey: c2hvcnQ\ntokenKeys: []\n');
  const error = await failureOf(loadConfig(dir, {}));
  assert.equal(error.code, 'config_invalid');
  assert.equal(error.line, 2);
  assert.doesNotMatch(error.message, /c2hvcnQ/);
});
