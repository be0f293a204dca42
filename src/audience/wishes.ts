/**
 * Joining by one's own word: a wish that anybody may have typed, and the confirmation that only the
 * owner of the address can give. Until then nothing changes about who may be mailed.
 */
import { type Keys, SHARDS, shardOf, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { Address } from './address.js';

/** Somebody asked for an address to join. */
export interface Wish {
  address: Address;
  /** Empty when none was given. */
  name: string;
  /** Epoch seconds. */
  at: number;
  /** Which form they used; letters, digits and dashes. */
  form: string;
  /** Version of the wording they consented to. */
  wording: string;
  /** Keyed hash of the network address, where it is known. */
  ip: string | undefined;
  /** The address is of a service for throw-away addresses. */
  disposable: boolean;
}

export type WishOutcome =
  /** Their word is needed: a mail with a link is due. */
  | 'confirm'
  /** They get mail already. */
  | 'known'
  /** They must not be written to, for a bounce of the last days, a complaint or an operator's word. */
  | 'bounced'
  | 'complained'
  | 'manual';

export type Confirmation = 'confirmed' | 'already' | 'unknown';

export interface Wishes {
  /** Notes a wish; whoever left stays away until they confirm. */
  wish(wish: Wish): Promise<WishOutcome>;
  /**
   * Takes somebody in by their own word.
   * @param askedAt epoch s, from their link; a wish is good for one confirmation
   */
  confirm(id: string, askedAt: number, ip: string | undefined): Promise<Confirmation>;
  /** Forgets wishes older than `before` (epoch s), and whoever is known by nothing else. */
  purgeWishes(before: number): Promise<number>;
}

/** A bounce is believed for so long; then the owner's wish is worth one mail. */
const BOUNCE_BELIEVED_S = 7 * 24 * 3_600;
const PURGE_GROUP = 500;
/** Stands for a field without a value: they are told apart by blanks. */
const NONE = '-';

export function createWishes(
  redis: RedisClient,
  keys: Keys,
  idOf: (address: Address) => string,
): Wishes {
  const scripts = {
    wish: loadScript('audience', 'wish'),
    confirm: loadScript('audience', 'confirm'),
    purge: loadScript('audience', 'purge'),
  };
  return {
    async wish({ address, name, at, ...asking }) {
      const id = idOf(address);
      const shard = keys.shard(shardOf(id));
      const { unmailable, suppressed, counts, pending } = shard;
      const outcome = await scripts.wish.run(
        redis,
        [shard.subscriber(tailOf(id)), unmailable, suppressed, counts, pending],
        [tailOf(id), address, name, at, askingText(asking), at - BOUNCE_BELIEVED_S],
      );
      return outcome as WishOutcome;
    },

    async confirm(id, askedAt, ip) {
      const shard = keys.shard(shardOf(id));
      const { mailable, unmailable, suppressed, counts, pending } = shard;
      const outcome = await scripts.confirm.run(
        redis,
        [shard.subscriber(tailOf(id)), mailable, unmailable, suppressed, counts, pending],
        [tailOf(id), askedAt, Math.floor(Date.now() / 1000), ip ?? NONE],
      );
      return outcome as Confirmation;
    },

    async purgeWishes(before) {
      let purged = 0;
      for (const name of SHARDS) {
        const { unmailable, counts, pending, subscriberPrefix } = keys.shard(name);
        let found = PURGE_GROUP;
        while (found === PURGE_GROUP) {
          found = Number(
            await scripts.purge.run(
              redis,
              [unmailable, counts, pending],
              [before, subscriberPrefix, PURGE_GROUP],
            ),
          );
          purged += found;
        }
      }
      return purged;
    },
  };
}

function askingText({ ip, wording, form, disposable }: Omit<Wish, 'address' | 'name' | 'at'>) {
  return [ip ?? NONE, wording, form, disposable ? 'disposable' : NONE].join(' ');
}
