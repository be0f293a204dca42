/** What the web needs from the house; system.ts provides it. */
import type { Logger } from 'pino';
import type { Audience } from '../audience/store.js';
import type { Config } from '../config/types.js';
import type { Issue } from '../issue/types.js';
import type { Joining } from '../joining/joining.js';
import type { WebMeters } from './meters.js';

export interface WebDependencies {
  config: Config;
  log: Logger;
  /** Which Redis this is: what the door answers with. */
  instanceId: string;
  audience: Pick<Audience, 'get' | 'unsubscribe' | 'pause' | 'move' | 'giveReason'>;
  joining: Omit<Joining, 'answer' | 'purge'>;
  frozenIssues: FrozenIssues;
  /** Where what happens is counted, if it is. */
  meters?: WebMeters;
  /** Whether Redis answers; never rejects. */
  ready(): Promise<boolean>;
}

/** The issues of the archive, as they were frozen for their sends: never the files. */
export interface FrozenIssues {
  /** Newest first. Asked on every archive request, so it must be cheap. */
  list(): Promise<IssueListing[]>;
  /** Asked once per version; undefined when there is no such issue. */
  get(number: number): Promise<FrozenIssue | undefined>;
}

export interface FrozenIssue {
  issue: Issue;
  /** Undefined where nobody had to approve it. */
  approval?: PublicApproval | undefined;
}

/** What readers may know of who let an issue go out. */
export interface PublicApproval {
  /** Only a name that was given to be shown; never an account of the machine. */
  by: string | undefined;
  /** Epoch ms. */
  at: number;
  contentHash: string;
}

export interface IssueListing {
  number: number;
  title: string;
  /** Calendar date YYYY-MM-DD. */
  date: string | undefined;
  /** Changes with the frozen content (its hash): pages are cached under it. */
  version: string;
}
