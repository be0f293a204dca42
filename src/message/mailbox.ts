/**
 * Mailboxes in header fields: `Name <local@domain>`.
 *
 * @see RFC 5322 §3.4, RFC 2047 §5 (3)
 */
import type { Mailbox } from '../config/types.js';
import { AppError } from '../errors.js';
import {
  encodedWords,
  foldAtBlanks,
  headerText,
  isPlain,
  LINE_LIMIT,
  truncateText,
} from './header-text.js';

/** Longer names are cut: nobody reads them, and a header field has its limits. */
const MAX_NAME_BYTES = 200;
/** RFC 5321 §4.5.3.1.3: a path has 256 octets, its angle brackets included. */
const MAX_ADDRESS_LENGTH = 254;

const ATOM = String.raw`[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+`;
const PHRASE = new RegExp(`^${ATOM}( ${ATOM})*$`);
const DOT_ATOM = new RegExp(String.raw`^${ATOM}(\.${ATOM})*$`);
const QUOTED_STRING = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;
const DOMAIN =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/**
 * A mailbox in wire form, folded.
 * @param column where the value begins in its line
 * @throws AppError address_invalid (never quoting the address)
 */
export function mailboxValue(mailbox: Mailbox, column: number): string {
  const address = headerAddress(mailbox.address);
  const name = phrase(mailbox.name, column);
  // In brackets even without a name: parsers differ over a bare quoted local part.
  if (name === '') return `<${address}>`;
  const lastLine = name.slice(name.lastIndexOf('\n') + 1);
  const used = name.includes('\n') ? lastLine.length : column + name.length;
  const separator = used + address.length + ' <>'.length > LINE_LIMIT ? '\r\n ' : ' ';
  return `${name}${separator}<${address}>`;
}

/** A display name or list name in wire form; empty when nothing readable is left of it. */
export function phrase(name: string, column: number): string {
  const text = truncateText(headerText(name), MAX_NAME_BYTES);
  if (text === '' || (PHRASE.test(text) && isPlain(text, 60))) return foldAtBlanks(text, column);
  if (!isPlain(text, 60)) return encodedWords(text, column);
  return foldAtBlanks(`"${text.replace(/["\\]/g, '\\$&')}"`, column);
}

/**
 * An address that can stand in a header field and in an envelope: printable ASCII, its domain in
 * A-labels. Whatever else an address may hold is refused here rather than emitted.
 */
function headerAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const isSafe =
    address.length <= MAX_ADDRESS_LENGTH &&
    at > 0 &&
    (DOT_ATOM.test(local) || QUOTED_STRING.test(local)) &&
    DOMAIN.test(address.slice(at + 1));
  if (!isSafe) {
    throw new AppError('address_invalid', 'an address cannot stand in a mail: not plain ASCII');
  }
  return address;
}
