/**
 * DKIM signatures, rsa-sha256, relaxed/relaxed, over a body that comes in pieces.
 *
 * The body must be in relaxed form already (no blank at a line's end, no two blanks in a row, no
 * empty line at the end): our quoted-printable makes it so, and wire bytes are then hashed as they
 * are. Signing is done by OpenSSL on a thread of libuv's, with a KeyObject: parsing a PEM text for
 * each message halves the rate.
 *
 * @see RFC 6376; RFC 8301 (rsa-sha256, keys of 1024 bits at least)
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { AppError } from '../errors.js';
import type { HeaderField } from './types.js';

export interface DkimSigner {
  domain: string;
  selector: string;
  /** What the TXT record of `{selector}._domainkey.{domain}` must say. */
  dnsRecord: string;
  /** @returns the DKIM-Signature field, to be put in front of all others */
  sign(message: SignableMessage): Promise<HeaderField>;
}

export interface SignableMessage {
  headers: readonly HeaderField[];
  /** For `h=`, in order; a name that occurs more often than its field signs the field's absence. */
  signedNames: readonly string[];
  /** In relaxed form. */
  body: readonly Buffer[];
  signedAt: Date;
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i;
const SELECTOR = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i;
const MIN_KEY_BITS = 1024;
/** RFC 5322 §2.1.1: characters of a line, its leading blank counted. */
const LINE_WIDTH = 76;

/**
 * Reads the key and proves that it can sign.
 * @throws AppError dkim_invalid, saying what is wrong with the key, domain or selector
 */
export function createSigner(settings: {
  domain: string;
  selector: string;
  privateKeyPem: string;
}): DkimSigner {
  const { domain, selector } = settings;
  if (!DOMAIN.test(domain)) throw invalid(`"${domain}" is no domain name (dkim.domain)`);
  if (!SELECTOR.test(selector)) throw invalid(`"${selector}" is no selector (dkim.selector)`);
  const key = readKey(settings.privateKeyPem);
  const publicKey = createPublicKey(key);
  proveKey(key, publicKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return {
    domain,
    selector,
    dnsRecord: `v=DKIM1; k=rsa; p=${spki}`,
    async sign(message) {
      const unsigned = signatureTags(domain, selector, message);
      const data = signedHeaders(message) + relaxedField('DKIM-Signature', unsigned);
      const signature = await signOffThread(key, Buffer.from(data, 'latin1'));
      return { name: 'DKIM-Signature', value: unsigned + foldBase64(signature) };
    },
  };
}

function readKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw invalid(
      'the key file holds no readable private key in PEM form, without a passphrase',
      cause,
    );
  }
  if (key.asymmetricKeyType === 'ed25519') {
    throw invalid('the key is Ed25519, which Gmail does not accept on its own: use RSA, 2048 bits');
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw invalid(`the key is of type ${key.asymmetricKeyType}: use RSA, 2048 bits`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_KEY_BITS) {
    throw invalid(`the key has ${bits} bits, receivers demand ${MIN_KEY_BITS}: use RSA, 2048 bits`);
  }
  return key;
}

/** A damaged key can be read and even sign; only a check with the public half shows it. */
function proveKey(key: KeyObject, publicKey: KeyObject): void {
  const sample = Buffer.from('pressrun');
  let isGood = false;
  try {
    isGood = verify('sha256', sample, publicKey, sign('sha256', sample, key));
  } catch (cause) {
    throw invalid('the key is damaged: it cannot sign', cause);
  }
  if (!isGood) throw invalid('the key is damaged: its own public half rejects what it signs');
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('dkim_invalid', `DKIM: ${message}`, { cause });
}

/** The field's value up to and including `b=`. */
function signatureTags(domain: string, selector: string, message: SignableMessage): string {
  const hash = createHash('sha256');
  for (const chunk of message.body) hash.update(chunk);
  const tags = [
    'v=1; a=rsa-sha256; c=relaxed/relaxed',
    `d=${domain}`,
    `s=${selector}`,
    `t=${Math.floor(message.signedAt.getTime() / 1000)}`,
    `h=${foldNames(message.signedNames)}`,
    `bh=${hash.digest('base64')}`,
    'b=',
  ];
  return tags.join(';\r\n ');
}

/** Colons are where `h=` may be folded (RFC 6376 §3.5). */
function foldNames(names: readonly string[]): string {
  let folded = '';
  let used = ' h='.length;
  for (const [index, name] of names.entries()) {
    const separator = index === 0 ? '' : ':';
    const isBroken = used + name.length + 1 > LINE_WIDTH;
    folded += isBroken ? `${separator}\r\n ${name}` : separator + name;
    used = (isBroken ? 1 : used + separator.length) + name.length;
  }
  return folded;
}

function foldBase64(signature: Buffer): string {
  const letters = signature.toString('base64');
  return (letters.match(/.{1,75}/g) ?? []).map((line) => `\r\n ${line}`).join('');
}

/**
 * The fields of `h=` in relaxed form, each with its CRLF. Fields of one name are taken from the
 * bottom up; a name without a further field adds nothing (RFC 6376 §5.4.2).
 */
function signedHeaders({ headers, signedNames }: SignableMessage): string {
  const unused = [...headers];
  let signed = '';
  for (const name of signedNames) {
    const at = unused.findLastIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    const [field] = at < 0 ? [] : unused.splice(at, 1);
    if (field) signed += `${relaxedField(field.name, field.value)}\r\n`;
  }
  return signed;
}

/** @see RFC 6376 §3.4.2 */
function relaxedField(name: string, value: string): string {
  return `${name.toLowerCase()}:${value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()}`;
}

function signOffThread(key: KeyObject, data: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('sha256', data, key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}
