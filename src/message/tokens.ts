/**
 * Tokens in links. A token carries all it says (no look-up table) and is hard to forge (RFC 8058
 * §3.1): it survives erasure of the subscriber and a change of the token key.
 *
 * 33 bytes as 44 base64url characters, so that every token has exactly one spelling:
 * purpose (1), id (12), issue number or time of issue (4, big endian), code (16).
 *
 * Tokens that give somebody more than a way out name the time they were made at, and expire.
 */
import { seal, type TokenKeys, unseal } from './mac.js';

/**
 * - `unsubscribe`: in every mail; never expires, since people leave from old mails too (RFC 8058).
 * - `test`: in a test copy: shows that the link leads here, and changes nothing.
 * - `door`: the nonce `send` posts to the public URL to find out whether it is ours.
 * - `confirm`: in the mail that asks whether its reader wants to join.
 * - `manage`: in a mail to the address on file: opens everything about that person.
 * - `move`: in the mail to the new address of somebody who wants to change to it.
 */
export type TokenPurpose = 'unsubscribe' | 'test' | TimedPurpose;
type TimedPurpose = 'door' | 'confirm' | 'manage' | 'move';

export interface TokenClaims {
  purpose: TokenPurpose;
  /** 16 base64url characters: the subscriber, or a door's nonce. */
  id: string;
  /** The issue the link stood in. Only of those that never expire. */
  issue?: number;
  /** Epoch seconds. Only of those that expire; now when absent. */
  issuedAt?: number;
}

const PURPOSE_CODES: Record<TokenPurpose, number> = {
  unsubscribe: 1,
  door: 2,
  test: 3,
  confirm: 4,
  manage: 5,
  move: 6,
};

export const TOKEN_PURPOSES = Object.keys(PURPOSE_CODES) as TokenPurpose[];

const HOUR_S = 3_600;

/** Seconds that tokens are good for. */
export const LIFETIMES_S: Record<TimedPurpose, number> = {
  door: 300,
  confirm: 72 * HOUR_S,
  manage: 2 * HOUR_S,
  move: 24 * HOUR_S,
};

/** The difference of clocks that is forgiven. */
const CLOCK_MARGIN_S = 300;

const ID_BYTES = 12;
const CODE_BYTES = 16;
const LABEL = 'token';

/** @returns 44 base64url characters */
export function signToken(keys: TokenKeys, claims: TokenClaims, slug: string): string {
  const payload = Buffer.alloc(1 + ID_BYTES + 4);
  payload.writeUInt8(PURPOSE_CODES[claims.purpose]);
  writeId(payload, claims.id, 1);
  payload.writeUInt32BE(detailOf(claims), 1 + ID_BYTES);
  return seal(keys, LABEL, slug, payload, CODE_BYTES).toString('base64url');
}

/**
 * Reads a token that came back from the world.
 * @param now the moment of the question; matters for tokens that expire
 * @returns undefined for a token that is mangled, forged, of another purpose or publication, or too old
 */
export function verifyToken(
  keys: TokenKeys,
  slug: string,
  purpose: TokenPurpose,
  token: string,
  now: Date = new Date(),
): TokenClaims | undefined {
  if (!/^[A-Za-z0-9_-]{44}$/.test(token)) return undefined;
  const payload = unseal(keys, LABEL, slug, Buffer.from(token, 'base64url'), CODE_BYTES);
  if (payload?.readUInt8() !== PURPOSE_CODES[purpose]) return undefined;
  const id = payload.toString('base64url', 1, 1 + ID_BYTES);
  const detail = payload.readUInt32BE(1 + ID_BYTES);
  if (!isTimed(purpose)) return { purpose, id, ...(detail > 0 && { issue: detail }) };
  const age = epochSeconds(now) - detail;
  const isCurrent = age <= LIFETIMES_S[purpose] && age >= -CLOCK_MARGIN_S;
  return isCurrent ? { purpose, id, issuedAt: detail } : undefined;
}

/** Writes a 16-character id as its 12 bytes. */
export function writeId(target: Buffer, id: string, offset: number): void {
  if (!/^[A-Za-z0-9_-]{16}$/.test(id)) throw new TypeError('an id is 16 base64url characters');
  target.write(id, offset, 'base64url');
}

function isTimed(purpose: TokenPurpose): purpose is TimedPurpose {
  return purpose in LIFETIMES_S;
}

function detailOf(claims: TokenClaims): number {
  if (!isTimed(claims.purpose)) return claims.issue ?? 0;
  return claims.issuedAt ?? epochSeconds(new Date());
}

function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
