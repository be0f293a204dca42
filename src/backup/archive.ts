/**
 * The file of a backup: lines of JSON, compressed. A header, a record for each key, and a trailer
 * with counts and the checksum of all that stands before it.
 *
 * A file appears whole or not at all, readable by its owner alone: it holds every address. Keys are
 * not in it.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { access, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, unreadable } from '../errors.js';
import { partialOf, readGzip, writeGzip } from '../gzip-lines.js';
import type { KeyRecord } from '../redis/snapshot.js';

const FORMAT = 'pressrun backup';
/** Of the file; the layout of the keys in it has a number of its own. */
const VERSION = 1;

export interface BackupHeader {
  /** Random; the journal of the host that made the backup knows it. */
  id: string;
  /** ISO 8601, UTC: before anything was read. */
  createdAt: string;
  slug: string;
  /** Layout of the keys. */
  schema: number;
  /** Fingerprint of the id key. */
  idKey: string;
  /** Instance id of the Redis it was made of. */
  instance: string;
  /** Journal id → host: where changes since then may be written down. */
  journals: Record<string, string>;
}

export interface BackupCounts {
  keys: number;
  subscribers: number;
  sends: number;
}

/** Writes the file; `records` is read as fast as the disk takes it. @throws AppError file_exists */
export async function writeArchive(
  file: string,
  header: BackupHeader,
  records: AsyncIterable<KeyRecord[]>,
  { force, countOf }: { force: boolean; countOf(key: string): keyof BackupCounts | undefined },
): Promise<BackupCounts> {
  if (!force && (await exists(file))) {
    throw new AppError('file_exists', 'the file exists; --force overwrites it', { file });
  }
  await removeAbandoned(file);
  const counts: BackupCounts = { keys: 0, subscribers: 0, sends: 0 };
  try {
    await writeGzip(file, archiveLines(header, records, counts, countOf));
  } catch (error) {
    throw writeError(error, file);
  }
  return counts;
}

async function* archiveLines(
  header: BackupHeader,
  records: AsyncIterable<KeyRecord[]>,
  counts: BackupCounts,
  countOf: (key: string) => keyof BackupCounts | undefined,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const hashed = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    return bytes;
  };
  yield hashed(`${JSON.stringify({ format: FORMAT, version: VERSION, ...header })}\n`);
  for await (const group of records) {
    for (const { key } of group) {
      counts.keys += 1;
      const counted = countOf(key);
      if (counted) counts[counted] += 1;
    }
    yield hashed(group.map((record) => `${lineOf(record)}\n`).join(''));
  }
  yield Buffer.from(`${JSON.stringify({ end: counts, sha256: hash.digest('hex') })}\n`);
}

/** Text as text, so that the file can be looked into; what is none as base64. */
function lineOf({ key, type, elements, expiresAt }: KeyRecord): string {
  const text = elements.every((element) => isUtf8(element));
  const encoding = text ? 'utf8' : 'base64';
  const value = elements.map((element) => element.toString(encoding));
  return JSON.stringify({ key, type, [encoding]: value, ...(expiresAt && { expiresAt }) });
}

interface RecordLine {
  key: string;
  type: KeyRecord['type'];
  utf8?: string[];
  base64?: string[];
  expiresAt?: number;
}

function recordOf({ key, type, utf8, base64, expiresAt }: RecordLine): KeyRecord {
  const elements = base64
    ? base64.map((text) => Buffer.from(text, 'base64'))
    : (utf8 ?? []).map((text) => Buffer.from(text));
  return { key, type, elements, expiresAt };
}

/**
 * Reads a file: its header first, then its records, and at the end whether all of it was whole.
 * @throws AppError file_missing, backup_invalid
 */
export async function* readArchive(file: string): AsyncGenerator<BackupHeader | KeyRecord> {
  const hash = createHash('sha256');
  let headed = false;
  let sum: string | undefined;
  for await (const line of archiveBytes(file)) {
    if (sum !== undefined) throw damaged(file, 'something stands behind its end');
    const value = parse(line, file);
    if ('end' in value) sum = String(value.sha256);
    else {
      hash.update(line).update('\n');
      if (headed) yield recordOf(value as unknown as RecordLine);
      else yield headerOf(value, file);
      headed = true;
    }
  }
  if (sum === undefined) throw damaged(file, 'it was cut off');
  if (sum !== hash.digest('hex')) throw damaged(file, 'its checksum is wrong');
}

async function* archiveBytes(file: string): AsyncGenerator<Buffer> {
  try {
    yield* readGzip(file);
  } catch (error) {
    throw readError(error, file);
  }
}

function parse(line: Buffer, file: string): Record<string, unknown> {
  try {
    return JSON.parse(line.toString()) as Record<string, unknown>;
  } catch {
    throw damaged(file, 'a line of it is no JSON');
  }
}

function headerOf(value: Record<string, unknown>, file: string): BackupHeader {
  const { format, version, ...header } = value;
  if (format !== FORMAT) throw damaged(file, 'it does not begin like one');
  if (version === VERSION) return header as unknown as BackupHeader;
  throw new AppError(
    'backup_invalid',
    `the backup is of file version ${String(version)} and this pressrun reads version ${VERSION}: use the pressrun that wrote it`,
    { file },
  );
}

function damaged(file: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'backup_invalid',
    `this is no whole backup: ${why}. Nothing of it was restored; take another copy`,
    { file, cause },
  );
}

function readError(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (code.startsWith('Z_')) return damaged(file, 'it is damaged or cut off', error);
  if (code === '') return error;
  return unreadable(file, error);
}

function writeError(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (error instanceof AppError || code === '') return error;
  return new AppError(
    'file_unwritable',
    `the backup cannot be written (${code}); nothing is left of it`,
    {
      file,
      cause: error,
    },
  );
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** What a backup to this file left behind that was killed: it holds addresses. */
async function removeAbandoned(file: string): Promise<void> {
  const start = basename(partialOf(file, ''));
  const names = await readdir(dirname(file)).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(start) || isAlive(Number(name.slice(start.length)))) continue;
    await rm(join(dirname(file), name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
