/** When a deferred recipient is tried again. Pure. */
import type { Config } from '../config/types.js';

type RetryConfig = Pick<Config['delivery'], 'retryMs' | 'giveUpAfterMs'>;

/** ±20 %, so that a refused crowd does not come back as one. */
const JITTER = 0.2;

/**
 * @param attempts  attempts already made, ≥ 1
 * @param now       epoch ms
 * @param since     epoch ms since when the recipient is being tried: the start of the send, or the
 *                  word that gave it another chance
 * @param random    0…1
 * @returns epoch ms of the next attempt, or undefined when the recipient is given up: the schedule's
 *          last step repeats until `giveUpAfterMs` have passed since then
 * @see RFC 5321 §4.5.4.1
 */
export function nextAttemptAt(
  { retryMs, giveUpAfterMs }: RetryConfig,
  attempts: number,
  now: number,
  since: number,
  random: number,
): number | undefined {
  const step = retryMs[Math.min(attempts, retryMs.length) - 1];
  if (step === undefined) return undefined;
  const due = now + step * (1 - JITTER + 2 * JITTER * random);
  return due - since > giveUpAfterMs ? undefined : Math.round(due);
}
