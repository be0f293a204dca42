/** What was made of a file need not be made again while nobody writes to it. IO. */
import { readFile, stat } from 'node:fs/promises';

/** Whoever wrote a file just now may write it again within the same tick of its clock. */
const SETTLED_MS = 1_000;

/**
 * Reads a file and makes something of its text; what was made of the last files read is kept.
 * @param make its results are shared and must not be changed
 * @returns rejects like readFile
 */
export function readOnce<Made>(
  most: number,
  make: (text: string, path: string) => Made,
): (path: string) => Promise<Made> {
  const known = new Map<string, { version: string; made: Made }>();
  return async (path) => {
    const { mtimeMs, size, ino } = await stat(path);
    const version = `${mtimeMs}-${size}-${ino}`;
    const entry = known.get(path);
    if (entry?.version === version) return entry.made;
    const isSettled = Math.abs(Date.now() - mtimeMs) > SETTLED_MS;
    const made = make(await readFile(path, 'utf8'), path);
    known.delete(path);
    if (isSettled) known.set(path, { version, made });
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return made;
  };
}
