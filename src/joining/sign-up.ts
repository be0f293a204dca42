/**
 * Taking a sign-up in, before anybody looks who it is: what is answered here is the same, and takes
 * the same time, whether or not the address is on the list. Who they are is the worker's question
 * (answer.ts).
 */
import { createHash, randomUUID } from 'node:crypto';
import { type Address, parseAddress } from '../audience/address.js';
import type { Config } from '../config/types.js';
import type { Keys } from '../redis/keys.js';
import type { RedisClient } from '../redis/scripts.js';
import { readStamp } from './form-stamp.js';
import type { SignUpLimits } from './limits.js';
import { hashedIp, networkOf } from './network.js';
import type { Challenge, Proofs } from './proof.js';

/** What came with a form, all of it a stranger's text. */
export interface FilledForm {
  email: string;
  name?: string | undefined;
  /** Name of the form, given by whoever put it where it is. */
  form?: string | undefined;
  stamp?: string | undefined;
  /** A field that people do not see. */
  trap?: string | undefined;
  /** Solution of a challenge. */
  proof?: string | undefined;
  /** They cannot work for it (no scripts) and will wait instead. */
  patient?: boolean;
  /** The wording beside the button. */
  wording: string;
  ip: string;
}

export type SignUpAnswer =
  /** A mail is on its way, or not: nobody is told which. */
  | { kind: 'taken'; later: boolean }
  | { kind: 'invalid'; reason: string }
  /** Filled in faster than people do, or a stamp that is no good: the form again. */
  | { kind: 'again' }
  | { kind: 'prove'; challenge: Challenge }
  /** So many wait that a further one would wait for hours. */
  | { kind: 'busy' };

/** A sign-up on its way to the worker. */
export interface SignUp {
  /** Of this one, so that doing it twice does no harm. */
  request: string;
  address: Address;
  name: string;
  form: string;
  wording: string;
  /** Keyed hash. */
  ip: string | undefined;
  /** Epoch seconds. */
  at: number;
}

export interface SignUpDependencies {
  config: Config;
  redis: RedisClient;
  keys: Keys;
  limits: SignUpLimits;
  proofs: Proofs;
  enqueueSignUp(signUp: SignUp, delayMs: number): Promise<void>;
}

const MAX_NAME_CHARACTERS = 100;
const MAX_WORDS = 500;
const FORM_NAME = /^[a-z0-9][a-z0-9-]{0,29}$/;
/** A form without a stamp counts more: nothing says how fast it was filled in. */
const UNSTAMPED_WEIGHT = 2;

export async function takeSignUp(
  filled: FilledForm,
  dependencies: SignUpDependencies,
): Promise<SignUpAnswer> {
  const { config, limits, proofs, enqueueSignUp } = dependencies;
  const parsed = parseAddress(filled.email);
  if (!parsed.ok) return { kind: 'invalid', reason: parsed.reason };
  // A program is told what a person is told, and learns nothing.
  if (filled.trap) return { kind: 'taken', later: false };
  const { keys, publication } = config;
  const fillTime = readStamp(keys.tokenKeys, publication.slug, filled.stamp, Date.now());
  if (fillTime === 'too-fast' || fillTime === 'stale') return { kind: 'again' };
  const proven = await proofs.accept(filled.proof);
  const weight = fillTime === 'unstamped' ? UNSTAMPED_WEIGHT : 1;
  const burden = proven ? 'none' : await limits.burdenOf(networkOf(filled.ip), weight);
  if (burden === 'proof' && !filled.patient) {
    return { kind: 'prove', challenge: await proofs.challenge() };
  }
  const wait = burden === 'none' ? 0 : await limits.takeTurn();
  if (wait === undefined) return { kind: 'busy' };
  const wording = await keepWording(filled.wording, dependencies);
  await enqueueSignUp(signUpFrom(filled, parsed.address, wording, config), wait);
  return { kind: 'taken', later: wait > 0 };
}

function signUpFrom(
  { name = '', form = '', ip }: FilledForm,
  address: Address,
  wording: string,
  { keys }: Config,
): SignUp {
  return {
    request: randomUUID(),
    ...{ address, wording, name: cleanName(name) },
    form: FORM_NAME.test(form) ? form : 'unnamed',
    ip: networkOf(ip) && hashedIp(keys.idKey, ip),
    at: Math.floor(Date.now() / 1000),
  };
}

/** One line of text; a name that is a sentence or a link is somebody's advertisement. */
export function cleanName(name: string): string {
  const line = name
    .normalize('NFC')
    .replace(/[\p{C}\u2028\u2029\s]+/gu, ' ')
    .trim();
  const isName = [...line].length <= MAX_NAME_CHARACTERS && !/:\/\/|www\.|[<>{}]/i.test(line);
  return isName ? line : '';
}

/** Some lines of somebody's own words, as one. */
export function cleanWords(words: string): string {
  return words
    .normalize('NFC')
    .replace(/[\p{C}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS);
}

/** The very words, kept once for each version of them. @returns the version */
export async function keepWording(
  words: string,
  { redis, keys }: Pick<SignUpDependencies, 'redis' | 'keys'>,
): Promise<string> {
  const version = createHash('sha256').update(words).digest('base64url').slice(0, 8);
  await redis.hsetnx(keys.wordings, version, words);
  return version;
}
