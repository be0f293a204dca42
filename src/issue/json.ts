/**
 * An Issue as other programs like to read it: `pressrun show ISSUE --json`. Markdown as its source
 * and its plain text instead of syntax trees; subscriber expressions as the author typed them.
 */
import type { Nodes } from 'mdast';
import { restoreExpressions } from './expressions.js';
import { oneLine, plainText } from './plain-text.js';
import type { Block, Issue, Item, Link, Markdown, Position, Section } from './types.js';
import { visitNodes } from './visit.js';

export interface MarkdownJson {
  /** The author's Markdown. */
  source: string;
  /** The same without markup, references resolved. */
  text: string;
  position: Position;
}

export interface ItemJson {
  kind: 'item';
  id: string;
  title: string;
  /** The first of `urls`; null when the piece has none. */
  url: string | null;
  urls: string[];
  links: Link[];
  authors: string[];
  venue: string | null;
  year: number | null;
  category: string[];
  highlight: boolean;
  summarizer: string | null;
  hatTip: string | null;
  summary: MarkdownJson | null;
  opinions: ({ by: string | null } & MarkdownJson)[];
  prerequisites: MarkdownJson | null;
  readMore: MarkdownJson | null;
  tags: string[];
  position: Position;
}

export type BlockJson = ItemJson | ({ kind: 'markdown' } & MarkdownJson);

export interface SectionJson extends Pick<Section, 'name' | 'level' | 'id' | 'position'> {
  /** Links in the heading. */
  links: Link[];
  blocks: BlockJson[];
}

export interface IssueJson {
  number: number;
  title: string;
  /** YYYY-MM-DD */
  date: string | null;
  subject: string | null;
  preheader: string | null;
  audio: string | null;
  webUrl: string | null;
  extra: Record<string, unknown>;
  intro: MarkdownJson | null;
  sections: SectionJson[];
  expressions: { source: string; line: number }[];
}

export function toJson(issue: Issue): IssueJson {
  const json: IssueJson = {
    number: issue.number,
    title: issue.title,
    date: issue.date ?? null,
    subject: issue.subject ?? null,
    preheader: issue.preheader ?? null,
    audio: issue.audio ?? null,
    webUrl: issue.webUrl ?? null,
    extra: issue.extra,
    intro: markdownJson(issue.intro),
    sections: issue.sections.map(({ name, heading, level, id, position, blocks }) => ({
      name,
      links: linksIn(heading),
      level,
      id,
      position,
      blocks: blocks.map(blockJson),
    })),
    expressions: issue.expressions.map(({ source, line }) => ({ source, line })),
  };
  return mapStrings(json, (text) => restoreExpressions(text, issue.expressions));
}

function blockJson(block: Block): BlockJson {
  return block.kind === 'item' ? itemJson(block) : { kind: 'markdown', ...toMarkdownJson(block) };
}

function itemJson(item: Item): ItemJson {
  return {
    kind: 'item',
    id: item.id,
    title: item.title,
    url: item.urls[0] ?? null,
    urls: item.urls,
    links: item.links,
    authors: item.authors,
    venue: item.venue ?? null,
    year: item.year ?? null,
    category: item.category,
    highlight: item.highlight,
    summarizer: item.summarizer ?? null,
    hatTip: item.hatTip ?? null,
    summary: markdownJson(item.summary),
    opinions: item.opinions.map(({ by, text }) => ({ by: by ?? null, ...toMarkdownJson(text) })),
    prerequisites: markdownJson(item.prerequisites),
    readMore: markdownJson(item.readMore),
    tags: item.tags,
    position: item.position,
  };
}

function linksIn(nodes: Nodes[]): Link[] {
  const links: Link[] = [];
  visitNodes(nodes, (node) => {
    if (node.type === 'link') links.push({ text: oneLine(plainText([node])), url: node.url });
  });
  return links;
}

function markdownJson(markdown: Markdown | undefined): MarkdownJson | null {
  return markdown ? toMarkdownJson(markdown) : null;
}

function toMarkdownJson({ source, nodes, position }: Markdown): MarkdownJson {
  return { source, text: plainText(nodes), position };
}

/** A copy of plain data with every string in it, keys apart, changed. */
function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((entry) => mapStrings(entry, change)) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, mapStrings(entry, change)]);
  return Object.fromEntries(entries) as T;
}
