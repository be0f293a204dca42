/** Composers of the sends under way, made once per revision, relay profile and worker. */
import type { RelayProfile } from '../config/types.js';
import { type Composer, type ComposerSecrets, createComposer } from '../message/compose.js';
import type { Sends } from './sends.js';

/** Sends rarely overlap; a composer holds a message of about 100 KB. */
const MOST_KEPT = 4;

export type Composers = (
  issue: number,
  revision: number,
  profile: RelayProfile,
) => Promise<Composer>;

/** Returns a function that gives the composer of one revision of a send, for relays of one profile. */
export function createComposers(sends: Sends, secrets: ComposerSecrets): Composers {
  const kept = new Map<string, Promise<Composer>>();
  const make: Composers = async (issue, revision, profile) => {
    const frozen = await sends.frozen(issue, revision);
    if (frozen === undefined) throw new Error(`send ${issue} has no frozen revision ${revision}`);
    return createComposer(frozen.message, secrets, { profile });
  };
  return async (issue, revision, profile) => {
    const key = `${issue}:${revision}:${profile}`;
    const composer = kept.get(key) ?? make(issue, revision, profile);
    kept.set(key, composer);
    composer.catch(() => kept.delete(key));
    const oldest = kept.keys().next();
    if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
    return await composer;
  };
}
