/**
 * Which issues are published, and what they say. In this order, the first that has a number counts:
 *
 * 1. what was frozen for a send that has begun: what readers got;
 * 2. issue files that were published before pressrun (`archive.before`);
 * 3. the imported database, for issues of which there is nothing else.
 *
 * A draft is none of them: a file says nothing about whether it was ever sent.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import type { FrozenIssue, SendRecord } from '../delivery/send-record.js';
import type { Sends } from '../delivery/sends.js';
import { type IssueHead, watchIssueHeads } from '../issue/issue-folder.js';
import { withPictures } from '../issue/pictures.js';
import type { Publication } from '../issue/references.js';
import { readIssue } from '../issue/store.js';
import type { Issue } from '../issue/types.js';
import { databaseStamp, readDatabase, type StoredRow } from './database.js';
import type { Episode, Episodes } from './episodes.js';
import { issueOfRows } from './row-issue.js';

export interface IssueListing {
  number: number;
  title: string;
  /** Calendar date YYYY-MM-DD. */
  date: string | undefined;
  /** Changes with the content: what is made of it is kept under it. */
  version: string;
  /** Only rows of the database are known of it, and its references are still to be resolved. */
  isImported?: true;
  /** When its mails began to leave, epoch ms; undefined for issues that were not sent from here. */
  publishedAt?: number;
  episode?: Episode;
}

export interface PublishedIssues {
  /** Newest first. Asked every second while the archive is read, so it must be cheap. */
  list(): Promise<IssueListing[]>;
  /** Asked once per version; undefined when there is no such issue. */
  get(number: number): Promise<PublishedIssue | undefined>;
}

export interface PublishedIssue {
  issue: Issue;
  /** Undefined where nobody had to approve it. */
  approval?: PublicApproval | undefined;
  /** When what it says was frozen, epoch ms. */
  frozenAt?: number | undefined;
}

/** What readers may know of who let an issue go out. */
export interface PublicApproval {
  /** Only a name that was given to be shown; never an account of the machine. */
  by: string | undefined;
  /** Epoch ms. */
  at: number;
  contentHash: string;
}

/**
 * An issue is public from the moment its mails may leave: each of them links to its page. Without a
 * revision it was begun after the backup that was restored, so that its content is lost.
 */
function isPublic({ state, revision }: SendRecord): boolean {
  return state !== 'scheduled' && revision > 0;
}

export function sentIssues(sends: Pick<Sends, 'list' | 'get' | 'published'>): PublishedIssues {
  return {
    async list() {
      const records = await sends.list();
      return records
        .filter(isPublic)
        .map(({ issue, title, date, createdAt, startedAt, contentHash }) => ({
          number: issue,
          title,
          date: date || new Date(createdAt).toISOString().slice(0, 10),
          version: contentHash,
          publishedAt: startedAt,
        }));
    },
    async get(number) {
      const record = await sends.get(number);
      if (!record || !isPublic(record)) return undefined;
      const frozen = await sends.published(number, record.revision);
      if (!frozen) return undefined;
      const { issue, frozenAt } = frozen;
      return { issue, approval: publicApproval(frozen), frozenAt };
    },
  };
}

function publicApproval({ approval, contentHash }: FrozenIssue): PublicApproval | undefined {
  if (!approval) return undefined;
  const { by, named, at } = approval;
  return { by: named ? by : undefined, at, contentHash };
}

/** Issue files, as they are now. @param isPublished by number, date and the like */
export function fileIssues(
  dir: string,
  publication: Publication,
  isPublished: (head: IssueHead) => boolean,
): PublishedIssues {
  const allHeads = watchIssueHeads(join(dir, 'issues'));
  let latest: IssueHead[] = [];
  const heads = async () => {
    latest = (await allHeads()).filter(isPublished);
    return latest;
  };
  const find = (number: number) => latest.find((head) => head.number === number);
  return {
    list: async () =>
      (await heads()).map(({ number, title, date, version }) => ({ number, title, date, version })),
    async get(number) {
      // Whoever asks has been told of it by the list; else the folder is looked at.
      if (find(number) === undefined) await heads();
      const head = find(number);
      if (head === undefined) return undefined;
      const { issue } = await readIssue(dir, head.path, publication, { repeats: false });
      return issue && { issue: await withPictures(issue, join(dir, 'issues')) };
    },
  };
}

/** Issues of which the imported database has rows; their references are still to be resolved. */
export function databaseIssues(dir: string, prefix: string): PublishedIssues {
  const read = watchDatabase(dir);
  return {
    list: async () =>
      [...(await read())].map(([number, { version }]) => ({
        ...{ number, version },
        title: `${prefix} #${number}`,
        date: undefined,
        isImported: true as const,
      })),
    async get(number) {
      const known = (await read()).get(number);
      return known && { issue: issueOfRows(number, known.rows, prefix) };
    },
  };
}

/** The rows of each issue; read again only when the file was written. */
function watchDatabase(dir: string) {
  let known: { stamp: string; issues: Map<number, { rows: StoredRow[]; version: string }> };
  return async () => {
    const stamp = await databaseStamp(dir);
    if (known?.stamp === stamp) return known.issues;
    const byIssue = new Map<number, StoredRow[]>();
    for (const row of await readDatabase(dir)) {
      byIssue.set(row.issue, [...(byIssue.get(row.issue) ?? []), row]);
    }
    const issues = new Map(
      [...byIssue].map(([number, rows]) => [number, { rows, version: versionOf(rows) }]),
    );
    known = { stamp, issues };
    return issues;
  };
}

function versionOf(rows: readonly StoredRow[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('base64url').slice(0, 16);
}

/** All of them, for one publication. */
export function publishedIssues(
  { dir, publication, archive: { before } }: Pick<Config, 'dir' | 'publication' | 'archive'>,
  sends: Pick<Sends, 'list' | 'get' | 'published'>,
  episodes: Pick<Episodes, 'all'>,
): PublishedIssues {
  const issues = layered([
    sentIssues(sends),
    ...(before === undefined
      ? []
      : [fileIssues(dir, publication, ({ number }) => number < before)]),
    databaseIssues(dir, publication.prefix),
  ]);
  return withEpisodes(issues, episodes);
}

/** An episode that comes or goes makes a new version of its issue. */
function withEpisodes(issues: PublishedIssues, episodes: Pick<Episodes, 'all'>): PublishedIssues {
  return {
    get: issues.get,
    async list() {
      const [listings, known] = await Promise.all([issues.list(), episodes.all()]);
      return listings.map((listing) => {
        const episode = known.get(listing.number);
        if (!episode) return listing;
        return { ...listing, episode, version: `${listing.version} ${JSON.stringify(episode)}` };
      });
    },
  };
}

/** One archive of several sources; of two that have an issue, the first counts. */
export function layered(sources: readonly PublishedIssues[]): PublishedIssues {
  return {
    async list() {
      const lists = await Promise.all(sources.map((source) => source.list()));
      const byNumber = new Map<number, IssueListing>();
      for (const listing of lists.flat()) {
        if (!byNumber.has(listing.number)) byNumber.set(listing.number, listing);
      }
      return [...byNumber.values()].sort((a, b) => b.number - a.number);
    },
    async get(number) {
      for (const source of sources) {
        const found = await source.get(number);
        if (found) return found;
      }
      return undefined;
    },
  };
}
