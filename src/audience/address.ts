/**
 * What an address is that mail can be sent to: decided here and nowhere else.
 * @see RFC 5321 §4.5.3.1 (lengths), RFC 5322 §3.4.1 (syntax), RFC 5890 (A-labels)
 */
import { domainToASCII } from 'node:url';
import addresses from 'email-addresses';

/** A mailable address: local part as given, domain in A-label form and lower case. */
export type Address = string & { readonly address: unique symbol };

export type ParsedAddress = { ok: true; address: Address } | { ok: false; reason: string };

const MAX_LOCAL_OCTETS = 64;
const MAX_ADDRESS_OCTETS = 254;
/** RFC 5322 §3.2.3: nearly every local part there is. */
const DOT_ATOM = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @param text one bare address; surrounding blanks are ignored */
export function parseAddress(text: string): ParsedAddress {
  const bare = text.trim().normalize('NFC');
  if (bare === '') return refuse('no address');
  const at = bare.lastIndexOf('@');
  if (at < 1) return refuse('no address: there is no "@" in it, or nothing before it');
  const local = bare.slice(0, at);
  if (!/^[\x21-\x7e]+$/.test(local)) {
    return refuse('the part before the "@" has characters that most mail servers refuse');
  }
  const domain = domainToASCII(bare.slice(at + 1).toLowerCase());
  const fault = domainFault(domain);
  if (fault !== undefined) return refuse(fault);
  if (local.length > MAX_LOCAL_OCTETS)
    return refuse('the part before the "@" is over 64 characters');
  const address = `${local}@${domain}`;
  if (address.length > MAX_ADDRESS_OCTETS) return refuse('longer than 254 characters');
  const wellFormed = DOT_ATOM.test(local) || isQuotedMailbox(address);
  return wellFormed ? { ok: true, address: address as Address } : refuse('not an address');
}

/** What a local part may be beside a dot-atom is rare and intricate: a parser decides. */
function isQuotedMailbox(address: string): boolean {
  const parsed = addresses.parseOneAddress(address);
  return parsed?.type === 'mailbox' && parsed.name === null && parsed.address === address;
}

function refuse(reason: string): ParsedAddress {
  return { ok: false, reason };
}

function domainFault(domain: string): string | undefined {
  if (domain === '') return 'the domain is missing or no domain name';
  const labels = domain.split('.');
  if (labels.length < 2) return `the domain "${domain}" has no dot`;
  if (!labels.every((label) => LABEL.test(label))) return `"${domain}" is no domain name`;
  if (/^\d+$/.test(labels.at(-1) ?? '')) return `"${domain}" is a number, not a domain name`;
  return undefined;
}

/** The form ids are made of: two spellings of one mailbox are one subscriber. */
export function normalise(address: Address): string {
  return address.toLowerCase();
}
