/**
 * Which of an archive's issues are worth parsing for the sake of one: those that hold a title it
 * refers to, or an address or a title it repeats. To parse them all takes a minute for an archive of years.
 */
import { comparableUrl } from './comparable-url.js';
import { parseIssue } from './parse.js';
import { isTelling, referredTitles } from './references.js';
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

/** Nearest issues first; each title and address is looked for until one has it. */
export function parseRelated(issue: Issue, others: readonly OtherIssue[]): Issue[] {
  const wanted = new Wanted(issue);
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

/** Parsed issues of an archive that are kept: all that one issue is likely to have to do with. */
const KEPT = 24;
const kept = new Map<string, Issue | undefined>();

/**
 * The same text is the same issue: a preview, or a check of all issues, would parse it each time.
 * Nobody changes what comes from here.
 */
function parseOnce(source: string): Issue | undefined {
  if (kept.has(source)) return kept.get(source);
  const { issue } = parseIssue(source);
  const [oldest] = kept.keys();
  if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(source, issue);
  return issue;
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

  constructor(issue: Issue) {
    const own = new Set(titlesOf(issue));
    this.#titles = new Set(
      referredTitles(issue)
        .map(comparableTitle)
        .filter((title) => !own.has(title)),
    );
    this.#urls = new Set(urlsOf(issue));
    this.#ownTitles = new Set(
      itemsOf(issue)
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
    const text = comparableTitle(source);
    const holds = (titles: ReadonlySet<string>) =>
      [...titles].some((title) => text.includes(title));
    if (holds(this.#titles)) return true;
    // What a later issue repeats is that issue's affair.
    if (number > this.#number || this.#parsedForRepeats >= MAX_PARSED_FOR_REPEATS) return false;
    const isThere = holdsUrl(source, this.#urls) || holds(this.#ownTitles);
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

function holdsUrl(source: string, wanted: ReadonlySet<string>): boolean {
  for (const [url] of source.matchAll(/https?:\/\/[^\s<>]+/gi)) {
    // Brackets may belong to the address or to the Markdown around it.
    const endings = [url, url.replace(/[).,;:!]+$/, ''), url.slice(0, url.lastIndexOf(')'))];
    if (endings.some((ending) => wanted.has(comparableUrl(ending)))) return true;
  }
  return false;
}
