/** `redis.durability: replicas:N`: how many copies a write must have before it counts. */
import type { Durability } from '../config/types.js';

/** @returns N of `replicas:N`; 0 for settings that wait for no replica */
export function replicasOf(durability: Durability): number {
  return durability.startsWith('replicas:') ? Number(durability.slice('replicas:'.length)) : 0;
}
