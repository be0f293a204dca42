/**
 * Which network addresses are somebody's on the public internet. A link in an issue must not make
 * this machine knock at its own services or its neighbours'.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Not globally reachable, or reachable by way of somebody else's translation. */
const SPECIAL_IPV4: [address: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Within 2000::/3, the only part of IPv6 that is handed out. */
const SPECIAL_IPV6: [address: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [address, prefix] of SPECIAL_IPV4) special.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of SPECIAL_IPV6) special.addSubnet(address, prefix, 'ipv6');

const handedOut = new BlockList();
handedOut.addSubnet('2000::', 3, 'ipv6');

/** @param address IPv4 or IPv6, without brackets; anything else is not public */
export function isPublicAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  if (isIP(bare) === 0) return false;
  if (!isIPv6(bare)) return !special.check(bare, 'ipv4');
  // ::ffff:127.0.0.1, 64:ff9b::7f00:1 and the like are outside of what is handed out.
  return handedOut.check(bare, 'ipv6') && !special.check(bare, 'ipv6');
}

/** Names that lead nowhere but here, whatever a resolver says (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|test|invalid)$/;

/**
 * Whether a link to this host could work for any reader, by its look alone.
 * @param host as URL.hostname has it
 */
export function looksPublic(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(bare) !== 0) return isPublicAddress(bare);
  return bare.includes('.') && !LOCAL_NAME.test(bare);
}
