/**
 * Base32 in lower case, without padding: for what stands in an address, where some servers fold
 * case. @see RFC 4648 §6
 */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** @param bytes a whole number of five-byte groups, so that every text has exactly one meaning */
export function encodeBase32(bytes: Buffer): string {
  let encoded = '';
  for (let start = 0; start < bytes.length; start += 5) {
    let group = bytes.readUIntBE(start, 5);
    let letters = '';
    for (let count = 0; count < 8; count++) {
      letters = ALPHABET.charAt(group % 32) + letters;
      group = Math.floor(group / 32);
    }
    encoded += letters;
  }
  return encoded;
}

/** @returns undefined when the text (in either case) is no whole number of eight-letter groups */
export function decodeBase32(text: string): Buffer | undefined {
  if (text.length % 8 !== 0 || !/^[a-z2-7]*$/i.test(text)) return undefined;
  const bytes = Buffer.alloc((text.length / 8) * 5);
  for (let start = 0; start < text.length; start += 8) {
    let group = 0;
    for (const letter of text.slice(start, start + 8).toLowerCase()) {
      group = group * 32 + ALPHABET.indexOf(letter);
    }
    bytes.writeUIntBE(group, (start / 8) * 5, 5);
  }
  return bytes;
}
