/** Composers of the sends under way, made once per revision and worker. */
import { type Composer, type ComposerSecrets, createComposer } from '../message/compose.js';
import type { Sends } from './sends.js';

/** Sends rarely overlap; a composer holds a message of about 100 KB. */
const MOST_KEPT = 4;

/** Returns a function that gives the composer of one revision of a send. */
export function createComposers(
  sends: Sends,
  secrets: ComposerSecrets,
): (issue: number, revision: number) => Promise<Composer> {
  const kept = new Map<string, Promise<Composer>>();
  const make = async (issue: number, revision: number): Promise<Composer> => {
    const frozen = await sends.frozen(issue, revision);
    if (frozen === undefined) throw new Error(`send ${issue} has no frozen revision ${revision}`);
    return createComposer(frozen.message, secrets);
  };
  return async (issue, revision) => {
    const key = `${issue}:${revision}`;
    const composer = kept.get(key) ?? make(issue, revision);
    kept.set(key, composer);
    composer.catch(() => kept.delete(key));
    const oldest = kept.keys().next();
    if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
    return await composer;
  };
}
