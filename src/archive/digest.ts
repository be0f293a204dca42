/** What the archive keeps of an issue: enough to list, find and connect its items. Pure. */
import { comparableUrl } from '../issue/comparable-url.js';
import { oneLine, plainText } from '../issue/plain-text.js';
import { comparableTitle } from '../issue/title-index.js';
import type { Issue, Item, Markdown } from '../issue/types.js';
import { itemsOf, markdownOf, visitNodes } from '../issue/visit.js';
import { withoutExpressions } from '../render/neutral.js';

export interface ArchivedItem {
  issue: number;
  /** Anchor on the issue's page. */
  id: string;
  /** Of the issue, YYYY-MM-DD. */
  date: string | undefined;
  title: string;
  url: string | undefined;
  authors: string[];
  venue: string | undefined;
  /** Of the piece; where nobody wrote it down, of the issue. */
  year: number | undefined;
  category: string[];
  highlight: boolean;
  tags: string[];
  summarizer: string | undefined;
  opinionsBy: string[];
  /** Without markup, on one line. */
  summary: string;
  opinions: string;
}

/** What the text of an item leads to: another item, by one of these. */
export type Lead =
  | { from: ArchivedItem; kind: 'title'; title: string }
  | { from: ArchivedItem; kind: 'url'; url: string }
  | { from: ArchivedItem; kind: 'anchor'; issue: number; id: string };

export interface IssueDigest {
  items: ArchivedItem[];
  leads: Lead[];
  audio: string | undefined;
  /** When what it says was frozen, epoch ms. */
  frozenAt?: number | undefined;
}

/** @param issuesUrl what the address of every issue's page begins with */
export function digestOf(issue: Issue, date: string | undefined, issuesUrl: string): IssueDigest {
  const neutral = withoutExpressions(issue);
  const digest: IssueDigest = { items: [], leads: [], audio: neutral.audio };
  for (const item of itemsOf(neutral)) {
    const archived = archive(item, neutral.number, date);
    digest.items.push(archived);
    digest.leads.push(...leadsOf(item, archived, issuesUrl));
  }
  return digest;
}

function archive(item: Item, issue: number, date: string | undefined): ArchivedItem {
  const { id, title, urls, authors, venue, year, category, highlight, tags, summarizer } = item;
  const opinionsBy = item.opinions.flatMap(({ by }) => by ?? []);
  return {
    ...{ issue, id, date, title, authors, venue, category, highlight, tags, summarizer },
    url: urls[0],
    year: year ?? (date === undefined ? undefined : Number(date.slice(0, 4))),
    opinionsBy: [...new Set(opinionsBy)],
    summary: wordsOf(item.summary),
    opinions: item.opinions.map(({ text }) => wordsOf(text)).join(' '),
  };
}

function wordsOf(text: Markdown | undefined): string {
  return text ? oneLine(plainText(text.nodes)) : '';
}

function leadsOf(item: Item, from: ArchivedItem, issuesUrl: string): Lead[] {
  const leads: Lead[] = [];
  for (const { nodes } of markdownOf(item)) {
    visitNodes(nodes, (node) => {
      if (node.type === 'crossReference') {
        leads.push({ from, kind: 'title', title: comparableTitle(node.title) });
      } else if (node.type === 'link') leads.push(leadOf(node.url, from, issuesUrl));
    });
  }
  return leads;
}

function leadOf(url: string, from: ArchivedItem, issuesUrl: string): Lead {
  const inArchive = url.startsWith(`${issuesUrl}/`) ? url.slice(issuesUrl.length + 1) : '';
  const [, issue, id] = /^(\d+)#(.+)$/.exec(inArchive) ?? [];
  if (issue && id) return { from, kind: 'anchor', issue: Number(issue), id: decode(id) };
  return { from, kind: 'url', url: comparableUrl(url) };
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
