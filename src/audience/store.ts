/**
 * The audience: who may be mailed, who left, who must never be mailed again.
 *
 * Owns everything about a person in Redis. A subscriber is one hash in their shard:
 *   a  address as given, domain in A-label form     n  name
 *   s  status: a(ctive), u(nsubscribed), p (unconfirmed), m(oved to another id)
 *   x  attributes as JSON, absent when there are none
 *   t  created, epoch s      l  left, epoch s       c  consent (consent-text.ts)
 *   w  asked to join and has not confirmed (lua/wish.lua), absent when nobody asked
 *   z  paused until, epoch s     e  edition (issue/editions.ts), absent for the full one
 *   m, to  change of address (lua/depart.lua)     r  why they left
 *   f  mails that failed in a row (lua/fail.lua), absent when there are none
 * beside it one of two sets (mailable, unmailable), the suppressions, and counts. All that belongs
 * together changes in one script. Must never bring back anybody who left, was erased or is
 * suppressed: only they themselves can do that.
 */
import { type Edition, isEdition } from '../issue/editions.js';
import { type Keys, SHARDS, type ShardKeys, shardOf, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { Address } from './address.js';
import { consentFrom, consentText } from './consent-text.js';
import { createFailures, type Failures } from './failures.js';
import { subscriberId } from './id.js';
import { createPreferences, type Preferences } from './preferences.js';
import type {
  AudienceStats,
  Consent,
  Subscriber,
  SubscriberStatus,
  Suppression,
  SuppressionReason,
} from './types.js';
import { createWishes, type Wishes } from './wishes.js';

/** A person to add, or to bring up to date. What is undefined is left as it is. */
export interface SubscriberRow {
  address: Address;
  name?: string | undefined;
  attributes?: Record<string, unknown> | undefined;
  edition?: Edition | undefined;
}

export type PutOutcome = 'imported' | 'updated' | 'unchanged' | 'suppressed';

export type LeaveOutcome =
  | { kind: 'left' }
  | { kind: 'already-left' }
  /** Nobody with that id is on the list: erased, or never was. */
  | { kind: 'unknown' };

/** How somebody left: by the link in a mail (the default), by a mail, or by an operator's hand. */
export type LeaveWay = 'link' | 'mailto' | 'operator';

export interface Change {
  /** When it happened, epoch s; default: now. */
  at?: number;
}

export interface Audience extends Failures, Wishes, Preferences {
  idOf(address: Address): string;
  /** Adds or updates; outcomes in the order of the rows. */
  put(rows: readonly SubscriberRow[], consent: Consent): Promise<PutOutcome[]>;
  /** Whoever moved to another address is found under their old id, too. */
  get(id: string): Promise<Subscriber | undefined>;
  suppression(id: string): Promise<Suppression | undefined>;
  /**
   * Takes effect for every claim made afterwards; repeating it changes nothing. Somebody who is
   * not on the list is remembered as suppressed: an import must not bring them.
   */
  unsubscribe(id: string, change?: Change & { how?: LeaveWay }): Promise<LeaveOutcome>;
  /** Returns whether there was somebody to erase; the address stays suppressed either way. */
  erase(id: string, change?: Change): Promise<boolean>;
  /** Returns whether that is new; the first reason stays. */
  suppress(id: string, reason: SuppressionReason, change?: Change): Promise<boolean>;
  stats(): Promise<AudienceStats>;
  /** Everybody on the list, shard by shard, with why they are suppressed if they are. */
  all(): AsyncIterable<ListedSubscriber>;
}

export interface ListedSubscriber extends Subscriber {
  suppressed: SuppressionReason | undefined;
}

export interface AudienceOptions {
  redis: RedisClient;
  keys: Keys;
  idKey: Buffer;
}

const STATUS: Record<string, SubscriberStatus> = {
  a: 'active',
  p: 'unconfirmed',
  u: 'unsubscribed',
};
const OUTCOMES: Record<string, PutOutcome> = {
  i: 'imported',
  u: 'updated',
  '=': 'unchanged',
  s: 'suppressed',
};
/** Changes of address that are followed. */
const MOST_MOVES = 20;
/** Subscribers read at a time by `all`. */
const READ_GROUP = 500;

export function createAudience({ redis, keys, idKey }: AudienceOptions): Audience {
  const script = (name: string) => loadScript('audience', name);
  const scripts = {
    put: script('put'),
    leave: script('leave'),
    suppress: script('suppress'),
    erase: script('erase'),
  };
  const idOf = (address: Address): string => subscriberId(idKey, address);
  const placeOf = (id: string): { shard: ShardKeys; tail: string; key: string } => {
    const shard = keys.shard(shardOf(id));
    return { shard, tail: tailOf(id), key: shard.subscriber(tailOf(id)) };
  };

  async function putInShard(
    shard: ShardKeys,
    rows: readonly Placed[],
    consent: Consent,
  ): Promise<string> {
    const letters = await scripts.put.run(
      redis,
      [
        shard.mailable,
        shard.unmailable,
        shard.suppressed,
        shard.counts,
        ...rows.map(({ key }) => key),
      ],
      [nowSeconds(), consentText(consent), ...rows.flatMap(rowArguments)],
    );
    return String(letters);
  }

  async function get(id: string, moves = MOST_MOVES): Promise<Subscriber | undefined> {
    const hash = await redis.hgetall(placeOf(id).key);
    // Whoever wants to come back to their old address is somebody there again.
    const follows = hash.to !== undefined && hash.w === undefined && moves > 0;
    return follows ? get(hash.to ?? '', moves - 1) : subscriberFrom(id, hash);
  }

  async function leave(id: string, at: number, moves = MOST_MOVES): Promise<LeaveOutcome> {
    const { shard, tail, key } = placeOf(id);
    const { mailable, unmailable, counts, suppressed } = shard;
    const reply = String(
      await scripts.leave.run(redis, [key, mailable, unmailable, counts, suppressed], [tail, at]),
    );
    if (reply === 'left') return { kind: 'left' };
    if (reply === 'already') return { kind: 'already-left' };
    return reply === 'unknown' || moves === 0 ? { kind: 'unknown' } : leave(reply, at, moves - 1);
  }

  return {
    ...createFailures(redis, keys),
    ...createWishes(redis, keys, idOf),
    ...createPreferences(redis, keys, idOf),
    idOf,

    async put(rows, consent) {
      const byShard = new Map<string, Placed[]>();
      for (const [index, row] of rows.entries()) {
        const id = idOf(row.address);
        const placed = { row, index, id, key: placeOf(id).key };
        byShard.set(shardOf(id), [...(byShard.get(shardOf(id)) ?? []), placed]);
      }
      const outcomes: PutOutcome[] = rows.map(() => 'unchanged');
      await Promise.all(
        [...byShard].map(async ([shard, placed]) => {
          const letters = await putInShard(keys.shard(shard), placed, consent);
          for (const [n, { index }] of placed.entries()) {
            outcomes[index] = OUTCOMES[letters.charAt(n)] ?? 'unchanged';
          }
        }),
      );
      return outcomes;
    },

    get,

    async suppression(id) {
      const { shard, tail } = placeOf(id);
      return suppressionFrom(await redis.hget(shard.suppressed, tail));
    },

    unsubscribe: (id, { at = nowSeconds() } = {}) => leave(id, at),

    async erase(id, { at = nowSeconds() } = {}) {
      const { shard, tail, key } = placeOf(id);
      const { mailable, unmailable, suppressed, counts } = shard;
      const erased = await scripts.erase.run(
        redis,
        [key, mailable, unmailable, suppressed, counts],
        [tail, at],
      );
      return erased === 1;
    },

    async suppress(id, reason, { at = nowSeconds() } = {}) {
      const { shard, tail, key } = placeOf(id);
      const { mailable, unmailable, suppressed } = shard;
      const added = await scripts.suppress.run(
        redis,
        [suppressed, mailable, unmailable, key],
        [tail, reason, at],
      );
      return added === 1;
    },

    async stats() {
      const rows = await Promise.all(
        SHARDS.map(async (name) => {
          const { counts, suppressed } = keys.shard(name);
          const [row, size] = await Promise.all([
            redis.hmget(counts, 'active', 'unconfirmed', 'unsubscribed'),
            redis.hlen(suppressed),
          ]);
          return [...row.map((count) => Number(count ?? 0)), size];
        }),
      );
      const [active, unconfirmed, unsubscribed, suppressed] = [0, 1, 2, 3].map((column) =>
        rows.reduce((sum, row) => sum + (row[column] ?? 0), 0),
      ) as [number, number, number, number];
      const total = active + unconfirmed + unsubscribed;
      return { total, active, unconfirmed, unsubscribed, suppressed };
    },

    async *all() {
      for (const name of SHARDS) {
        const shard = keys.shard(name);
        const [mailable, unmailable, suppressions] = await Promise.all([
          redis.smembers(shard.mailable),
          redis.smembers(shard.unmailable),
          redis.hgetall(shard.suppressed),
        ]);
        // A set: somebody may leave, and so change sets, between the two reads.
        const tails = [...new Set([...mailable, ...unmailable])];
        while (tails.length > 0) {
          const group = tails.splice(0, READ_GROUP);
          const hashes = await Promise.all(
            group.map((tail) => redis.hgetall(shard.subscriber(tail))),
          );
          for (const [n, tail] of group.entries()) {
            const subscriber = subscriberFrom(name + tail, hashes[n] ?? {});
            const suppressed = suppressionFrom(suppressions[tail])?.reason;
            if (subscriber) yield { ...subscriber, suppressed };
          }
        }
      }
    },
  };
}

interface Placed {
  row: SubscriberRow;
  /** Place in the caller's rows. */
  index: number;
  id: string;
  key: string;
}

function rowArguments({ row, id }: Placed): string[] {
  const { address, name, attributes, edition } = row;
  return [
    tailOf(id),
    address,
    name === undefined ? '' : `=${name}`,
    attributes === undefined ? '' : `=${attributesText(attributes)}`,
    edition === undefined ? '' : `=${edition === 'full' ? '' : edition}`,
  ];
}

/** JSON with sorted keys, so that equal attributes are equal text; empty for none. */
function attributesText(attributes: Record<string, unknown>): string {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return '';
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function subscriberFrom(id: string, hash: Record<string, string>): Subscriber | undefined {
  if (hash.a === undefined) return undefined;
  return {
    id,
    address: hash.a,
    name: hash.n ?? '',
    status: STATUS[hash.s ?? ''] ?? 'unsubscribed',
    attributes: hash.x ? JSON.parse(hash.x) : {},
    edition: hash.e !== undefined && isEdition(hash.e) ? hash.e : 'full',
    createdAt: Number(hash.t),
    leftAt: hash.l === undefined ? undefined : Number(hash.l),
    consent: consentFrom(hash.c),
    ...(Number(hash.z) > nowSeconds() && { pausedUntil: Number(hash.z) }),
    ...(hash.m !== undefined && { moving: movingFrom(hash.m) }),
    ...(hash.w !== undefined && { wishedAt: Number(hash.w.split(' ')[0]) }),
  };
}

function movingFrom(text: string): NonNullable<Subscriber['moving']> {
  const [at, to = ''] = text.split(' ');
  return { at: Number(at), to };
}

function suppressionFrom(text: string | null | undefined): Suppression | undefined {
  const [reason, at] = (text ?? '').split(' ');
  return reason ? { reason: reason as SuppressionReason, at: Number(at) } : undefined;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
