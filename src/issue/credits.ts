/** Metadata between a title and its summary: `*(authors)*`, `(summarized by X)`, `(H/T Y)`, in any order. */
import type { PhrasingContent } from 'mdast';
import type { InlineCursor } from './inline-cursor.js';
import { oneLine, plainText } from './plain-text.js';

export interface Credits {
  authors: string[];
  venue: string | undefined;
  year: number | undefined;
  summarizer: string | undefined;
  /** "B" of `summarized by A/B`: who wrote what is labelled "My opinion". */
  opinionBy: string | undefined;
  hatTip: string | undefined;
}

const SUMMARIZED = /^summari[sz]ed\s+by\s+(.+)$/iu;
const HAT_TIP = /^(?:h\/t|ht|hat[ -]tip(?:\s+to)?)\b:?\s+(.+)$/iu;
const VENUE_AND_YEAR = /^(?:(\p{L}[^()]*?),?\s+)?((?:19|20)\d\d)$/u;
const SUFFIX = /^(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d)\.?$/i;

/** Reads all metadata at the cursor; undefined when there is none, with the cursor unmoved. */
export function readCredits(cursor: InlineCursor): Credits | undefined {
  const ahead = cursor.fork();
  const credits: Credits = {
    authors: [],
    venue: undefined,
    year: undefined,
    summarizer: undefined,
    opinionBy: undefined,
    hatTip: undefined,
  };
  let credited = false;
  for (let group = readGroup(ahead); group; group = readGroup(ahead)) {
    const use = useGroup(credits, group);
    if (use === 'none') break;
    credited ||= use === 'credit';
    // A year alone, or "(NeurIPS 2019)", counts only beside metadata proper.
    if (credited) cursor.moveTo(ahead);
  }
  return credited ? credits : undefined;
}

interface Group {
  text: string;
  italic: boolean;
}

/** `*(…)*` or `(…)`, without the brackets; groups with links in them are prose. */
function readGroup(cursor: InlineCursor): Group | undefined {
  const ahead = cursor.fork();
  ahead.eat(/\s+/y);
  const italic = readItalicGroup(ahead) ?? readPlainGroup(ahead);
  if (italic) cursor.moveTo(ahead);
  return italic;
}

function readItalicGroup(cursor: InlineCursor): Group | undefined {
  const node = cursor.node;
  if (node?.type !== 'emphasis' || holdsLink(node)) return undefined;
  const text = /^\((.*)\)$/su.exec(oneLine(plainText([node])))?.[1];
  if (text === undefined) return undefined;
  cursor.skip();
  return { text: text.trim(), italic: true };
}

/** Up to the bracket that closes the first one, over emphasis and other inline nodes. */
function readPlainGroup(cursor: InlineCursor): Group | undefined {
  if (!cursor.eat(/\(/y)) return undefined;
  const start = cursor.fork();
  for (let depth = 1; ; ) {
    if (cursor.text === undefined) {
      const node = cursor.node;
      if (!node || holdsLink(node)) return undefined;
      cursor.skip();
      continue;
    }
    if (cursor.eat(/[^()]+/y)) continue;
    if (cursor.text.startsWith('(')) depth++;
    else if (--depth === 0) break;
    cursor.eat(/[()]/y);
  }
  const inside = cursor.since(start);
  cursor.eat(/\)/y);
  const [only, ...others] = inside.filter(
    (node) => node.type !== 'text' || node.value.trim() !== '',
  );
  const italic = only?.type === 'emphasis' && others.length === 0;
  return { text: oneLine(plainText(inside)), italic };
}

function holdsLink(node: PhrasingContent): boolean {
  if (node.type === 'link' || node.type === 'image') return true;
  return 'children' in node && node.children.some(holdsLink);
}

/** @returns whether the group is a credit, only a remark beside one, or nothing of ours */
function useGroup(credits: Credits, { text, italic }: Group): 'credit' | 'remark' | 'none' {
  const summarizer = SUMMARIZED.exec(text)?.[1];
  const hatTip = HAT_TIP.exec(text)?.[1];
  const [, venue, year] = VENUE_AND_YEAR.exec(text) ?? [];
  if (summarizer !== undefined && credits.summarizer === undefined) {
    const [by, opinionBy] = summarizer.split('/').map((name) => name.trim());
    Object.assign(credits, { summarizer: by, opinionBy });
  } else if (hatTip !== undefined && credits.hatTip === undefined) {
    credits.hatTip = hatTip;
  } else if (year !== undefined && credits.year === undefined) {
    Object.assign(credits, { venue, year: Number(year) });
    return 'remark';
  } else if (italic && text !== '' && credits.authors.length === 0) {
    credits.authors = splitAuthors(text);
  } else return 'none';
  return 'credit';
}

/** "A, B and C et al" → A, B, C, "et al"; a suffix ("Jr.") stays with its name. */
export function splitAuthors(text: string): string[] {
  const authors: string[] = [];
  for (const part of text.split(/\s*[,;]\s*(?:and\s+)?|\s+and\s+|\s+(?=et\s+al\.?$)/iu)) {
    const name = part.trim();
    const last = authors.length - 1;
    if (SUFFIX.test(name) && last >= 0) authors[last] += `, ${name}`;
    else if (name !== '') authors.push(name);
  }
  return authors;
}
