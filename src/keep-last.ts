/** What takes long to make is made once, and given to whoever asks for it meanwhile and later. */

/**
 * Keeps the last promises by key; the oldest goes first. One that failed, or found nothing
 * (undefined), is made again for the next who asks. A hit costs one look into a Map.
 * @returns the kept promise, or what `make` promises; its results are shared and must not be changed
 */
export function keepLast<Made>(
  most: number,
): (key: string, make: () => Promise<Made>) => Promise<Made> {
  const kept = new Map<string, Promise<Made>>();
  return (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const making = make();
    const forget = () => {
      if (kept.get(key) === making) kept.delete(key);
    };
    making.then((made) => made === undefined && forget(), forget);
    kept.set(key, making);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return making;
  };
}
