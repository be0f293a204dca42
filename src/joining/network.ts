/** Network addresses as sign-ups use them: to count by, and as a part of the record of consent. */
import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';

const HASH_LENGTH = 16;
/** The part of an IPv6 address that names a customer's network. @see RFC 6177 */
const V6_GROUPS = 4;

/**
 * Of an address of the internet, what stands for one household or office: of IPv6 the /64.
 * @returns undefined for this machine's own: a proxy that is not trusted (http.trustProxy) would
 *   make all readers one
 */
export function networkOf(ip: string): string | undefined {
  const bare = ip.replace(/^::ffff:/i, '').replace(/%.*$/, '');
  if (bare === '::1' || bare.startsWith('127.')) return undefined;
  if (!isIPv6(bare)) return bare;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array(8 - groups.length - after.length).fill('0');
  return [...groups, ...zeros, ...after].slice(0, V6_GROUPS).join(':');
}

/**
 * A keyed hash of a network address: whoever is shown the record can prove or refute an address,
 * and nobody can read one off it.
 */
export function hashedIp(idKey: Buffer, ip: string): string {
  const hash = createHmac('sha256', idKey).update(`pressrun ip\0${ip}`).digest('base64url');
  return hash.slice(0, HASH_LENGTH);
}
