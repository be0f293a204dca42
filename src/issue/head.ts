/**
 * The head of an item: `[Title](https://…) *(Authors)* (summarized by X) (H/T Y): `.
 *
 * A paragraph is an item when it starts with links (or bold text) that are followed by nothing, by
 * a colon, or by metadata; a bullet when it starts with links, whatever follows.
 */
import type { PhrasingContent } from 'mdast';
import { type Credits, readCredits } from './credits.js';
import { InlineCursor } from './inline-cursor.js';
import { oneLine, plainText } from './plain-text.js';
import type { Link } from './types.js';

export interface Head extends Credits {
  title: string;
  links: Link[];
  tags: string[];
  /** Between the head and what follows; "" when nothing does. */
  separator: string;
  /** What follows the head: the beginning of the summary. */
  rest: PhrasingContent[];
  /** Nothing but the title: no metadata, no colon, no text. */
  bare: boolean;
  /** The title is bold text. */
  bold: boolean;
}

const TAGS = /\s*(?:\[[^[\]]+\]\s*)+/y;
const LINK_SEPARATOR = /\s*(?:,\s*(?:and\s+|&\s*)?|(?:and|&)\s+)(?=$)/y;
const COLON = /\s*:(?:\s+|$)/y;
/** What may stand between a bullet's link and the words about it. */
const LEAD_IN = /\s*[.,;:–—-]?(?:\s+|$)/y;
const PUNCTUATION_ONLY = /^[\s.,;:!–—-]*$/u;

/** @param source the text the nodes were parsed from */
export function readParagraphHead(
  nodes: readonly PhrasingContent[],
  source: string,
): Head | undefined {
  const cursor = new InlineCursor(nodes, source);
  const title = readTitleLinks(cursor, source) ?? readBoldTitle(cursor);
  if (!title || title.autolink) return undefined;
  const credits = readCredits(cursor);
  const colon = cursor.eat(COLON) !== undefined;
  const credited = credits !== undefined;
  if (!credited && !colon && !cursor.atEnd) return undefined;
  const bare = !credited && !colon;
  // "**Summary**:" over a table names what follows, as a bold run that ends in a colon does.
  if (title.bold && colon && !credited && cursor.atEnd) return undefined;
  return { ...finish(title, credits, cursor, colon), tags: [], bare };
}

/** @param source the text the nodes were parsed from */
export function readBulletHead(
  nodes: readonly PhrasingContent[],
  source: string,
): Head | undefined {
  const cursor = new InlineCursor(nodes, source);
  const tags = readTags(cursor);
  const title = readTitleLinks(cursor, source);
  if (!title || title.autolink) return undefined;
  const credits = readCredits(cursor);
  const colon = cursor.eat(COLON) !== undefined;
  const bare = !credits && !colon && cursor.atEnd;
  return { ...finish(title, credits, cursor, colon), tags, bare };
}

function finish(title: Title, credits: Credits | undefined, cursor: InlineCursor, colon: boolean) {
  const leadIn = colon ? ': ' : (cursor.eat(LEAD_IN)?.[0] ?? '');
  const rest = cursor.rest();
  const empty = rest.every((node) => node.type === 'text' && PUNCTUATION_ONLY.test(node.value));
  const { text, links, bold } = title;
  return {
    ...(credits ?? NO_CREDITS),
    title: text,
    links,
    bold,
    separator: empty ? '' : leadIn.replace(/\s+/g, ' '),
    rest: empty ? [] : rest,
  };
}

const NO_CREDITS: Credits = {
  authors: [],
  venue: undefined,
  year: undefined,
  summarizer: undefined,
  opinionBy: undefined,
  hatTip: undefined,
};

interface Title {
  text: string;
  links: Link[];
  bold: boolean;
  /** The address itself stands for the title. */
  autolink: boolean;
}

/** One or more links, joined by commas and "and". */
function readTitleLinks(cursor: InlineCursor, source: string): Title | undefined {
  const start = cursor.fork();
  const links: Link[] = [];
  let autolink = false;
  for (let ahead = cursor.fork(); ; ) {
    const node = ahead.node;
    const link = node && titleLink(node);
    if (!link) break;
    autolink ||= isAutolink(node, source);
    links.push(link);
    ahead.skip();
    cursor.moveTo(ahead);
    if (!ahead.eat(LINK_SEPARATOR)) break;
  }
  if (links.length === 0) return undefined;
  return { text: oneLine(plainText(cursor.since(start))), links, bold: false, autolink };
}

/** A link with words, perhaps in bold or italics; badges and e-mail addresses are no pieces. */
function titleLink(node: PhrasingContent): Link | undefined {
  if (node.type === 'strong' || node.type === 'emphasis') {
    const [only, ...others] = node.children;
    return only && others.length === 0 ? titleLink(only) : undefined;
  }
  if (node.type !== 'link' || node.children.some((child) => child.type === 'image'))
    return undefined;
  const text = oneLine(plainText([node]));
  return text === '' || node.url.startsWith('mailto:') ? undefined : { text, url: node.url };
}

/** `https://…` or `<https://…>` without words of its own. */
function isAutolink(node: PhrasingContent, source: string): boolean {
  return node.type === 'link' && source[node.position?.start.offset ?? 0] !== '[';
}

/** Bold text; it may hold links, but a bold run that ends in a colon is never an item. */
function readBoldTitle(cursor: InlineCursor): Title | undefined {
  const node = cursor.node;
  if (node?.type !== 'strong') return undefined;
  const text = oneLine(plainText([node]));
  if (text === '' || text.endsWith(':')) return undefined;
  cursor.skip();
  const links = node.children.flatMap((child) => titleLink(child) ?? []);
  return { text, links, bold: true, autolink: false };
}

/** `[video]`, `[disposition: merge]` */
function readTags(cursor: InlineCursor): string[] {
  const tags = cursor.fork();
  const match = tags.eat(TAGS);
  if (!match || !tags.node) return [];
  cursor.moveTo(tags);
  return [...match[0].matchAll(/\[([^[\]]+)\]/g)].map(([, tag = '']) => oneLine(tag));
}
