/** Subscriber ids: a keyed hash of the address, so that no index from address to id is needed. */
import { createHmac } from 'node:crypto';
import { ID_LENGTH } from '../redis/keys.js';
import { type Address, normalise } from './address.js';

/** @returns 16 base64url characters: 96 bits of HMAC-SHA256; the first one is the shard */
export function subscriberId(idKey: Buffer, address: Address): string {
  const hash = createHmac('sha256', idKey).update(normalise(address)).digest('base64url');
  return hash.slice(0, ID_LENGTH);
}
