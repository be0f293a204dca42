/**
 * The stamp of a form: when it was shown, signed. People need seconds to fill a form in; programs
 * that post at once, or post what they fetched days ago, are asked again.
 */
import { seal, type TokenKeys, unseal } from '../message/mac.js';

/** Nobody types an address faster. */
const FASTEST_MS = 2_000;
/** A tab left open over night is fine; a harvested stamp is not good for ever. */
const OLDEST_MS = 24 * 3_600_000;

const TIME_BYTES = 6;
const CODE_BYTES = 12;
const LABEL = 'form';

/** How a form was filled in; `unstamped`: on another site, which has none to show. */
export type FillTime = 'fine' | 'too-fast' | 'stale' | 'unstamped';

/** @param shownAt epoch ms @returns 24 base64url characters */
export function stampForm(keys: TokenKeys, slug: string, shownAt: number): string {
  const payload = Buffer.alloc(TIME_BYTES);
  payload.writeUIntBE(shownAt, 0, TIME_BYTES);
  return seal(keys, LABEL, slug, payload, CODE_BYTES).toString('base64url');
}

export function readStamp(
  keys: TokenKeys,
  slug: string,
  stamp: string | undefined,
  now: number,
): FillTime {
  if (stamp === undefined || stamp === '') return 'unstamped';
  if (!/^[\w-]{24}$/.test(stamp)) return 'stale';
  const payload = unseal(keys, LABEL, slug, Buffer.from(stamp, 'base64url'), CODE_BYTES);
  if (payload === undefined) return 'stale';
  const age = now - payload.readUIntBE(0, TIME_BYTES);
  if (age < FASTEST_MS) return 'too-fast';
  return age > OLDEST_MS ? 'stale' : 'fine';
}
