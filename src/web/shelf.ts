/** Issues as the archive shows them, rendered once for each version. */
import { join } from 'node:path';
import type { Snapshot } from '../archive/archive.js';
import type { IssueListing, PublicApproval, PublishedIssue } from '../archive/published.js';
import type { Issue } from '../issue/types.js';
import { imagesOf, itemsOf } from '../issue/visit.js';
import { keepLast } from '../keep-last.js';
import { imageSource } from '../render/links.js';
import { withoutExpressions } from '../render/neutral.js';
import { contentOf, type TocEntry } from '../render/view.js';
import { renderIssueBody } from '../render/web.js';
import type { ArchiveDependencies } from './dependencies.js';
import { IMAGES_PATH } from './images.js';
import { leadingTitles } from './leading-titles.js';
import { collectionLink, issueLink } from './links.js';

/** A rendered issue is some 100 KB: the newest and whatever is read now stay within 10 MB. */
const KEPT = 100;

export interface ShelvedIssue {
  title: string;
  /** The preheader, when the author wrote one. */
  deck: string | undefined;
  /** Sections with items, as HTML. */
  body: string;
  contents: TocEntry[];
  highlights: { id: string; title: string }[];
  /** One line for search engines and link previews. */
  description: string | undefined;
  /** The first picture, for link previews. */
  image: string | undefined;
  approval: PublicApproval | undefined;
}

export interface Shelf {
  /** undefined when the issue has vanished since it was listed. */
  find(listing: IssueListing, snapshot: Snapshot): Promise<ShelvedIssue | undefined>;
}

/** @param base what links on our pages begin with */
export function createShelf({ archive, config }: ArchiveDependencies, base: string): Shelf {
  const keep = keepLast<ShelvedIssue | undefined>(KEPT);
  return {
    find(listing, snapshot) {
      // "Referred to by" changes with other issues.
      const key = `${listing.number} ${listing.version} ${snapshot.version}`;
      return keep(key, async () => {
        const published = await archive.issue(listing);
        return published && shelve(published, config, snapshot, base);
      });
    },
  };
}

function shelve(
  published: PublishedIssue,
  { dir, publication }: ArchiveDependencies['config'],
  snapshot: Snapshot,
  base: string,
): ShelvedIssue {
  const { url, language, prefix } = publication;
  const baseUrl = `${url}${IMAGES_PATH}`;
  const issue = withoutExpressions(published.issue);
  const items = itemsOf(issue);
  const highlights = items.filter(({ highlight }) => highlight);
  const body = renderIssueBody(issue, {
    ...{ baseUrl, language },
    templatesDir: join(dir, 'templates'),
    contributorUrl: (name) => collectionLink(base, 'contributors', name),
    referredBy: (id) =>
      snapshot.referredBy({ issue: issue.number, id }).map((item) => ({
        title: item.title,
        issue: `${prefix} #${item.issue}`,
        href: issueLink(base, item.issue, item.id),
      })),
  });
  return {
    title: issue.title,
    deck: issue.preheader,
    body,
    contents: contentOf(issue, baseUrl, language).toc,
    highlights: highlights.map(({ id, title }) => ({ id, title })),
    description: issue.preheader ?? leadingTitles(items, 1)[0],
    image: firstImage(issue, baseUrl),
    approval: published.approval,
  };
}

function firstImage(issue: Issue, baseUrl: string): string | undefined {
  const [first] = imagesOf(issue);
  return first && imageSource(first.url, baseUrl);
}
