/** An item as a row of the database, and a row as an item. Pure. */
import { splitAuthors } from '../issue/credits.js';
import { parseProse } from '../issue/prose.js';
import type { Issue, Item, Link, Markdown } from '../issue/types.js';
import { itemsOf } from '../issue/visit.js';
import { withoutExpressions } from '../render/neutral.js';
import type { SummaryRow } from './columns.js';
import { formatOpinions, parseOpinions } from './opinions.js';

/** Between the names of section and subsection. */
export const CATEGORY_SEPARATOR = ' > ';

/** Rows of all items, in the order of the issue, addressed to nobody. */
export function rowsOf(issue: Issue): SummaryRow[] {
  return itemsOf(withoutExpressions(issue)).map((item) => rowOf(item, issue.number));
}

export function rowOf(item: Item, issue: number): SummaryRow {
  const tags = item.tags.map((tag) => `[${tag}] `).join('');
  return {
    category: item.category.join(CATEGORY_SEPARATOR),
    highlight: item.highlight,
    title: `${tags}${item.title}`,
    authors: item.authors.join(', '),
    venue: item.venue ?? '',
    year: item.year,
    hatTip: item.hatTip ?? '',
    issue,
    summarizer: item.summarizer ?? '',
    summary: item.summary?.source ?? '',
    opinion: formatOpinions(item),
    prerequisites: item.prerequisites?.source ?? '',
    readMore: item.readMore?.source ?? '',
    url: item.urls.join('\n'),
  };
}

/** @param id its anchor, unique in the issue */
export function itemOf(row: SummaryRow, id: string): Item {
  const { tags, title } = parseTitle(row.title);
  const links = linksOf(title, row.url);
  const summary = textOf(row.summary);
  return {
    kind: 'item',
    id,
    title,
    links,
    urls: links.map(({ url }) => url),
    authors: splitAuthors(row.authors),
    venue: row.venue || undefined,
    year: row.year,
    category: categoryPath(row.category),
    highlight: row.highlight,
    summarizer: row.summarizer || undefined,
    hatTip: row.hatTip || undefined,
    summary,
    separator: summary ? ': ' : '',
    opinions: parseOpinions(row),
    prerequisites: textOf(row.prerequisites),
    readMore: textOf(row.readMore),
    tags,
    position: { line: 1, endLine: 1 },
  };
}

export function categoryPath(category: string): string[] {
  return category.split(CATEGORY_SEPARATOR).filter((name) => name !== '');
}

/** `[video] A title`: tags are what stands in brackets in front of it. */
export function parseTitle(written: string): { tags: string[]; title: string } {
  const [front = ''] = /^(?:\[[^[\]]{1,30}\]\s+)*/.exec(written) ?? [];
  const tags = [...front.matchAll(/\[([^[\]]+)\]/g)].map(([, tag = '']) => tag);
  return { tags, title: written.slice(front.length) };
}

/** "A, B and C" over three addresses are three links; else all but the first show their host. */
export function linksOf(title: string, urls: string): Link[] {
  const [first, ...others] = urls.split('\n').filter((url) => url !== '');
  if (first === undefined) return [];
  const parts = title.split(/, (?:and )?| and /);
  if (others.length > 0 && parts.length === others.length + 1) {
    return [first, ...others].map((url, at) => ({ text: parts[at] ?? title, url }));
  }
  return [
    { text: title, url: first },
    ...others.map((url) => ({ text: URL.canParse(url) ? new URL(url).host : url, url })),
  ];
}

function textOf(source: string): Markdown | undefined {
  return source === '' ? undefined : parseProse(source);
}
