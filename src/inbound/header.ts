/** The header of a mail that comes in: all of it that is read. The body is let go as it comes. */

const MAX_HEADER_BYTES = 65_536;
const END = /\r?\n\r?\n/;

/**
 * Reads a stream to its end.
 * @returns the header with the line that ends it, or the first 64 KB
 */
export async function headerOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  let header = Buffer.alloc(0);
  let isComplete = false;
  for await (const chunk of stream) {
    if (isComplete) continue;
    header = Buffer.concat([header, chunk]).subarray(0, MAX_HEADER_BYTES);
    const end = END.exec(header.toString('latin1'));
    if (end) header = header.subarray(0, end.index + end[0].length);
    isComplete = end !== null || header.length === MAX_HEADER_BYTES;
  }
  return header;
}
