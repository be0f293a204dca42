/**
 * How people come onto the list by themselves: a form, a mail, a click.
 *
 * Owns what lies between a stranger's form and a subscriber: limits against abuse, the record of
 * consent, and the letters that are no issue. Must never put anybody on the list who did not
 * confirm by the link in a mail, show by an answer whether an address is known, or write to whoever
 * complained.
 */
import type { Audience } from '../audience/store.js';
import type { Confirmation } from '../audience/wishes.js';
import type { Config } from '../config/types.js';
import type { Logger } from '../log.js';
import type { Keys } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import { answerSignUp } from './answer.js';
import { stampForm } from './form-stamp.js';
import type { LetterOrder } from './letter-order.js';
import { createLimits } from './limits.js';
import { createManage, type Manage } from './manage.js';
import { hashedIp, networkOf } from './network.js';
import { createProofs } from './proof.js';
import {
  type FilledForm,
  keepWording,
  type SignUp,
  type SignUpAnswer,
  takeSignUp,
} from './sign-up.js';

/** Wishes that nobody confirmed are forgotten after so long. */
const FORGET_AFTER_S = 30 * 24 * 3_600;

export interface Joining extends Manage {
  /** The stamp of a form shown at that time, epoch ms. */
  stamp(shownAt: number): string;
  /** Takes a filled form in; says nothing about whether the address is known. */
  take(filled: FilledForm): Promise<SignUpAnswer>;
  /** The worker's part: finds out who it is and orders the letter that is due. */
  answer(signUp: SignUp): Promise<void>;
  /**
   * Takes somebody in by the link they were mailed, and orders their welcome.
   * @param askedAt epoch s, from the link
   * @param ip where the click came from
   */
  confirm(id: string, askedAt: number, ip: string): Promise<Confirmation>;
  /** Forgets what nobody confirmed in time; returns how many. */
  purge(): Promise<number>;
}

export interface JoiningOptions {
  config: Config;
  redis: RedisClient;
  keys: Keys;
  audience: Audience;
  log: Logger;
  enqueueSignUp(signUp: SignUp, delayMs: number): Promise<void>;
  enqueueLetter(letter: LetterOrder): Promise<void>;
  enqueueForgetting(): Promise<void>;
}

export function createJoining(options: JoiningOptions): Joining {
  const { config, redis, keys, audience, enqueueLetter } = options;
  const { tokenKeys, idKey } = config.keys;
  const { slug } = config.publication;
  const limits = createLimits(redis, keys);
  const proofs = createProofs(redis, keys.limits, tokenKeys);
  const manage = createManage({
    ...{ ...options, limits },
    wordingOf: async (version) => (await redis.hget(keys.wordings, version)) ?? undefined,
  });
  return {
    ...manage,
    mailReturn: async (id, words, ip) =>
      manage.mailReturn(id, await keepWording(words, options), ip),
    stamp: (shownAt) => stampForm(tokenKeys, slug, shownAt),
    take: (filled) => takeSignUp(filled, { ...options, limits, proofs }),
    answer: (signUp) => answerSignUp(signUp, { ...options, limits }),

    async confirm(id, askedAt, ip) {
      const outcome = await audience.confirm(id, askedAt, networkOf(ip) && hashedIp(idKey, ip));
      if (outcome === 'confirmed') await enqueueLetter({ kind: 'welcome', id, at: askedAt });
      return outcome;
    },

    purge: () => audience.purgeWishes(Math.floor(Date.now() / 1000) - FORGET_AFTER_S),
  };
}
