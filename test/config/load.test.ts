import assert from 'node:assert/strict';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKeysFile, isReadableByOthers, keysFile } from '../../src/config/keys.js';
import { loadConfig, loadSettings } from '../../src/config/load.js';
import { failureOf, MINIMAL, publication, SECRET } from './publication.js';

const env = { PRESSRUN_SECRET: SECRET };

test('a minimal publication is filled up with the documented defaults', async (t) => {
  const dir = await publication(t, MINIMAL);
  const config = await loadConfig(dir, env);
  assert.deepEqual(config.publication, {
    name: 'Soil Weekly',
    slug: 'soil',
    prefix: 'SW',
    from: { name: 'Soil Weekly', address: 'news@soil.example' },
    replyTo: undefined,
    url: 'https://soil.example',
    postalAddress: '1 Field Lane, Loam',
    language: 'en',
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    design: config.publication.design,
    approver: undefined,
    editions: { highlights: true, subjectNote: undefined },
  });
  assert.deepEqual(config.redis, { server: 'embedded', durability: 'always' });
  assert.equal(config.delivery.retryMs[0], 300_000);
  assert.equal(config.delivery.giveUpAfterMs, 172_800_000);
  assert.equal(config.smtp.rate, undefined);
  assert.equal(config.dkim, undefined);
  assert.equal(config.dataDir, join(dir, '.pressrun'));
});

test('the configuration is frozen all the way down', async (t) => {
  const config = await loadConfig(await publication(t, MINIMAL), env);
  assert.ok(Object.isFrozen(config));
  assert.ok(Object.isFrozen(config.delivery.halt));
  assert.ok(Object.isFrozen(config.delivery.retryMs));
  assert.ok(Object.isFrozen(config.keys.tokenKeys));
});

test('what a publication writes wins over the defaults, key by key', async (t) => {
  const yaml = `${MINIMAL}  replyTo: { name: 'Loam, Editor', address: editor@bücher.example }
delivery:
  retry: [500ms, 2m]
  halt: { permanentShare: 0.02 }
smtp: { rate: 12.5, profile: ses }
redis: { server: ['redis://a:1', 'redis://b:2'], durability: 'replicas:2' }
dkim: { domain: soil.example, selector: s1, keyFile: keys/dkim.pem }
http:
`;
  const dir = await publication(t, yaml);
  const config = await loadSettings(dir, {});
  assert.deepEqual(config.publication.replyTo, {
    name: 'Loam, Editor',
    address: 'editor@xn--bcher-kva.example',
  });
  assert.deepEqual(config.delivery.retryMs, [500, 120_000]);
  assert.deepEqual(config.delivery.halt, {
    permanentShare: 0.02,
    warnShare: 0.01,
    afterRecipients: 100,
  });
  assert.equal(config.smtp.rate, 12.5);
  assert.deepEqual(config.redis.server, ['redis://a:1', 'redis://b:2']);
  assert.equal(config.redis.durability, 'replicas:2');
  assert.equal(config.dkim?.keyFile, join(dir, 'keys/dkim.pem'));
  assert.equal(config.http.port, 8080);
});

test('the public URL loses its trailing slash and keeps its path', async (t) => {
  const yaml = MINIMAL.replace('url: https://soil.example', 'url: https://Soil.example/a/');
  const settings = await loadSettings(await publication(t, yaml), {});
  assert.equal(settings.publication.url, 'https://soil.example/a');
});

test('a sender without a name is called like the publication', async (t) => {
  const yaml = MINIMAL.replace('Soil Weekly <news@soil.example>', 'news@soil.example');
  const settings = await loadSettings(await publication(t, yaml), {});
  assert.deepEqual(settings.publication.from, {
    name: 'Soil Weekly',
    address: 'news@soil.example',
  });
});

test('the environment wins over the file', async (t) => {
  const dir = await publication(t, `${MINIMAL}smtp: { url: 'smtp://file:25' }\n`);
  const settings = await loadSettings(dir, {
    PRESSRUN_REDIS: 'redis://one:6379, redis://two:6379',
    PRESSRUN_SMTP_URL: 'smtps://user:word@relay.example:465',
    PRESSRUN_HTTP_PORT: '9000',
  });
  assert.deepEqual(settings.redis.server, ['redis://one:6379', 'redis://two:6379']);
  assert.equal(settings.smtp.url, 'smtps://user:word@relay.example:465');
  assert.equal(settings.http.port, 9000);
});

test('an environment variable that is set to nothing is not set', async (t) => {
  const settings = await loadSettings(await publication(t, MINIMAL), { PRESSRUN_REDIS: '' });
  assert.equal(settings.redis.server, 'embedded');
});

test('a folder without pressrun.yaml is named, with the way to make one', async (t) => {
  const dir = await publication(t, MINIMAL);
  await rm(join(dir, 'pressrun.yaml'));
  const error = await failureOf(loadConfig(dir, env));
  assert.equal(error.code, 'config_missing');
  assert.ok(error.message.includes(dir));
  assert.match(error.message, /pressrun init/);
});

test('keys that init wrote are read back, and only their owner may read the file', async (t) => {
  const dir = await publication(t, MINIMAL);
  const file = await createKeysFile(join(dir, '.pressrun'));
  assert.equal(file, keysFile(join(dir, '.pressrun')));
  assert.equal(await isReadableByOthers(file), false);
  const first = await loadConfig(dir, {});
  const second = await loadConfig(dir, {});
  assert.equal(first.keys.idKey.length, 32);
  assert.deepEqual(first.keys, second.keys);
  assert.notDeepEqual(first.keys.idKey, first.keys.tokenKeys[0]);
  await chmod(file, 0o644);
  assert.equal(await isReadableByOthers(file), true);
});

test('keys are never overwritten', async (t) => {
  const dir = await publication(t, MINIMAL);
  await createKeysFile(join(dir, '.pressrun'));
  const error = await failureOf(createKeysFile(join(dir, '.pressrun')));
  assert.equal(error.code, 'file_exists');
});

test('a publication without keys says where they are looked for', async (t) => {
  const error = await failureOf(loadConfig(await publication(t, MINIMAL), {}));
  assert.equal(error.code, 'keys_missing');
  assert.match(error.message, /keys\.yaml.*PRESSRUN_SECRET/);
});

test('one secret in the environment gives two independent keys, always the same', async (t) => {
  const dir = await publication(t, MINIMAL);
  const { keys } = await loadConfig(dir, env);
  assert.notDeepEqual(keys.idKey, keys.tokenKeys[0]);
  assert.deepEqual(keys, (await loadConfig(dir, env)).keys);
});

test('rotating the token secret keeps the old one for verifying', async (t) => {
  const dir = await publication(t, MINIMAL);
  const [old, newer] = ['x'.repeat(40), 'a newer secret of more than thirty-two characters'];
  const before = await loadConfig(dir, { PRESSRUN_SECRET: old });
  const after = await loadConfig(dir, {
    PRESSRUN_SECRET: old,
    PRESSRUN_TOKEN_SECRETS: `${newer}, ${old}`,
  });
  assert.deepEqual(after.keys.idKey, before.keys.idKey);
  assert.equal(after.keys.tokenKeys.length, 2);
  assert.notDeepEqual(after.keys.tokenKeys[0], before.keys.tokenKeys[0]);
  assert.deepEqual(after.keys.tokenKeys[1], before.keys.tokenKeys[0]);
});
