/**
 * Variable envelope return paths: addresses of ours that name the subscriber, so that a bounce says
 * whom it is about even when its text does not, and a mail to leave says who leaves.
 *
 * `b+<payload>.<code>@bounce.example.com`, lower-case base32 (servers may fold case): id (12 bytes)
 * and issue (3) make 24 letters, the code (10) makes 16; the local part has 43 of the 64 octets
 * RFC 5321 §4.5.3.1.1 allows.
 */
import { decodeBase32, encodeBase32 } from './base32.js';
import { seal, type TokenKeys, unseal } from './mac.js';
import { writeId } from './tokens.js';

/**
 * `b`: the envelope sender, where bounces come back. `unsub`: the `mailto:` of List-Unsubscribe;
 * `test`: the same in a test copy, where it lets nobody leave.
 */
export type ReturnPathKind = 'b' | 'unsub' | 'test';

export interface ReturnPathClaims {
  /** 16 base64url characters. */
  id: string;
  issue: number;
}

const ID_BYTES = 12;
const PAYLOAD_BYTES = 15;
const CODE_BYTES = 10;
const PAYLOAD_LETTERS = 24;
const LOCAL_PART = /^(b|unsub|test)\+([a-z2-7]{24})\.([a-z2-7]{16})$/i;

/** @returns the local part, to be put before the `@` of the bounce or inbound domain */
export function returnPathLocalPart(
  keys: TokenKeys,
  slug: string,
  kind: ReturnPathKind,
  claims: ReturnPathClaims,
): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  writeId(payload, claims.id, 0);
  payload.writeUIntBE(claims.issue, ID_BYTES, PAYLOAD_BYTES - ID_BYTES);
  const letters = encodeBase32(seal(keys, labelOf(kind), slug, payload, CODE_BYTES));
  return `${kind}+${letters.slice(0, PAYLOAD_LETTERS)}.${letters.slice(PAYLOAD_LETTERS)}`;
}

/**
 * Reads the local part of an address mail came to, in whatever case.
 * @returns undefined when we did not make it for this publication and kind
 */
export function readReturnPath(
  keys: TokenKeys,
  slug: string,
  kind: ReturnPathKind,
  localPart: string,
): ReturnPathClaims | undefined {
  const [, writtenKind, payloadLetters, codeLetters] = LOCAL_PART.exec(localPart) ?? [];
  if (writtenKind?.toLowerCase() !== kind) return undefined;
  const sealed = decodeBase32(`${payloadLetters}${codeLetters}`);
  const payload = sealed && unseal(keys, labelOf(kind), slug, sealed, CODE_BYTES);
  if (payload === undefined) return undefined;
  return {
    id: payload.toString('base64url', 0, ID_BYTES),
    issue: payload.readUIntBE(ID_BYTES, PAYLOAD_BYTES - ID_BYTES),
  };
}

function labelOf(kind: ReturnPathKind): string {
  return `return-path ${kind}`;
}
