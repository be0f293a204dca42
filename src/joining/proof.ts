/**
 * Proof of work: some seconds of a visitor's processor, asked for when sign-ups come faster than
 * people do. Made and checked here; nobody else is asked about anybody.
 * @see https://altcha.org/docs/v1/server-integration
 */
import { hkdfSync } from 'node:crypto';
import { createChallenge, verifySolution } from 'altcha-lib/v1';
import type { Challenge } from 'altcha-lib/v1/types';
import * as z from 'zod';
import type { TokenKeys } from '../message/mac.js';
import type { RedisClient } from '../redis/scripts.js';

/** Hashes at most, half of them on average: about a second on a desktop, some on a phone. */
const MOST_HASHES = 60_000;
const GOOD_FOR_S = 900;

export type { Challenge } from 'altcha-lib/v1/types';

export interface Proofs {
  challenge(): Promise<Challenge>;
  /** Whether this is the solution of a challenge of ours; each is good once. */
  accept(solution: string | undefined): Promise<boolean>;
}

const solutionSchema = z.object({
  algorithm: z.literal('SHA-256'),
  challenge: z.string().regex(/^[0-9a-f]{64}$/),
  number: z.int().min(0).max(MOST_HASHES),
  salt: z.string().max(200),
  signature: z.string().max(200),
});

export function createProofs(redis: RedisClient, prefix: string, [newest]: TokenKeys): Proofs {
  const hmacKey = Buffer.from(hkdfSync('sha256', newest, '', 'pressrun proof', 32)).toString('hex');
  return {
    challenge: () =>
      createChallenge({
        ...{ hmacKey, algorithm: 'SHA-256', maxNumber: MOST_HASHES },
        expires: new Date(Date.now() + GOOD_FOR_S * 1_000),
      }),

    async accept(text) {
      const solution = solutionSchema.safeParse(parsed(text));
      if (!solution.success || !(await verifySolution(solution.data, hmacKey))) return false;
      const key = `${prefix}:proof:${solution.data.challenge}`;
      return (await redis.set(key, 1, 'EX', GOOD_FOR_S, 'NX')) === 'OK';
    },
  };
}

/** @param text base64 of JSON, as the widget of altcha sends it */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
