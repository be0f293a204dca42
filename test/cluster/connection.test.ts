/** What a Redis Cluster does under a running publication, and that commands bear it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { openRedis, type RedisConnection } from '../../src/redis/connect.js';
import { testConfig } from '../support/config.js';
import { freePort } from '../support/redis.js';
import { startTestCluster, type TestCluster } from '../support/redis-cluster.js';

const log = pino({ level: 'silent' });
let cluster: TestCluster;
let open: RedisConnection[] = [];

async function connection(extra: string[] = []): Promise<RedisConnection> {
  const server = [...extra, ...cluster.urls.split(',')];
  const opened = await openRedis(testConfig({ redis: { server } }), log);
  open.push(opened);
  return opened;
}

/** A key in a slot that the master with this index had at the start, and its slot. */
async function keyOn(master: number): Promise<{ key: string; slot: number }> {
  const asked = cluster.masters[master]?.client();
  for (let n = 0; ; n++) {
    const slot = Number(await asked?.cluster('KEYSLOT', `key-${n}`));
    if (Math.floor(((slot + 0.5) * 3) / 16_384) === master) return { key: `key-${n}`, slot };
  }
}

describe('a connection to a Redis Cluster', () => {
  before(async () => {
    cluster = await startTestCluster({ withReplicas: true, args: ['--appendfsync', 'always'] });
  });
  after(async () => {
    await Promise.all(open.map((one) => one.close()));
    open = [];
    await cluster.stop();
  });

  it('is made although the first node of the list is away', async () => {
    const { client } = await connection([`redis://127.0.0.1:${await freePort()}`]);
    await client.set('made', 'yes');
    assert.equal(await client.get('made'), 'yes');
  });

  it('finds keys again while and after their slot moves to another master', async () => {
    const { client } = await connection();
    const { key, slot } = await keyOn(0);
    await client.mset(`{${key}}1`, 'one', `{${key}}2`, 'two');
    const [from, to] = [0, 1].map((n) => cluster.masters[n]?.client()) as [Redis, Redis];
    const ids = await Promise.all([from, to].map((one) => one.call('CLUSTER', 'MYID')));
    await to.cluster('SETSLOT', slot, 'IMPORTING', String(ids[0]));
    await from.cluster('SETSLOT', slot, 'MIGRATING', String(ids[1]));
    const port = cluster.masters[1]?.port ?? 0;
    await from.migrate('127.0.0.1', port, `{${key}}1`, 0, 5_000);
    // One of two keys is there: neither master can serve both, and the command waits.
    const both = client.mget(`{${key}}1`, `{${key}}2`);
    assert.equal(await client.get(`{${key}}1`), 'one', 'asked where it went');
    await from.migrate('127.0.0.1', port, `{${key}}2`, 0, 5_000);
    assert.deepEqual(await both, ['one', 'two']);
    for (const one of [to, from]) await one.cluster('SETSLOT', slot, 'NODE', String(ids[1]));
    assert.equal(await client.get(`{${key}}2`), 'two');
  });

  it('waits for the replica to take over when a master is killed', async () => {
    const { client } = await connection();
    const { key } = await keyOn(2);
    await client.set(key, 'before');
    const [owner] = cluster.masters.slice(2);
    assert.equal(await owner?.client().wait(1, 10_000), 1);
    await owner?.kill();
    const answers = Array.from({ length: 20 }, (_, n) => client.set(`{${key}}${n}`, 'during'));
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['OK']));
    assert.equal(await client.get(key), 'before');
    await owner?.restart();
    assert.equal(await client.get(key), 'before', 'the old master is a replica now');
  });

  it('waits for the replica to take over when a master falls silent', async () => {
    const { client } = await connection();
    const { key } = await keyOn(1);
    await client.set(key, 'before');
    const [owner] = cluster.masters.slice(1);
    assert.equal(await owner?.client().wait(1, 10_000), 1);
    // Like a host without power: nothing is closed, nothing is answered.
    process.kill(owner?.pid ?? 0, 'SIGSTOP');
    const answers = Array.from({ length: 20 }, (_, n) => client.set(`{${key}}${n}`, 'during'));
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['OK']));
    process.kill(owner?.pid ?? 0, 'SIGCONT');
    assert.equal(await client.get(`{${key}}7`), 'during');
  });

  it('outlives every node at once', async () => {
    const { client } = await connection();
    const nodes = [...cluster.masters, ...cluster.replicas];
    await client.set('outlives', 'yes');
    await Promise.all(nodes.map((node) => node.kill()));
    const asked = Array.from({ length: 10 }, () => client.get('outlives'));
    for (const node of nodes) await node.restart();
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['yes']));
  });
});
