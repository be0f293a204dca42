import type { Snapshot } from '../archive/archive.js';

/**
 * Makes something of each snapshot of the archive once, and forgets it with the snapshot. A promise is
 * shared, too; one that fails is made again for the next who asks.
 * @param make its results are shared and must not be changed
 */
export function perSnapshot<Made extends object>(
  make: (snapshot: Snapshot) => Made,
): (snapshot: Snapshot) => Made {
  const kept = new WeakMap<Snapshot, Made>();
  return (snapshot) => {
    const known = kept.get(snapshot);
    if (known !== undefined) return known;
    const made = make(snapshot);
    kept.set(snapshot, made);
    if (made instanceof Promise) made.catch(() => kept.delete(snapshot));
    return made;
  };
}
