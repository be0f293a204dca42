/**
 * Message authentication codes over what leaves the house and comes back: tokens in links, ids in
 * envelope addresses. The newest key signs, all keys verify, so that a key can be changed while
 * old mails lie in mailboxes.
 *
 * @see RFC 2104 §5 (truncation)
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Newest first. */
export type TokenKeys = readonly [Buffer, ...Buffer[]];

/**
 * The first `length` bytes of an HMAC-SHA256.
 * @param label what the code is for; codes of different labels or publications never agree
 */
function authenticationCode(
  key: Buffer,
  label: string,
  slug: string,
  payload: Buffer,
  length: number,
): Buffer {
  return createHmac('sha256', key)
    .update(`pressrun ${label}\0${slug}\0`)
    .update(payload)
    .digest()
    .subarray(0, length);
}

/** The payload with its code behind it. */
export function seal(
  keys: TokenKeys,
  label: string,
  slug: string,
  payload: Buffer,
  codeLength: number,
): Buffer {
  return Buffer.concat([payload, authenticationCode(keys[0], label, slug, payload, codeLength)]);
}

/** @returns the payload, or undefined when no key made this code for this label and publication */
export function unseal(
  keys: TokenKeys,
  label: string,
  slug: string,
  sealed: Buffer,
  codeLength: number,
): Buffer | undefined {
  const payload = sealed.subarray(0, -codeLength);
  const code = sealed.subarray(-codeLength);
  // Every key is tried, whatever matched before, so that the time taken tells nothing.
  const matches = keys.filter((key) =>
    timingSafeEqual(authenticationCode(key, label, slug, payload, codeLength), code),
  );
  return matches.length > 0 ? payload : undefined;
}
