/** Chance that can be had again: what a round does depends on its seed and number alone. */
import { createHash } from 'node:crypto';

/** Picks a whole number from 0 to below `below`; the same purpose gets the same number. */
export type Chance = (purpose: string, below: number) => number;

export function chanceOf(seed: number, round: number | string): Chance {
  return (purpose, below) => {
    const digest = createHash('sha256').update(`${seed} ${round} ${purpose}`).digest();
    return digest.readUIntBE(0, 6) % below;
  };
}

export function shuffled<Item>(items: readonly Item[], chance: Chance): Item[] {
  const left = [...items];
  return items.flatMap((_, turn) => left.splice(chance(`turn ${turn}`, left.length), 1));
}
