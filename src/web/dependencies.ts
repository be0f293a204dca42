/** What the web needs from the house; system.ts provides it. */
import type { Logger } from 'pino';
import type { Archive } from '../archive/archive.js';
import type { Episodes } from '../archive/episodes.js';
import type { PublishedIssues } from '../archive/published.js';
import type { Audience } from '../audience/store.js';
import type { Config } from '../config/types.js';
import type { Joining } from '../joining/joining.js';
import type { WebMeters } from './meters.js';

export interface WebDependencies {
  config: Config;
  log: Logger;
  /** Which Redis this is: what the door answers with. */
  instanceId: string;
  audience: Pick<
    Audience,
    'get' | 'unsubscribe' | 'pause' | 'chooseEdition' | 'move' | 'giveReason'
  >;
  joining: Omit<Joining, 'answer' | 'purge'>;
  /** What the archive shows. */
  frozenIssues: PublishedIssues;
  episodes: Pick<Episodes, 'get'>;
  /** Where what happens is counted, if it is. */
  meters?: WebMeters;
  /** For how long a look at what is published, or at templates, counts; a second without it. */
  lookEveryMs?: number;
  /** Whether Redis answers; never rejects. */
  ready(): Promise<boolean>;
}

/** What the pages of the archive are made from. */
export interface ArchiveDependencies {
  config: Config;
  archive: Archive;
  joining: WebDependencies['joining'];
}
