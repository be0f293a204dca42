/** Audio made here: MP3 that plays, silent, and the least of Ogg and M4A that has a length. */

const SAMPLE_RATE = 44_100;
/** @see ISO/IEC 11172-3 */
const SAMPLES_A_FRAME = 1_152;
const BITS_PER_SECOND = 32_000;
/** Sync, MPEG 1 layer III, 32 kbit/s, 44.1 kHz, mono. */
const HEADER = [0xff, 0xfb, 0x10, 0xc0];

/** An MP3 of about so many seconds. @param mark makes its content another one */
export function mp3(seconds: number, mark = 0): Buffer {
  const frame = Buffer.alloc(Math.floor(((SAMPLES_A_FRAME / 8) * BITS_PER_SECOND) / SAMPLE_RATE));
  frame.set(HEADER);
  frame.writeUInt8(mark, frame.length - 1);
  const frames = Math.round((seconds * SAMPLE_RATE) / SAMPLES_A_FRAME);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

/** Samples a second by which Opus counts. @see RFC 7845 §4 */
const OPUS_RATE = 48_000;

/** Ogg with Opus. @see RFC 3533, RFC 7845 */
export function opus(seconds: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0);
  head.writeUInt16LE(0x0101, 8);
  head.writeUInt32LE(OPUS_RATE, 12);
  const tags = Buffer.alloc(16);
  tags.write('OpusTags', 0);
  const pages: [type: number, granule: number, packet: Buffer][] = [
    [2, 0, head],
    [0, 0, tags],
    [4, seconds * OPUS_RATE, Buffer.alloc(3)],
  ];
  return Buffer.concat(pages.map(oggPage));
}

function oggPage([type, granule, packet]: [number, number, Buffer], sequence: number): Buffer {
  const header = Buffer.alloc(28);
  header.write('OggS', 0);
  header.writeUInt8(type, 5);
  header.writeBigInt64LE(BigInt(granule), 6);
  header.writeUInt32LE(1, 14);
  header.writeUInt32LE(sequence, 18);
  header.writeUInt8(1, 26);
  header.writeUInt8(packet.length, 27);
  return Buffer.concat([header, packet]);
}

/** ISO base media with one track. @see ISO/IEC 14496-12 */
export function mp4(seconds: number, kind: 'soun' | 'vide'): Buffer {
  const time = words(0, 0, 0, SAMPLE_RATE, seconds * SAMPLE_RATE);
  const description = words(0, 1, 0, 0, 0x00010010, 0, SAMPLE_RATE * 0x10000);
  const entry = box(kind === 'soun' ? 'mp4a' : 'avc1', description);
  const tables = ['stts', 'stsc', 'stco'].map((name) => box(name, words(0, 0)));
  tables.push(box('stsz', words(0, 0, 0)));
  const samples = box('stbl', box('stsd', words(0, 1), entry), ...tables);
  const handler = box('hdlr', words(0, 0), Buffer.from(kind), Buffer.alloc(13));
  const media = box('mdia', box('mdhd', time, words(0)), handler, box('minf', samples));
  const header = box('tkhd', words(0, 0, 0, 1, 0, seconds * SAMPLE_RATE), Buffer.alloc(60));
  return Buffer.concat([
    box('ftyp', Buffer.from('M4A \0\0\0\0M4A isom')),
    box('moov', box('mvhd', time, Buffer.alloc(80)), box('trak', header, media)),
    box('mdat', Buffer.alloc(100)),
  ]);
}

function box(name: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([words(content.length + 8), Buffer.from(name), content]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [n, value] of values.entries()) bytes.writeUInt32BE(value, n * 4);
  return bytes;
}
