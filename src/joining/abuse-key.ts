/**
 * What counts as one mailbox when mails to it are counted: without a +tag, without dots, in lower
 * case. Only for counting: mail goes to the address as given, whose local part is its server's own
 * business (RFC 5321 §2.4).
 */
import { type Address, normalise } from '../audience/address.js';

export function foldedAddress(address: Address): Address {
  const whole = normalise(address);
  const at = whole.lastIndexOf('@');
  const local = whole.slice(0, at);
  // A quoted local part is rare; its inside is left alone.
  const folded = local.startsWith('"') ? local : local.replace(/\+.*$/, '').replaceAll('.', '');
  return `${folded === '' ? local : folded}${whole.slice(at)}` as Address;
}
