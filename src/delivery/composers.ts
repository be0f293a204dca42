/** Composers of the sends under way, made once per revision, edition, relay profile and worker. */
import type { RelayProfile } from '../config/types.js';
import type { Edition } from '../issue/editions.js';
import { keepLast } from '../keep-last.js';
import { type Composer, type ComposerSecrets, createComposer } from '../message/compose.js';
import { messageOf } from './send-record.js';
import type { Sends } from './sends.js';

/** Sends rarely overlap; a composer holds a message of about 100 KB. */
const MOST_KEPT = 8;

/** What goes to readers of one edition. */
export interface Copy {
  issue: number;
  revision: number;
  edition: Edition;
}

export type Composers = (copy: Copy, profile: RelayProfile) => Promise<Composer>;

/** Returns a function that gives the composer of one edition of a send, for relays of one profile. */
export function createComposers(sends: Sends, secrets: ComposerSecrets): Composers {
  const keep = keepLast<Composer>(MOST_KEPT);
  const make: Composers = async ({ issue, revision, edition }, profile) => {
    const frozen = await sends.frozen(issue, revision);
    if (frozen === undefined) throw new Error(`send ${issue} has no frozen revision ${revision}`);
    return createComposer(messageOf(frozen, edition), secrets, { profile });
  };
  return (copy, profile) => {
    const key = `${copy.issue}:${copy.revision}:${copy.edition}:${profile}`;
    return keep(key, () => make(copy, profile));
  };
}
