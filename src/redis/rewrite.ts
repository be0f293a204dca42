/**
 * Erasure reaches the disk: an append-only file keeps every command it was given, those about people
 * who were erased since among them, until it is rewritten.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from './scripts.js';
import { serversOf } from './snapshot.js';

/** `refused`: the server does not let us, as managed ones may not. */
export type RewriteOutcome = 'rewritten' | 'refused';

const LOOK_EVERY_MS = 50;
/** A million subscribers take some seconds. */
const PATIENCE_MS = 120_000;

/** Rewrites the append-only files of all servers and waits for the end. */
export async function forgetHistory(client: RedisClient): Promise<RewriteOutcome> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (const server of serversOf(client)) {
    const looks = async (): Promise<boolean> =>
      /aof_rewrite_(?:in_progress|scheduled):1/.test(await server.info('persistence'));
    // One under way may have begun before the erasure: ours begins after it.
    const settled = async (): Promise<boolean> => {
      while (await looks()) {
        if (Date.now() > giveUpAt) return false;
        await sleep(LOOK_EVERY_MS);
      }
      return true;
    };
    if (!(await settled())) return 'refused';
    const begun = await server.call('BGREWRITEAOF').then(
      () => true,
      () => false,
    );
    if (!begun || !(await settled())) return 'refused';
    if (!/aof_last_bgrewrite_status:ok/.test(await server.info('persistence'))) return 'refused';
  }
  return 'rewritten';
}
