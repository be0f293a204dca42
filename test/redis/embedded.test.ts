/** The embedded server: started by the first, joined by others, stopped by the last. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import type { Config } from '../../src/config/types.js';
import { AppError } from '../../src/errors.js';
import { openRedis } from '../../src/redis/connect.js';
import { openInstallation } from '../../src/redis/installation.js';
import { keysOf } from '../../src/redis/keys.js';
import { forgetHistory } from '../../src/redis/rewrite.js';
import { startBlackhole } from '../support/blackhole.js';
import { testConfig } from '../support/config.js';
import { freePort, startTestRedis } from '../support/redis.js';

const log = pino({ level: 'silent' });
let config: Config;

const serverPid = (): number =>
  Number(readFileSync(join(config.dataDir, 'redis', 'server.pid'), 'utf8'));

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

before(() => {
  config = testConfig();
});
after(() => rm(config.dir, { recursive: true, force: true }));

describe('the embedded Redis', () => {
  it('is started by the first, joined by the second, stopped by the last, and keeps its data', async () => {
    const first = await openRedis(config, log);
    const pid = serverPid();
    const second = await openRedis(config, log);
    assert.equal(serverPid(), pid, 'one server');
    await first.client.set('kept', 'yes');
    await first.close();
    assert.equal(await second.client.get('kept'), 'yes');
    await second.close();
    assert.equal(runs(pid), false);
    const again = await openRedis(config, log);
    assert.equal(await again.client.get('kept'), 'yes');
    await again.close();
  });

  it('keeps no process waiting once it is closed', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const before = timers();
    const redis = await openRedis(config, log);
    await redis.client.set('kept', 'yes');
    await redis.close();
    assert.deepEqual(timers(), before);
  });

  it('is started once by many who come at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => openRedis(config, log)));
    const pid = serverPid();
    await Promise.all(all.map(({ client }, n) => client.set(`n${n}`, n)));
    await Promise.all(all.map((redis) => redis.close()));
    assert.equal(runs(pid), false);
  });

  it('is started again after kill -9, with everything that was acknowledged', async () => {
    const redis = await openRedis(config, log);
    await redis.client.set('acknowledged', 'yes');
    process.kill(serverPid(), 'SIGKILL');
    assert.equal(await redis.client.get('acknowledged'), 'yes');
    await redis.close();
  });
});

describe('the append-only file', () => {
  it('holds nothing of what was removed before its history was forgotten', async () => {
    const redis = await openRedis(config, log);
    try {
      const folder = join(config.dataDir, 'redis', 'appendonlydir');
      const written = () =>
        Promise.all(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1')));
      await redis.client.hset('somebody', 'a', 'erased.person@example.org');
      await redis.client.del('somebody');
      assert.match((await written()).join(), /erased\.person/);
      assert.equal(await forgetHistory(redis.client), 'rewritten');
      assert.doesNotMatch((await written()).join(), /erased\.person/);
    } finally {
      await redis.close();
    }
  });
});

describe('an installation', () => {
  it('refuses another id key, and keeps its instance id', async () => {
    const redis = await openRedis(config, log);
    try {
      const keys = keysOf('weekly');
      const one = await openInstallation(redis.client, keys, config.keys);
      assert.deepEqual(await openInstallation(redis.client, keys, config.keys), one);
      await assert.rejects(
        openInstallation(redis.client, keys, { idKey: Buffer.alloc(32, 9) }),
        (error) => error instanceof AppError && error.code === 'keys_mismatch',
      );
    } finally {
      await redis.close();
    }
  });
});

describe('a server that does not answer', () => {
  it('any more is given up after some seconds, and looked for again: it may have moved', {
    timeout: 20_000,
  }, async () => {
    const server = await startTestRedis();
    const hole = await startBlackhole(server.port);
    const url = hole.url.replace('smtp:', 'redis:');
    const redis = await openRedis({ ...config, redis: { ...config.redis, server: url } }, log);
    try {
      hole.passToServer = 0;
      const written = redis.client.set('lost', 'on the way');
      await new Promise<void>((resolve) => redis.client.once('close', resolve));
      hole.passToServer = Number.POSITIVE_INFINITY;
      assert.equal(await written, 'OK');
    } finally {
      await redis.close();
      await hole.stop();
      await server.stop();
    }
  });

  it('is named with its address, without the password, and the key that sets it', async () => {
    const port = await freePort();
    const away = {
      ...config,
      redis: { ...config.redis, server: `redis://user:hush@127.0.0.1:${port}` },
    };
    await assert.rejects(openRedis(away, log), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, 'redis_unreachable');
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.match(error.message, /redis\.server/);
      assert.doesNotMatch(error.message, /hush/);
      return true;
    });
  });
});
