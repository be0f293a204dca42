/**
 * The archive: issues and items of the past, as pages and search ask for them.
 *
 * Reads each issue once per version and keeps what listing, finding and connecting needs (some 2 KB
 * an item); whole issues are read again when a page shows them. Never shows a draft: what is
 * published, published.ts decides.
 */
import { createHash } from 'node:crypto';
import { resolveReferences } from '../issue/references.js';
import { TitleIndex } from '../issue/title-index.js';
import { type Connections, connect } from './connections.js';
import { type ArchivedItem, digestOf, type IssueDigest } from './digest.js';
import { type Group, groupsOf } from './groups.js';
import type { IssueListing, PublishedIssue, PublishedIssues } from './published.js';
import { createSearch, type Search } from './search.js';
import { type Times, timesOf } from './times.js';

/** The archive at one moment. */
export interface Snapshot {
  /** Changes with anything in it. */
  version: string;
  /** Newest first. */
  issues: IssueListing[];
  /** Newest issue first, in the order of each issue. */
  items: ArchivedItem[];
  /** Items that refer to an item; the newest first. */
  referredBy(item: Pick<ArchivedItem, 'issue' | 'id'>): ArchivedItem[];
  itemsIn(issue: number): ArchivedItem[];
  /** What the issue names as its audio: a URL or a file. */
  audioOf(issue: number): string | undefined;
  timesOf(issue: number): Times;
  /** Sections and subsections by name, those with most items first. */
  categories: Group[];
  /** Who summarised or gave an opinion. */
  contributors: Group[];
  search: Search;
}

export interface Archive {
  /**
   * The same object until something changes.
   * @param lookEveryMs asks the sources only if the last look at them began longer ago than this
   */
  now(lookEveryMs?: number): Promise<Snapshot>;
  /** An issue with its references resolved; undefined when it has vanished. */
  issue(listing: IssueListing): Promise<PublishedIssue | undefined>;
}

/** What was published a moment ago. */
interface Look {
  issues: IssueListing[];
  version: string;
}

/** @param options.lookEveryMs what `now` goes by; without it the sources are asked at each call */
export function createArchive(
  published: PublishedIssues,
  { prefix, url, lookEveryMs = 0 }: { prefix: string; url: string; lookEveryMs?: number },
): Archive {
  const look = lookNowAndThen(async (): Promise<Look> => {
    const issues = await published.list();
    return { issues, version: versionOf(issues) };
  });
  const digests = new Map<string, IssueDigest>();
  let current: Snapshot | undefined;
  let building: { version: string; snapshot: Promise<Snapshot> } | undefined;

  async function read(listing: IssueListing): Promise<IssueDigest> {
    const found = await published.get(listing.number);
    if (!found) return { items: [], leads: [], audio: undefined };
    const { issue, frozenAt } = found;
    return { ...digestOf(issue, listing.date ?? issue.date, `${url}/issues`), frozenAt };
  }

  async function build(version: string, issues: IssueListing[]): Promise<Snapshot> {
    const wanted = new Set(issues.map(keyOf));
    for (const key of digests.keys()) if (!wanted.has(key)) digests.delete(key);
    for (const listing of issues) {
      const key = keyOf(listing);
      if (!digests.has(key)) digests.set(key, await read(listing));
    }
    const ordered = issues.map((listing) => digests.get(keyOf(listing)) as IssueDigest);
    return snapshotOf(version, issues, ordered, current?.search);
  }

  async function now(everyMs = lookEveryMs): Promise<Snapshot> {
    const { issues, version } = await look(everyMs);
    if (current?.version === version) return current;
    if (building?.version !== version) {
      building = { version, snapshot: build(version, issues) };
    }
    const mine = building;
    try {
      const snapshot = await mine.snapshot;
      if (building === mine) current = snapshot;
      return snapshot;
    } finally {
      if (building === mine) building = undefined;
    }
  }

  return {
    now,
    async issue({ number, isImported }) {
      const found = await published.get(number);
      if (!found || !isImported) return found;
      const { items, issues } = await now();
      const index = new TitleIndex(
        [],
        issues.map((listing) => listing.number),
        items.map((item) => ({ ...item, issueNumber: item.issue })),
      );
      resolveReferences(found.issue, index, { prefix, url });
      return found;
    },
  };
}

/** Who asks while a look is under way, or within `everyMs` of its beginning, shares it. */
function lookNowAndThen<Seen>(look: () => Promise<Seen>): (everyMs: number) => Promise<Seen> {
  let last: { seen: Promise<Seen>; beganAt: number; isUnderWay: boolean } | undefined;
  return (everyMs) => {
    const beganAt = performance.now();
    if (last && (last.isUnderWay || beganAt - last.beganAt < everyMs)) return last.seen;
    const mine = { seen: look(), beganAt, isUnderWay: true };
    last = mine;
    mine.seen.then(
      () => {
        mine.isUnderWay = false;
      },
      () => {
        last = undefined;
      },
    );
    return mine.seen;
  };
}

async function snapshotOf(
  version: string,
  issues: IssueListing[],
  digests: readonly IssueDigest[],
  search: Search = createSearch(),
): Promise<Snapshot> {
  const items = digests.flatMap((digest) => digest.items);
  const connections: Connections = connect(
    items,
    digests.flatMap(({ leads }) => leads),
  );
  const byIssue = new Map(issues.map(({ number }, at) => [number, digests[at]]));
  const times = timesOf(issues, (issue) => byIssue.get(issue)?.frozenAt);
  await search.hold(items);
  return {
    ...{ version, issues, items, search },
    referredBy: connections.referredBy,
    itemsIn: (issue) => byIssue.get(issue)?.items ?? [],
    audioOf: (issue) => byIssue.get(issue)?.audio,
    timesOf: (issue) => times.get(issue) ?? { publishedAt: 0, updatedAt: 0 },
    categories: groupsOf(items, ({ category }) => category),
    contributors: groupsOf(items, ({ summarizer, opinionsBy }) => [
      ...(summarizer === undefined ? [] : [summarizer]),
      ...opinionsBy,
    ]),
  };
}

function keyOf({ number, version }: IssueListing): string {
  return `${number} ${version}`;
}

function versionOf(issues: readonly IssueListing[]): string {
  const text = JSON.stringify(issues.map(({ number, version, date }) => [number, version, date]));
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
