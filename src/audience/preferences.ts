/**
 * What subscribers decide about themselves: a pause, an edition, a name, another address, a reason for leaving.
 *
 * A change of address is asked for by the owner of the old one and confirmed by the owner of the new
 * one. The two are in different shards, so it takes three steps, each of which may be repeated: the
 * old id departs, the new one arrives, and of the old one only where it led to is left. Links of old
 * mails follow it.
 */
import type { Edition } from '../issue/editions.js';
import { type Keys, shardOf, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import { type Address, parseAddress } from './address.js';

export interface Preferences {
  /** No issues until then (epoch s); undefined: issues again. Returns whether they get mail at all. */
  pause(id: string, until: number | undefined): Promise<boolean>;
  /** How much of an issue they get in the mail, from the next claim on. */
  chooseEdition(id: string, edition: Edition): Promise<boolean>;
  rename(id: string, name: string): Promise<boolean>;
  /** Notes that they want their mail elsewhere. @param at epoch s */
  askToMove(id: string, to: Address, at: number): Promise<boolean>;
  /**
   * Moves them, by the word of the new address.
   * @param askedAt epoch s, from the link
   * @returns the new id; undefined when no change of that time is open
   */
  move(id: string, askedAt: number): Promise<string | undefined>;
  /** Notes why they left, once. @param words their own, may be empty */
  giveReason(id: string, reason: LeavingReason, words: string): Promise<void>;
  reasons(): Promise<{ counts: Record<string, number>; words: string[] }>;
}

export const LEAVING_REASONS = ['too-much', 'not-for-me', 'never-joined', 'other'] as const;
export type LeavingReason = (typeof LEAVING_REASONS)[number];

/** Own words of those who left last. */
const WORDS_KEPT = 500;

/** What is theirs and goes with them; `to`, `m` and the like are of the old address. */
const MOVING_FIELDS = ['n', 'x', 'c', 't', 'z', 'e'];
const STRIPPED_FIELDS = ['a', 'w', 'f', 'm', 'l', 'r', 'n', 'x', 'c', 'z', 'e'];

export function createPreferences(
  redis: RedisClient,
  keys: Keys,
  idOf: (address: Address) => string,
): Preferences {
  const scripts = {
    prefer: loadScript('audience', 'prefer'),
    reason: loadScript('audience', 'reason'),
    depart: loadScript('audience', 'depart'),
    arrive: loadScript('audience', 'arrive-moved'),
  };
  const keyOf = (id: string): string => keys.shard(shardOf(id)).subscriber(tailOf(id));
  const prefer = async (id: string, field: string, value: string | number): Promise<boolean> =>
    (await scripts.prefer.run(redis, [keyOf(id)], [field, value])) === 1;

  async function depart(id: string, askedAt: number, newId: string) {
    const { mailable, counts } = keys.shard(shardOf(id));
    const place = [keyOf(id), mailable, counts];
    const reply = (await scripts.depart.run(redis, place, [
      tailOf(id),
      askedAt,
      newId,
    ])) as string[];
    return fieldsFrom(reply);
  }

  async function arrive(newId: string, address: Address, old: Record<string, string>) {
    const { mailable, unmailable, suppressed, counts, pending } = keys.shard(shardOf(newId));
    const kept = MOVING_FIELDS.flatMap((field) => {
      const value = old[field];
      return value === undefined ? [] : [field, value];
    });
    await scripts.arrive.run(
      redis,
      [keyOf(newId), mailable, unmailable, suppressed, counts, pending],
      [tailOf(newId), 's', 'a', 'a', address, ...kept],
    );
  }

  return {
    pause: (id, until) => prefer(id, 'z', until ?? ''),
    chooseEdition: (id, edition) => prefer(id, 'e', edition === 'full' ? '' : edition),
    rename: (id, name) => prefer(id, 'n', name),
    askToMove: (id, to, at) => prefer(id, 'm', `${at} ${to}`),

    async move(id, askedAt) {
      const open = (await redis.hget(keyOf(id), 'm'))?.split(' ') ?? [];
      const parsed = parseAddress(open[1] ?? '');
      if (!parsed.ok) return undefined;
      const newId = idOf(parsed.address);
      const { suppressed } = keys.shard(shardOf(newId));
      const [reason] = ((await redis.hget(suppressed, tailOf(newId))) ?? '').split(' ');
      if (newId === id || reason === 'complained' || reason === 'manual') return undefined;
      const old = await depart(id, askedAt, newId);
      if (old.to !== newId) return undefined;
      await arrive(newId, parsed.address, old);
      await redis.hdel(keyOf(id), ...STRIPPED_FIELDS);
      return newId;
    },

    async giveReason(id, reason, words) {
      if ((await scripts.reason.run(redis, [keyOf(id)], [reason])) !== 1) return;
      await redis.hincrby(keys.reasons, reason, 1);
      if (words === '') return;
      await redis.lpush(keys.reasonWords, words);
      await redis.ltrim(keys.reasonWords, 0, WORDS_KEPT - 1);
    },

    async reasons() {
      const counts = Object.entries(await redis.hgetall(keys.reasons));
      return {
        counts: Object.fromEntries(counts.map(([reason, count]) => [reason, Number(count)])),
        words: await redis.lrange(keys.reasonWords, 0, -1),
      };
    },
  };
}

function fieldsFrom(reply: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at < reply.length; at += 2) fields[reply[at] ?? ''] = reply[at + 1] ?? '';
  return fields;
}
