/** Backing up: everything of a publication into one file, while it goes on. */
import { randomBytes } from 'node:crypto';
import type { Journal } from '../journal/journal.js';
import { type Keys, SCHEMA_VERSION } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import { type KeyRecord, readSnapshot } from '../redis/snapshot.js';
import { type BackupCounts, type BackupHeader, writeArchive } from './archive.js';

export interface BackupOptions {
  client: RedisClient;
  keys: Keys;
  journal: Pick<Journal, 'write'>;
  slug: string;
  /** Fingerprint of the id key. */
  idKey: string;
  instanceId: string;
  /** Overwrite the file. */
  force: boolean;
  /** Told how many keys were read so far. */
  onProgress?(keys: number): void;
}

export interface BackupReport extends BackupCounts {
  file: string;
  createdAt: string;
}

/** @throws AppError file_exists, file_missing, journal_unwritable */
export async function backUp(file: string, options: BackupOptions): Promise<BackupReport> {
  const { client, keys, journal, slug, idKey, instanceId, force } = options;
  const id = randomBytes(12).toString('base64url');
  const createdAt = new Date().toISOString();
  // First of all: whatever changes from here on may be missing in the file, and is in the journal.
  await journal.write([{ kind: 'backup', subject: id, word: slug }]);
  const header: BackupHeader = {
    ...{ id, createdAt, slug, idKey, schema: SCHEMA_VERSION, instance: instanceId },
    journals: await client.hgetall(keys.journals),
  };
  const records = counted(readSnapshot(client, keys), options.onProgress);
  const counts = await writeArchive(file, header, records, {
    force,
    countOf: (key) => countOf(keys, key),
  });
  return { file, createdAt, ...counts };
}

async function* counted(
  records: AsyncIterable<KeyRecord[]>,
  onProgress: BackupOptions['onProgress'],
): AsyncGenerator<KeyRecord[]> {
  let keys = 0;
  for await (const group of records) {
    yield group;
    keys += group.length;
    onProgress?.(keys);
  }
}

function countOf(keys: Keys, key: string): 'subscribers' | 'sends' | undefined {
  const place = keys.placeOf(key);
  if (place.kind === 'subscriber') return 'subscribers';
  return place.kind === 'send' && key === keys.send(place.issue) ? 'sends' : undefined;
}
