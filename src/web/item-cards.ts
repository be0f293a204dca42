/** Items as lists show them: in search results, on the pages of contributors and categories. */
import type { ArchivedItem } from '../archive/digest.js';
import { excerptOf, foldWord, markWords, type Piece, wordsIn } from '../archive/words.js';
import { collectionLink, issueLink } from './links.js';

interface NamedLink {
  name: string;
  href: string | undefined;
}

export interface ItemCard {
  href: string;
  title: Piece[];
  authors: string;
  issue: number;
  dateInWords: string | undefined;
  date: string | undefined;
  highlight: boolean;
  /** The innermost. */
  category: NamedLink | undefined;
  summarizer: NamedLink | undefined;
  excerpt: Piece[];
  /** The piece itself. */
  url: string | undefined;
  /** Where it is, for people: "example.org". */
  host: string | undefined;
}

export interface CardOptions {
  base: string;
  inWords(date: string | undefined): string | undefined;
  /** Folded words that were looked for. */
  words?: ReadonlySet<string>;
}

/** More names say less. */
const MOST_AUTHORS = 4;

export function itemCard(item: ArchivedItem, options: CardOptions): ItemCard {
  const { base, inWords, words = new Set() } = options;
  const { issue, id, title, date, highlight, url } = item;
  const category = item.category.at(-1);
  return {
    href: issueLink(base, issue, id),
    title: markWords(title, words),
    authors: authorsOf(item),
    ...{ issue, date, highlight },
    dateInWords: inWords(date),
    category:
      category === undefined || /^highlights$/i.test(category)
        ? undefined
        : named(base, 'categories', category),
    summarizer:
      item.summarizer === undefined ? undefined : named(base, 'contributors', item.summarizer),
    excerpt: markWords(excerptOf(textOf(item, words), words), words),
    ...(url !== undefined && /^https?:/i.test(url) && { url, host: hostOf(url) }),
  } as ItemCard;
}

function authorsOf({ authors }: ArchivedItem): string {
  const named = authors.slice(0, MOST_AUTHORS).join(', ');
  return authors.length > MOST_AUTHORS ? `${named} and others` : named;
}

/** The summary, unless only the opinion has what was looked for. */
function textOf({ summary, opinions }: ArchivedItem, words: ReadonlySet<string>): string {
  const holds = (text: string) => wordsIn(text).some((word) => words.has(foldWord(word)));
  return summary === '' || (words.size > 0 && !holds(summary) && holds(opinions))
    ? opinions
    : summary;
}

function named(base: string, collection: 'categories' | 'contributors', name: string): NamedLink {
  return { name, href: collectionLink(base, collection, name) };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host.replace(/^www\./, '') : undefined;
}
