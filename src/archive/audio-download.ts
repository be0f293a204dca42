/** Audio elsewhere, fetched once to see whether it is there, how large and how long. IO. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { AppError } from '../errors.js';
import { whyFetchFailed } from '../fetch-failure.js';
import { inspectAudio } from './audio-file.js';
import type { AudioFacts } from './episodes.js';

const WITHIN_MS = 15 * 60_000;
/** Some 70 hours of speech. */
const MOST_BYTES = 2_000_000_000;

/**
 * Servers say wrong lengths and none says a duration, so that only the file itself tells.
 * @throws AppError audio_invalid
 */
export async function inspectRemoteAudio(url: string): Promise<AudioFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-audio-'));
  try {
    const file = join(folder, 'audio');
    await download(url, file);
    return await inspectAudio(file, url);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(url: string, file: string): Promise<void> {
  let why: string;
  let cause: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
    if (response.ok && response.body) {
      const body = Readable.fromWeb(response.body as ReadableStream);
      return await pipeline(body, atMost(MOST_BYTES), createWriteStream(file));
    }
    await response.body?.cancel();
    why = `the server answered with status ${response.status}`;
  } catch (error) {
    why = whyFetchFailed(error, WITHIN_MS);
    cause = error;
  }
  const message = `${why}; nothing was attached. Is the episode up? Try again then, or give --bytes and --duration`;
  throw new AppError('audio_invalid', message, { file: url, cause });
}

function atMost(limit: number) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > limit) throw new Error(`it is larger than ${limit} bytes`);
      yield chunk;
    }
  };
}
