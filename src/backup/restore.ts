/**
 * Restoring: a backup takes the place of what is in Redis, and what it does not know of is done
 * again from the journals.
 *
 * Everything that can refuse comes first and changes nothing. From then on the installation is
 * marked: until the last step no other command opens it, and a restore that was killed is repeated
 * from the start. Must never make anybody mailable who left, nor mail anybody a second time.
 */
import { randomBytes } from 'node:crypto';
import { type RepeatedChanges, reindexAudience, repeatChanges } from '../audience/restored.js';
import type { Audience } from '../audience/store.js';
import type { ConnectedProcess, Presence } from '../delivery/presence.js';
import { haltRestoredSends, type RestoredSend } from '../delivery/restored.js';
import type { Sends } from '../delivery/sends.js';
import type { Tally } from '../delivery/tally.js';
import { AppError } from '../errors.js';
import { type DamagedLine, type JournalContent, readJournals } from '../journal/read.js';
import { beginRestore, endRestore } from '../redis/installation.js';
import { type Keys, SCHEMA_VERSION } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import { isEmpty, type KeyRecord, removeAll, writeRecords } from '../redis/snapshot.js';
import { type BackupHeader, readArchive } from './archive.js';
import { CLOCK_MARGIN_MS, evidenceIn, gapsIn } from './evidence.js';

export interface RestoreOptions {
  client: RedisClient;
  keys: Keys;
  /** Without its journal: what is done again is in one already. */
  audience: Audience;
  sends: Sends;
  tally: Tally;
  presence: Presence;
  slug: string;
  /** Fingerprint of the id key. */
  idKey: string;
  /** Journals to read: files, or folders of them. */
  journals: readonly string[];
}

/** A backup that may be restored, looked at from start to end. */
export interface RestorePlan {
  file: string;
  header: BackupHeader;
  /** Keys in it. */
  keys: number;
  /** Whether nothing would be replaced. */
  empty: boolean;
  journal: JournalContent;
  /** Why the journals may not tell everything since the backup. */
  gaps: string[];
  /** Journal id → host, of all that were written to. */
  knownJournals: Record<string, string>;
}

export interface RestoreReport {
  keys: number;
  backupOf: string;
  subscribers: number;
  /** Done again, from the journals. */
  repeated: RepeatedChanges;
  /** People who came since the backup: they are not in it. */
  lostNewcomers: number;
  /** Sends that are halted now. */
  halted: RestoredSend[];
  damagedJournalLines: DamagedLine[];
}

/**
 * Reads all of the file and the journals; changes nothing.
 * @throws AppError backup_invalid, keys_mismatch, schema_mismatch, file_missing, restore_refused
 */
export async function planRestore(file: string, options: RestoreOptions): Promise<RestorePlan> {
  const { client, keys, presence, journals } = options;
  let header: BackupHeader | undefined;
  let count = 0;
  for await (const part of readArchive(file)) {
    if ('key' in part) count += 1;
    else {
      header = part;
      requireOurs(header, options, file);
    }
  }
  if (header === undefined) throw new Error('a whole backup has a header');
  refuseWhileUsed(await presence.processes());
  const since = Date.parse(header.createdAt) - CLOCK_MARGIN_MS;
  const [journal, written, empty] = await Promise.all([
    readJournals(journals, since),
    client.hgetall(keys.journals),
    isEmpty(client, keys),
  ]);
  const knownJournals = { ...header.journals, ...written };
  const gaps = gapsIn(journal, header, knownJournals);
  return { file, header, keys: count, empty, journal, gaps, knownJournals };
}

function requireOurs(
  { slug, idKey, schema }: BackupHeader,
  options: Pick<RestoreOptions, 'slug' | 'idKey'>,
  file: string,
): void {
  if (slug !== options.slug) {
    throw new AppError(
      'backup_invalid',
      `the backup is of the publication "${slug}", and this one is "${options.slug}" (publication.slug)`,
      { file },
    );
  }
  if (idKey !== options.idKey) {
    throw new AppError(
      'keys_mismatch',
      'the backup was made with another id key, so nobody in it could be found: put back .pressrun/keys.yaml (or PRESSRUN_SECRET) of that time',
      { file },
    );
  }
  if (schema !== SCHEMA_VERSION) {
    throw new AppError(
      'schema_mismatch',
      `the backup has layout ${schema} and this pressrun reads layout ${SCHEMA_VERSION}: restore it with the version that wrote it`,
      { file },
    );
  }
}

function refuseWhileUsed(processes: readonly ConnectedProcess[]): void {
  if (processes.length === 0) return;
  const named = processes.map(({ role, host, pid }) => `${role} ${pid} on ${host}`).join(', ');
  throw new AppError(
    'restore_refused',
    `this publication is in use (${named}): stop \`pressrun start\` everywhere, then restore`,
  );
}

/** Carries a plan out. @param onProgress told how many keys were written so far */
export async function restore(
  plan: RestorePlan,
  options: Omit<RestoreOptions, 'journals'>,
  onProgress: (keys: number) => void,
): Promise<RestoreReport> {
  const { client, keys, audience } = options;
  const { header, journal } = plan;
  await beginRestore(client, keys, header.id);
  await removeAll(client, keys);
  await load(plan, options, onProgress);
  await reindexAudience(client, keys);
  const { changes, added, begun } = evidenceIn(journal);
  const repeated = await repeatChanges(audience, changes);
  const lost = await absent(audience, added);
  const backupAt = Date.parse(header.createdAt);
  const halted = await haltRestoredSends({ backupAt, begun, lost }, { redis: client, ...options });
  if (Object.keys(plan.knownJournals).length > 0) {
    await client.hset(keys.journals, plan.knownJournals);
  }
  await endRestore(client, keys, randomBytes(16).toString('base64url'));
  return {
    keys: plan.keys,
    backupOf: header.createdAt,
    subscribers: (await audience.stats()).total,
    ...{ repeated, halted, lostNewcomers: lost.length },
    damagedJournalLines: journal.damaged,
  };
}

/** Keys written at a time. */
const GROUP = 500;

async function load(
  { file }: RestorePlan,
  options: Pick<RestoreOptions, 'client' | 'keys'>,
  onProgress: (keys: number) => void,
): Promise<void> {
  let group: KeyRecord[] = [];
  let written = 0;
  const writeGroup = async (): Promise<void> => {
    await writeRecords(options.client, group);
    await listSubscribers(group, options);
    written += group.length;
    group = [];
    onProgress(written);
  };
  for await (const part of readArchive(file)) {
    if (!('key' in part)) continue;
    group.push(part);
    if (group.length >= GROUP) await writeGroup();
  }
  await writeGroup();
}

/** The sets may have been read before these people came; `reindexAudience` puts them right. */
async function listSubscribers(
  group: readonly KeyRecord[],
  { client, keys }: Pick<RestoreOptions, 'client' | 'keys'>,
): Promise<void> {
  const tails = new Map<string, string[]>();
  for (const { key } of group) {
    const place = keys.placeOf(key);
    if (place.kind !== 'subscriber') continue;
    tails.set(place.shard, [...(tails.get(place.shard) ?? []), place.tail]);
  }
  await Promise.all(
    [...tails].map(([shard, all]) => client.sadd(keys.shard(shard).unmailable, ...all)),
  );
}

async function absent(audience: Audience, ids: readonly string[]): Promise<string[]> {
  const lost: string[] = [];
  for (let from = 0; from < ids.length; from += GROUP) {
    const group = ids.slice(from, from + GROUP);
    const found = await Promise.all(
      // Whoever was erased, or left, is meant to be missing.
      group.map(async (id) => (await audience.get(id)) ?? (await audience.suppression(id))),
    );
    lost.push(...group.filter((_, n) => found[n] === undefined));
  }
  return [...new Set(lost)];
}
