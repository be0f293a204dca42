/** What was made of a text once need not be made again while the text stays the same. */

/**
 * The same function, which keeps its last results; whatever was unused longest goes first.
 * @param make must depend on nothing but the text; its results are shared and must not be changed
 */
export function remember<Result>(
  most: number,
  make: (text: string) => Result,
): (text: string) => Result {
  const known = new Map<string, { result: Result }>();
  return (text) => {
    const entry = known.get(text) ?? { result: make(text) };
    known.delete(text);
    known.set(text, entry);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return entry.result;
  };
}
