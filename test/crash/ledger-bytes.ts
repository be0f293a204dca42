/** The ledger read raw, by names of people: what the rounds hold the program's words against. */
import type { Redis } from 'ioredis';
import { RECIPIENT_STATE } from '../../src/delivery/types.js';
import { keysOf, SHARDS, TAIL_LENGTH } from '../../src/redis/keys.js';

const keys = keysOf('weekly');

/** Address → state byte. */
export type States = Map<string, string>;

/** Address of every subscriber, by shard and tail. */
export async function readAddresses(redis: Redis): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  for (const shard of SHARDS) {
    const { mailable, subscriber } = keys.shard(shard);
    for (const tail of await redis.smembers(mailable)) {
      addresses.set(shard + tail, (await redis.hget(subscriber(tail), 'a')) ?? '');
    }
  }
  return addresses;
}

export async function readStates(
  redis: Redis,
  issue: number,
  addresses: ReadonlyMap<string, string>,
): Promise<States> {
  const states: States = new Map();
  // Whatever the dead had written before they died was carried out before this.
  await redis.ping();
  await Promise.all(
    SHARDS.map(async (shard) => {
      const { ids, state } = keys.shard(shard).ledger(issue);
      const [tails, letters] = await redis.mget(ids, state);
      for (const [position, letter] of [...(letters ?? '')].entries()) {
        const tail = (tails ?? '').slice(position * TAIL_LENGTH, (position + 1) * TAIL_LENGTH);
        states.set(addresses.get(shard + tail) ?? `nobody with the id ${shard}${tail}`, letter);
      }
    }),
  );
  return states;
}

export function addressesIn(states: States, state: keyof typeof RECIPIENT_STATE): Set<string> {
  const letter = RECIPIENT_STATE[state];
  return new Set([...states].filter(([, found]) => found === letter).map(([address]) => address));
}

/** How many of the 64 shards are in the ledger. */
export async function plannedShards(redis: Redis, issue: number): Promise<number> {
  const metas = SHARDS.map((shard) => keys.shard(shard).ledger(issue).meta);
  return redis.exists(...metas);
}

export async function sendState(redis: Redis, issue: number): Promise<string> {
  return (await redis.hget(keys.send(issue), 'state')) ?? '';
}
