/**
 * Files of episodes, in `.pressrun/audio/`: `101-2c26b46b68ffc68ff99b.mp3`, by issue and content. The
 * name is the address, so that a file under it never changes. IO.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { AUDIO_TYPES, type AudioType } from './episodes.js';

const NAME = /^([1-9]\d{0,8})-([0-9a-f]{20})\.(mp3|m4a|ogg)$/;

export interface EpisodeName {
  issue: number;
  /** Of the content. */
  digest: string;
}

/** @returns undefined for what is no name of an episode's file */
export function parseEpisodeName(name: string): EpisodeName | undefined {
  const [, issue = '', digest = ''] = NAME.exec(name) ?? [];
  return digest === '' ? undefined : { issue: Number(issue), digest };
}

export interface EpisodeFiles {
  readonly folder: string;
  /**
   * Copies a file, unless it is here.
   * @returns its name
   * @throws AppError file_unwritable
   */
  keep(issue: number, path: string, type: AudioType): Promise<string>;
  has(name: string): Promise<boolean>;
  /** Removes the files of an issue. @param but the name of one that stays */
  discard(issue: number, but?: string): Promise<void>;
}

/** @param dataDir `.pressrun` */
export function createEpisodeFiles(dataDir: string): EpisodeFiles {
  const folder = join(dataDir, 'audio');
  const sizeOf = (path: string) =>
    stat(path).then(
      ({ size }) => size,
      () => undefined,
    );
  return {
    folder,
    has: async (name) => (await sizeOf(join(folder, name))) !== undefined,
    async keep(issue, path, type) {
      const name = `${issue}-${await digestOf(path)}.${AUDIO_TYPES[type]}`;
      const kept = join(folder, name);
      // A copy that was cut off has no name yet; one of another size was damaged since.
      if ((await sizeOf(kept)) !== (await sizeOf(path))) await copy(path, kept, folder);
      return name;
    },
    async discard(issue, but) {
      for (const name of await readdir(folder).catch(() => [])) {
        if (parseEpisodeName(name)?.issue !== issue || name === but) continue;
        await rm(join(folder, name), { force: true });
      }
    },
  };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex').slice(0, 20);
}

/** The file appears whole or not at all. */
async function copy(from: string, to: string, folder: string): Promise<void> {
  const draft = `${to}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyFile(from, draft);
    const handle = await open(draft, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(draft, to);
  } catch (cause) {
    await rm(draft, { force: true });
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new AppError('file_unwritable', `the episode cannot be kept${code}`, { file: to, cause });
  }
}
