/**
 * Mails that did not reach somebody, for reasons that may pass: a full mailbox, a policy, a server
 * out of order. One says nothing; three in a row over more than two weeks say that nobody is there.
 */
import { type Keys, shardOf, tailOf } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';

/** Failures in a row, and the time they must span, after which an address is suppressed. */
const FAILURES_IN_A_ROW = 3;
const SPAN_SECONDS = 14 * 24 * 3_600;

export type FailureOutcome = 'counted' | 'suppressed' | 'unknown';

export interface Failures {
  /**
   * A mail failed; the address is suppressed as `bounced` when it was one too many.
   * @param at epoch ms; default: now
   */
  failed(id: string, issue: number, at?: number): Promise<FailureOutcome>;
  /** The relay took a mail; needed only for those who are failing, and changes nothing for others. */
  arrived(id: string, issue: number): Promise<void>;
}

export function createFailures(redis: RedisClient, keys: Keys): Failures {
  const fail = loadScript('audience', 'fail');
  const arrive = loadScript('audience', 'arrive');
  return {
    async failed(id, issue, at = Date.now()) {
      const { subscriber, mailable, unmailable, suppressed } = keys.shard(shardOf(id));
      const outcome = await fail.run(
        redis,
        [subscriber(tailOf(id)), mailable, unmailable, suppressed],
        [tailOf(id), issue, Math.floor(at / 1000), FAILURES_IN_A_ROW, SPAN_SECONDS],
      );
      return outcome as FailureOutcome;
    },

    async arrived(id, issue) {
      await arrive.run(redis, [keys.shard(shardOf(id)).subscriber(tailOf(id))], [issue]);
    },
  };
}
