/** What is in a file of audio: whether it can be played, how long it is. IO. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { type IFormat, parseStream } from 'music-metadata';
import { AppError, unreadable } from '../errors.js';
import type { AudioFacts, AudioType } from './episodes.js';

const WANTED = 'an episode is an MP3, an M4A (AAC) or an Ogg file';
/** ISO base media: "ftyp" behind the length of the first box. @see ISO/IEC 14496-12 §4.3 */
const FTYP_AT = 4;

/**
 * Reads the whole file: where no header says how long it is, its frames are counted.
 * @param name of the file or address, for messages
 * @throws AppError audio_invalid, file_missing
 */
export async function inspectAudio(path: string, name = path): Promise<AudioFacts> {
  const { size, begin } = await beginningOf(path, name);
  const format = size === 0 ? {} : await formatOf(path);
  if (format.hasVideo) throw invalid(name, `it is a video, and ${WANTED}`);
  const type = typeOf(format, begin);
  const { duration = 0 } = format;
  if (type === undefined || !(duration > 0)) {
    const found = format.container === undefined ? '' : ` (it looks like ${format.container})`;
    throw invalid(name, `no audio was found in it${found}: ${WANTED}`);
  }
  return { type, bytes: size, seconds: Math.max(1, Math.round(duration)) };
}

async function beginningOf(path: string, name: string): Promise<{ size: number; begin: Buffer }> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
      return { size: (await file.stat()).size, begin: buffer.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

/** By its content alone: names lie. */
async function formatOf(path: string): Promise<Partial<IFormat>> {
  const file = createReadStream(path);
  // The parser believes the name of a file before it looks into it: it gets none.
  const stream = new PassThrough();
  file.on('error', (error) => stream.destroy(error)).pipe(stream);
  try {
    return (await parseStream(stream, undefined, { duration: true, skipCovers: true })).format;
  } catch {
    return {};
  } finally {
    file.destroy();
    stream.destroy();
  }
}

function typeOf({ container, codec }: Partial<IFormat>, begin: Buffer): AudioType | undefined {
  if (container === 'MPEG' && /layer 3$/i.test(codec ?? '')) return 'audio/mpeg';
  if (begin.toString('latin1', FTYP_AT, FTYP_AT + 4) === 'ftyp') return 'audio/mp4';
  return container === 'Ogg' ? 'audio/ogg' : undefined;
}

function invalid(name: string, why: string): AppError {
  return new AppError('audio_invalid', why, { file: name });
}
