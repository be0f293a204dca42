/** `redis.durability: replicas:N`: how many copies a write must have before it counts. */
import type { Durability } from '../config/types.js';
import type { Argument, RedisClient, Script } from './scripts.js';

/** Replicas in step answer within a round trip; who is slower is missed. */
const PATIENCE_MS = 1_000;
/** A slot that moves, or a script that is not loaded, costs a try. */
const TRIES = 5;

/** @returns N of `replicas:N`; 0 for settings that wait for no replica */
export function replicasOf(durability: Durability): number {
  return durability.startsWith('replicas:') ? Number(durability.slice('replicas:'.length)) : 0;
}

export interface Replicated {
  reply: unknown;
  /** Replicas known to have what the script wrote. */
  copies: number;
}

/**
 * Runs a script and waits until `replicas` have what it wrote, or some time has passed. WAIT speaks
 * for the writes of its own connection, so both go over the same one, on a cluster that of the node
 * that owns the slot.
 * @param script may run several times: repeated with the same arguments it must give the same reply
 */
export async function runReplicated(
  script: Script,
  redis: RedisClient,
  keys: string[],
  args: Argument[],
  replicas: number,
): Promise<Replicated> {
  for (let tries = 1; ; tries++) {
    const [ran, waited] = await together(script, redis, keys, args, replicas);
    if (ran && ran[0] === null) {
      return { reply: ran[1], copies: waited?.[0] === null ? Number(waited[1]) : 0 };
    }
    // Finds the node, loads the script, waits for a fail-over; throws what is a fault.
    const reply = await script.run(redis, keys, args);
    if (tries === TRIES) return { reply, copies: 0 };
  }
}

type Results = [error: Error | null, result: unknown][];

async function together(
  { sha }: Script,
  redis: RedisClient,
  keys: string[],
  args: Argument[],
  replicas: number,
): Promise<Results> {
  const both = redis
    .pipeline()
    .evalsha(sha, keys.length, ...keys, ...args)
    .wait(replicas, PATIENCE_MS);
  return (await both.exec().catch(() => null)) ?? [];
}
