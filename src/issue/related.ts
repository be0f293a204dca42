/**
 * Which of an archive's issues are worth parsing for the sake of one: those that hold a title it
 * refers to, or an address or a title it repeats. To parse them all takes a minute for an archive of years.
 */
import { comparableUrl } from './comparable-url.js';
import { parseIssue } from './parse.js';
import { isTelling, referredTitles } from './references.js';
import { remember } from './remember.js';
import { comparableTitle } from './title-index.js';
import type { Issue } from './types.js';
import { itemsOf } from './visit.js';

/** The text of another issue. */
export interface OtherIssue {
  source: string;
  number: number | undefined;
}

/** An address that is in the text of every issue (a forum, a form) is not worth more than this. */
const MAX_PARSED_FOR_REPEATS = 12;

// The same text is the same issue: a preview would go through its neighbours with every save, a check
// of all issues with every issue.
const parseOnce = remember(24, (source) => parseIssue(source).issue);
const lookOverOnce = remember(500, (source) => ({
  text: comparableTitle(source),
  urls: urlsIn(source),
}));

/**
 * Nearest issues first; each title and address is looked for until one has it.
 * @param options.repeats false: only what the issue refers to
 */
export function parseRelated(
  issue: Issue,
  others: readonly OtherIssue[],
  { repeats = true }: { repeats?: boolean } = {},
): Issue[] {
  const wanted = new Wanted(issue, repeats);
  const related: Issue[] = [];
  for (const { source, number = 0 } of nearestFirst(others, issue.number)) {
    if (wanted.isEmpty) break;
    if (!wanted.mayBeIn(source, number)) continue;
    const other = parseOnce(source);
    if (!other) continue;
    related.push(other);
    wanted.remove(other);
  }
  return related;
}

/** The issues before this one, the newest first; then those after it. */
function nearestFirst(others: readonly OtherIssue[], number: number): OtherIssue[] {
  const sorted = [...others].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  const isLater = (other: OtherIssue) => (other.number ?? 0) > number;
  return [...sorted.filter((other) => !isLater(other)).reverse(), ...sorted.filter(isLater)];
}

class Wanted {
  readonly #titles: Set<string>;
  readonly #urls: Set<string>;
  /** The issue's own titles: an earlier piece may have had the same. */
  readonly #ownTitles: Set<string>;
  readonly #number: number;
  #parsedForRepeats = 0;

  constructor(issue: Issue, repeats: boolean) {
    const own = new Set(titlesOf(issue));
    this.#titles = new Set(
      referredTitles(issue)
        .map(comparableTitle)
        .filter((title) => !own.has(title)),
    );
    this.#urls = new Set(repeats ? urlsOf(issue) : []);
    this.#ownTitles = new Set(
      (repeats ? itemsOf(issue) : [])
        .map(({ title }) => title)
        .filter(isTelling)
        .map(comparableTitle),
    );
    this.#number = issue.number;
  }

  get isEmpty(): boolean {
    return this.#titles.size + this.#urls.size + this.#ownTitles.size === 0;
  }

  /** Whether the text of an issue has something that is wanted; titles first, they must be found. */
  mayBeIn(source: string, number: number): boolean {
    const { text, urls } = lookOverOnce(source);
    const holds = (titles: ReadonlySet<string>) =>
      [...titles].some((title) => text.includes(title));
    if (holds(this.#titles)) return true;
    // What a later issue repeats is that issue's affair.
    if (number > this.#number || this.#parsedForRepeats >= MAX_PARSED_FOR_REPEATS) return false;
    const isThere = [...this.#urls].some((url) => urls.has(url)) || holds(this.#ownTitles);
    if (isThere) this.#parsedForRepeats++;
    return isThere;
  }

  remove(found: Issue): void {
    for (const title of titlesOf(found)) {
      this.#titles.delete(title);
      this.#ownTitles.delete(title);
    }
    for (const url of urlsOf(found)) this.#urls.delete(url);
  }
}

function titlesOf(issue: Issue): string[] {
  return itemsOf(issue).flatMap(({ title, links }) =>
    [title, ...links.map(({ text }) => text)].map(comparableTitle),
  );
}

function urlsOf(issue: Issue): string[] {
  return itemsOf(issue).flatMap(({ urls }) => urls.map(comparableUrl));
}

function urlsIn(source: string): Set<string> {
  const urls = new Set<string>();
  for (const [url] of source.matchAll(/https?:\/\/[^\s<>]+/gi)) {
    // Brackets may belong to the address or to the Markdown around it.
    const endings = [url, url.replace(/[).,;:!]+$/, ''), url.slice(0, url.lastIndexOf(')'))];
    for (const ending of endings) urls.add(comparableUrl(ending));
  }
  return urls;
}
