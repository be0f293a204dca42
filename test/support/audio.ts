/** Audio made here: real MP3, silent. */

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
