import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { type Sink, startSink } from '../support/smtp-sink.js';
import { folder, pressrun } from './pressrun.js';

interface Finding {
  check: string;
  verdict: string;
  words: string;
}

describe('doctor', () => {
  let redis: TestRedis;
  let relay: Sink;
  before(async () => {
    [redis, relay] = await Promise.all([
      startTestRedis({ args: ['--appendfsync', 'always'] }),
      startSink(),
    ]);
  });
  after(() => Promise.all([redis.stop(), relay.stop()]));

  async function publication(t: TestContext): Promise<string> {
    const dir = await folder(t);
    const slug = `doctor-${Math.random().toString(36).slice(2)}`;
    await pressrun(['init', dir, '--slug', slug, '--smtp-url', relay.url]);
    return dir;
  }

  async function examine(dir: string, options: string[] = [], env: Record<string, string> = {}) {
    const { code, stdout } = await pressrun(['--dir', dir, 'doctor', '--json', ...options], {
      env: { PRESSRUN_REDIS: redis.url, ...env },
    });
    const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
    const verdictOf = (name: string) => findings.find(({ check }) => check === name)?.verdict;
    const wordsOf = (name: string) => findings.find(({ check }) => check === name)?.words ?? '';
    return { code, healthy, findings, verdictOf, wordsOf };
  }

  it('finds a fresh publication fit for a rehearsal, with what to fill in', async (t) => {
    const found = await examine(await publication(t), ['--loopback']);
    assert.equal(found.code, 0, JSON.stringify(found.findings));
    assert.equal(found.healthy, true);
    assert.equal(found.verdictOf('publication'), 'warn');
    assert.match(found.wordsOf('publication'), /publication\.postalAddress/);
    for (const check of ['keys', 'relay', 'Redis', 'DKIM', 'public URL']) {
      assert.equal(found.verdictOf(check), 'ok', `${check}: ${found.wordsOf(check)}`);
    }
    assert.match(found.wordsOf('Redis'), /version \d/);
  });

  it('fails when the public URL does not answer for this installation', async (t) => {
    const found = await examine(await publication(t));
    assert.equal(found.code, 1);
    assert.equal(found.verdictOf('public URL'), 'fail');
    assert.match(found.wordsOf('public URL'), /pressrun start web/);
  });

  it('names an unreachable relay and the key that sets it, and goes on', async (t) => {
    const env = { PRESSRUN_SMTP_URL: 'smtp://127.0.0.1:1' };
    const found = await examine(await publication(t), ['--loopback'], env);
    assert.equal(found.code, 1);
    assert.match(found.wordsOf('relay'), /127\.0\.0\.1:1.*smtp\.url/);
    assert.equal(found.verdictOf('Redis'), 'ok');
  });

  it('names an unreachable Redis and the key that sets it', async (t) => {
    const env = { PRESSRUN_REDIS: 'redis://127.0.0.1:1' };
    const found = await examine(await publication(t), ['--loopback'], env);
    assert.equal(found.code, 1);
    assert.match(found.wordsOf('Redis'), /127\.0\.0\.1:1/);
    assert.match(found.wordsOf('Redis'), /redis\.server|PRESSRUN_REDIS/);
  });

  it('warns of keys that others may read, and says how to mend it', async (t) => {
    const dir = await publication(t);
    await chmod(join(dir, '.pressrun', 'keys.yaml'), 0o644);
    const found = await examine(dir, ['--loopback']);
    assert.equal(found.verdictOf('keys'), 'warn');
    assert.match(found.wordsOf('keys'), /chmod 600/);
  });

  it('warns of a Redis that does not write to disk', async (t) => {
    await redis.client().config('SET', 'appendonly', 'no');
    t.after(() => redis.client().config('SET', 'appendonly', 'yes'));
    const found = await examine(await publication(t), ['--loopback']);
    assert.equal(found.verdictOf('Redis'), 'warn');
    assert.match(found.wordsOf('Redis'), /AOF/);
  });

  it('refuses a DKIM key that cannot sign', async (t) => {
    const dir = await publication(t);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    await writeFile(join(dir, 'dkim.pem'), pem);
    const dkim = 'dkim: { domain: soil.example, selector: s1, keyFile: dkim.pem }\n';
    await appendFile(join(dir, 'pressrun.yaml'), dkim);
    const found = await examine(dir, ['--loopback']);
    assert.equal(found.verdictOf('DKIM'), 'fail');
    assert.match(found.wordsOf('DKIM'), /512 bits/);
  });

  it('warns of an address to leave by that nobody reads', async (t) => {
    const dir = await publication(t);
    const unset = await examine(dir, ['--loopback']);
    assert.equal(unset.verdictOf('inbound'), 'ok');
    await appendFile(join(dir, 'pressrun.yaml'), 'inbound: { domain: in.soil.example }\n');
    const found = await examine(dir, ['--loopback']);
    assert.equal(found.verdictOf('inbound'), 'warn');
    assert.match(found.wordsOf('inbound'), /pressrun start inbound.*in\.soil\.example/);
  });

  it('tells every fault of the configuration and stops there', async (t) => {
    const dir = await publication(t);
    await appendFile(join(dir, 'pressrun.yaml'), 'smtpp: {}\nhttp: { port: x }\n');
    const found = await examine(dir);
    assert.equal(found.code, 1);
    assert.deepEqual(
      found.findings.map(({ check }) => check),
      ['config'],
    );
    assert.match(found.wordsOf('config'), /unknown key smtpp[\s\S]*http\.port/);
  });

  it('prints a line for each check', async (t) => {
    const { stdout } = await pressrun(['--dir', await publication(t), 'doctor', '--loopback'], {
      env: { PRESSRUN_REDIS: redis.url },
    });
    assert.match(stdout, /^✓ relay {8}127\.0\.0\.1:\d+/m);
    assert.match(stdout, /^! publication {2}/m);
  });
});
