/** Compressed files of lines that appear whole or not at all, readable by their owner alone. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { linesOf } from './lines.js';

/** What a file is called until it is whole; the process id tells whether anybody still writes it. */
export const partialOf = (file: string, pid: number | '' = process.pid): string =>
  `${file}.partial-${pid}`;

/**
 * Writes a file in the place of one that may be there; on the disk when this resolves.
 * @param chunks text of whole lines, read as fast as the disk takes it
 */
export async function writeGzip(file: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const partial = partialOf(file);
  try {
    // What a process of the same number left behind is nobody's.
    await rm(partial, { force: true });
    await pipeline(
      Readable.from(chunks),
      createGzip(),
      createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }),
    );
    await rename(partial, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Rejects with the error of the file or of zlib (code `Z_…`) when it cannot be read to its end. */
export async function* readGzip(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const unpacked = createGunzip();
  source.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  try {
    yield* linesOf(unpacked);
  } finally {
    source.destroy();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
