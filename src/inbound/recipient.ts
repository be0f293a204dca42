/** What an address of `inbound.domain` stands for. Pure. */
import { domainToASCII } from 'node:url';
import type { TokenKeys } from '../message/mac.js';
import { readReturnPath } from '../message/verp.js';

export type InboundRecipient =
  /** 16 base64url characters, and the issue the address stood in. */
  | { kind: 'leave'; id: string; issue: number }
  /** Of a test copy: taken, and without effect. */
  | { kind: 'test' };

export interface InboundNames {
  /** A-labels, lower case. */
  domain: string;
  slug: string;
  tokenKeys: TokenKeys;
}

/**
 * @param address as it came in RCPT, in whatever case
 * @returns undefined for every address we did not write into a mail of this publication
 */
export function readRecipient(names: InboundNames, address: string): InboundRecipient | undefined {
  const { domain, slug, tokenKeys } = names;
  const at = address.lastIndexOf('@');
  if (domainToASCII(address.slice(at + 1)) !== domain) return undefined;
  const localPart = address.slice(0, Math.max(at, 0));
  const claims = readReturnPath(tokenKeys, slug, 'unsub', localPart);
  if (claims) return { kind: 'leave', ...claims };
  return readReturnPath(tokenKeys, slug, 'test', localPart) && { kind: 'test' };
}
