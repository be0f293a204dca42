/** Frozen issues as the archive shows them, rendered once for each version. */
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import type { Block, Item } from '../issue/types.js';
import { withoutExpressions } from '../render/neutral.js';
import { contentOf, type TocEntry } from '../render/view.js';
import { renderIssueBody } from '../render/web.js';
import type { FrozenIssue, FrozenIssues, IssueListing, PublicApproval } from './dependencies.js';
import { IMAGES_PATH } from './images.js';

/** A rendered issue is some 100 KB: the newest and whatever is read now stay within 10 MB. */
const KEPT = 100;

interface ShelvedIssue {
  title: string;
  /** The preheader, when the author wrote one. */
  deck: string | undefined;
  /** Sections with items, as HTML. */
  body: string;
  contents: TocEntry[];
  highlights: { id: string; title: string }[];
  /** One line for search engines and link previews. */
  description: string | undefined;
  approval: PublicApproval | undefined;
}

interface Shelf {
  /** undefined when the issue has vanished since it was listed. */
  find(listing: IssueListing): Promise<ShelvedIssue | undefined>;
}

export function createShelf(frozenIssues: FrozenIssues, config: Config): Shelf {
  const kept = new Map<string, ShelvedIssue>();
  return {
    async find({ number, version }) {
      const key = `${number} ${version}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const frozen = await frozenIssues.get(number);
      if (frozen === undefined) return undefined;
      const shelved = shelve(frozen, config);
      const [oldest] = kept.keys();
      if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(key, shelved);
      return shelved;
    },
  };
}

function shelve(frozen: FrozenIssue, { dir, publication }: Config): ShelvedIssue {
  const { url, language } = publication;
  const baseUrl = `${url}${IMAGES_PATH}`;
  const issue = withoutExpressions(frozen.issue);
  const items = issue.sections.flatMap(({ blocks }) => blocks.filter(isItem));
  const highlights = items.filter(({ highlight }) => highlight);
  return {
    title: issue.title,
    deck: issue.preheader,
    body: renderIssueBody(issue, { templatesDir: join(dir, 'templates'), baseUrl, language }),
    contents: contentOf(issue, baseUrl, language).toc,
    highlights: highlights.map(({ id, title }) => ({ id, title })),
    description: issue.preheader ?? (highlights[0] ?? items[0])?.title,
    approval: frozen.approval,
  };
}

function isItem(block: Block): block is Item {
  return block.kind === 'item';
}
