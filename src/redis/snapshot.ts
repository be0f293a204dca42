/**
 * All keys of a publication as records that any server takes, and back.
 *
 * Not DUMP and RESTORE: their payloads carry the version of the server's own file format, and a
 * backup must also lead to an older server, from Redis to Valkey and back.
 */
import { Cluster, type Redis } from 'ioredis';
import type { Keys } from './keys.js';
import type { RedisClient } from './scripts.js';

const TYPES = ['string', 'hash', 'set', 'list', 'zset'] as const;
type KeyType = (typeof TYPES)[number];

/** One key with its value. */
export interface KeyRecord {
  key: string;
  type: KeyType;
  /** string: one; hash: field, value, …; zset: member, score, …; set and list: their members. */
  elements: Buffer[];
  /** Epoch ms; undefined for a key that stays. */
  expiresAt: number | undefined;
}

/** Keys asked for at a time. */
const SCAN_COUNT = 1_000;
/** Elements of one command when writing. */
const MOST_ELEMENTS = 5_000;

/** The servers that hold keys: one, or the masters of a cluster. */
export function serversOf(client: RedisClient): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** Groups of keys that match, over all servers; a key may come twice, none is missed. */
export async function* scanKeys(
  client: RedisClient,
  pattern: string,
): AsyncGenerator<{ server: Redis; found: string[] }> {
  for (const server of serversOf(client)) {
    let cursor = '0';
    do {
      const [next, found] = await server.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
      cursor = next;
      if (found.length > 0) yield { server, found };
    } while (cursor !== '0');
  }
}

/**
 * Everything of a publication but what is of this server and this moment, while it goes on.
 *
 * The cut is not of one moment, so the order matters: the keys of one ledger are read together
 * (counters and states agree), and sends after all ledgers: whoever is in a ledger has a send.
 */
export async function* readSnapshot(client: RedisClient, keys: Keys): AsyncGenerator<KeyRecord[]> {
  for await (const { server, found } of scanKeys(client, keys.all)) {
    const single: string[] = [];
    for (const key of found) {
      const place = keys.placeOf(key);
      if (place.kind === 'subscriber' || place.kind === 'other') single.push(key);
      else if (place.kind === 'ledger' && key === place.keys.meta) {
        yield await readTogether(server, Object.values(place.keys));
      }
    }
    yield await readEach(server, single);
  }
  for await (const { server, found } of scanKeys(client, keys.allSends)) {
    yield await readEach(server, found);
  }
}

async function readEach(server: Redis, names: string[]): Promise<KeyRecord[]> {
  const types = await results(names.reduce((all, key) => all.type(key), server.pipeline()));
  const reading = server.pipeline();
  for (const [n, key] of names.entries()) addReads(reading, key, types[n]);
  return recordsOf(names, types, await results(reading));
}

/** The same in one transaction; all keys are in one slot. */
async function readTogether(server: Redis, names: string[]): Promise<KeyRecord[]> {
  const types = await results(names.reduce((all, key) => all.type(key), server.pipeline()));
  const reading = server.multi();
  for (const [n, key] of names.entries()) addReads(reading, key, types[n]);
  return recordsOf(names, types, await results(reading));
}

function addReads(reading: ReturnType<Redis['pipeline']>, key: string, type: unknown): void {
  const commands: Record<KeyType, string[]> = {
    string: ['GET', key],
    hash: ['HGETALL', key],
    set: ['SMEMBERS', key],
    list: ['LRANGE', key, '0', '-1'],
    zset: ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  };
  if (type === 'none') return;
  if (!isKnown(type)) throw new Error(`a key of type ${String(type)} cannot be copied: ${key}`);
  const [command = '', ...args] = commands[type];
  reading.callBuffer(command, ...args);
  reading.call('PEXPIRETIME', key);
}

function recordsOf(names: string[], types: unknown[], replies: unknown[]): KeyRecord[] {
  const records: KeyRecord[] = [];
  let next = 0;
  for (const [n, key] of names.entries()) {
    const type = types[n];
    if (!isKnown(type)) continue;
    const [value, expiry] = [replies[next], Number(replies[next + 1])];
    next += 2;
    const elements = elementsOf(value);
    if (elements.length > 0) {
      records.push({ key, type, elements, expiresAt: expiry > 0 ? expiry : undefined });
    }
  }
  return records;
}

/** A missing key is null or empty; scores come as numbers, and beside their members as pairs. */
function elementsOf(value: unknown): Buffer[] {
  if (value === null || value === undefined) return [];
  return [value]
    .flat(2)
    .map((element) => (Buffer.isBuffer(element) ? element : Buffer.from(String(element))));
}

async function results(pipeline: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

function isKnown(type: unknown): type is KeyType {
  return (TYPES as readonly unknown[]).includes(type);
}

/** Writes records, each in place of whatever had its key. */
export async function writeRecords(
  client: RedisClient,
  records: readonly KeyRecord[],
): Promise<void> {
  // A scan may have met a key twice: the later one counts.
  const latest = new Map(records.map((record) => [record.key, record]));
  await Promise.all([...latest.values()].map((record) => writeRecord(client, record)));
}

async function writeRecord(client: RedisClient, record: KeyRecord): Promise<void> {
  const { key, type, elements, expiresAt } = record;
  await client.unlink(key);
  for (let from = 0; from < elements.length; from += MOST_ELEMENTS * 2) {
    await writeElements(client, key, type, elements.slice(from, from + MOST_ELEMENTS * 2));
  }
  if (expiresAt !== undefined) await client.pexpireat(key, expiresAt);
}

async function writeElements(
  client: RedisClient,
  key: string,
  type: KeyType,
  elements: Buffer[],
): Promise<unknown> {
  switch (type) {
    case 'string':
      return await client.set(key, elements[0] ?? '');
    case 'hash':
      return await client.hset(key, ...elements);
    case 'set':
      return await client.sadd(key, ...elements);
    case 'list':
      return await client.rpush(key, ...elements);
    case 'zset':
      return await client.zadd(key, ...scoresFirst(elements));
  }
}

/** ZRANGE gives member and score, ZADD takes score and member. */
function scoresFirst(elements: Buffer[]): Buffer[] {
  return elements.flatMap((_, n) => (n % 2 === 0 ? elements.slice(n, n + 2).reverse() : []));
}

/** Whether the publication has anything here that a restore would replace. */
export async function isEmpty(client: RedisClient, keys: Keys): Promise<boolean> {
  for await (const { found } of scanKeys(client, keys.all)) {
    if (found.some((key) => keys.placeOf(key).kind !== 'passing')) return false;
  }
  return true;
}

/** Removes everything of the publication but its installation record. */
export async function removeAll(client: RedisClient, keys: Keys): Promise<void> {
  for await (const { found } of scanKeys(client, keys.all)) {
    const doomed = found.filter((key) => key !== keys.installation);
    await Promise.all(doomed.map((key) => client.unlink(key)));
  }
}
