/** Remembers for a while which links were alive, so that they are not asked at every run. IO. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LinkOutcome } from './outcome.js';
import type { Probe } from './probe.js';

/** A link that was alive a day ago is alive, near enough. Anything else is asked anew. */
const KEPT_MS = 24 * 3_600_000;

interface Memory {
  probe: Probe;
  /** Writes down what was found; a folder that cannot be written to is no reason to fail. */
  save(): Promise<void>;
}

type Kept = Record<string, { at: number; outcome: LinkOutcome }>;

/** @param dataDir the publication's private folder */
export async function rememberLinks(dataDir: string, probe: Probe, now: number): Promise<Memory> {
  const file = join(dataDir, 'links.json');
  const kept = await read(file, now);
  return {
    async probe(url) {
      const known = kept[url];
      if (known) return known.outcome;
      const outcome = await probe(url);
      if (outcome.kind === 'alive') kept[url] = { at: now, outcome };
      return outcome;
    },
    async save() {
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(temporary, JSON.stringify(kept), { mode: 0o600 });
        await rename(temporary, file);
      } catch {
        // The next run asks again.
      }
    },
  };
}

async function read(file: string, now: number): Promise<Kept> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(file, 'utf8')) as Kept);
    return Object.fromEntries(entries.filter(([, { at }]) => at <= now && now - at < KEPT_MS));
  } catch {
    return {};
  }
}
