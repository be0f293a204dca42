/** What is said about a server of one's own that keeps less than the configuration promises. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import type { Durability } from '../../src/config/types.js';
import { AppError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { checkSuitability } from '../../src/redis/suitability.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

let server: TestRedis;
let client: Redis;

/** What is warned of a server with these settings. */
async function warnings(
  settings: Record<string, string>,
  durability: Durability,
): Promise<string[]> {
  for (const [name, value] of Object.entries(settings)) await client.config('SET', name, value);
  const said: string[] = [];
  const write = (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg);
  const log = createLogger({ pretty: false, level: 'warn', to: { write } });
  await checkSuitability(client, { description: 'redis://here', durability, log });
  return said;
}

describe('a server of one’s own', () => {
  before(async () => {
    server = await startTestRedis();
    client = server.client();
  });
  after(() => server.stop());

  it('is taken without a word when it keeps what redis.durability promises', async () => {
    assert.deepEqual(await warnings({ appendfsync: 'always' }, 'always'), []);
    assert.deepEqual(await warnings({ appendfsync: 'always' }, 'everysec'), []);
    assert.deepEqual(await warnings({ appendfsync: 'everysec' }, 'everysec'), []);
  });

  it('is warned of when it writes less often than redis.durability says', async () => {
    const [everysec] = await warnings({ appendfsync: 'everysec' }, 'always');
    assert.match(everysec ?? '', /appendfsync everysec.*in the last second/);
    const [no] = await warnings({ appendfsync: 'no' }, 'everysec');
    assert.match(no ?? '', /appendfsync no.*half minute/);
  });

  it('is warned of when it has fewer replicas than are waited for', async () => {
    const [words] = await warnings({ appendfsync: 'no' }, 'replicas:1');
    assert.match(words ?? '', /0 replicas connected: nobody is mailed until there are 1/);
  });

  it('is warned of with AOF off, and refused when it throws keys away', async () => {
    const [words] = await warnings({ appendonly: 'no' }, 'everysec');
    assert.match(words ?? '', /AOF off/);
    await assert.rejects(
      warnings({ 'maxmemory-policy': 'allkeys-lru' }, 'everysec'),
      (error) => error instanceof AppError && error.code === 'redis_unsuitable',
    );
  });
});
