/** Bytes of a source as text. */
import { AppError } from '../errors.js';
import type { ImportReport } from './report.js';

/** Far more than any issue; a saved page with its images inlined may be large. */
const MAX_SOURCE_BYTES = 20_000_000;

/** 0x80 to 0x9F in Windows-1252; five of them mean nothing. @see https://encoding.spec.whatwg.org/#windows-1252 */
const C1 = [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ'];

/**
 * UTF-8, UTF-16 with its mark, else Windows-1252, which is said.
 * @throws AppError issue_invalid for what is no text
 */
export function decodeSource(bytes: Buffer, report: ImportReport): string {
  if (bytes.length > MAX_SOURCE_BYTES) {
    throw new AppError('issue_invalid', 'it has over 20 MB: that is no issue');
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.includes(0)) {
    throw new AppError(
      'issue_invalid',
      'it is no text; save the issue as text, HTML, .eml or Markdown',
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const message = 'the file is not in UTF-8; it was read as Windows-1252';
    report.doubt('encoding-guessed', { line: 1, column: 1 }, message);
    return bytes
      .toString('latin1')
      .replace(/[\u0080-\u009F]/g, (c) => C1[c.charCodeAt(0) - 0x80] ?? c);
  }
}
