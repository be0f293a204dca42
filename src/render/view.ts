/**
 * What templates see of an issue: texts ready to print, Markdown as nodes for the helpers
 * `markdown` and `inline`, and decisions about layout that are tedious in a template.
 */
import type { PublicationConfig } from '../config/types.js';
import { isElsewhere } from '../issue/address.js';
import type { Edition } from '../issue/editions.js';
import type { Issue, Item, Markdown, Section } from '../issue/types.js';
import { type DesignView, designView } from './design-view.js';
import { type Direction, directionOf } from './direction.js';
import { linkTarget } from './links.js';

/** Markdown split so that its first paragraph can stand in the line of its label. */
interface LeadAndRest {
  /** Phrasing of the first paragraph; undefined when the text begins with something else. */
  lead: Markdown['nodes'] | undefined;
  rest: Markdown['nodes'];
}

interface ItemView {
  id: string;
  title: string;
  links: { text: string; url: string | undefined; separator: string }[];
  tags: string[];
  /** "A, B and C" */
  authors: string;
  /** "SIGCOMM 1988" */
  venue: string;
  summarizer: string | undefined;
  hatTip: string | undefined;
  summary: LeadAndRest | undefined;
  /** Between the line and the summary, when the summary begins in the line: ": ". */
  separator: string;
  prerequisites: LeadAndRest | undefined;
  readMore: LeadAndRest | undefined;
  opinions: ({ by: string | undefined } & LeadAndRest)[];
}

/** Exactly one of these is set. */
interface BlockView {
  item?: ItemView;
  /** Items that are a line each, one after the other. */
  list?: ItemView[];
  markdown?: Markdown['nodes'];
}

interface SectionView {
  id: string;
  /** Without markup. */
  name: string;
  heading: Markdown['nodes'];
  isSubsection: boolean;
  blocks: BlockView[];
}

export interface TocEntry {
  id: string;
  name: string;
  subsections: { id: string; name: string }[];
}

/** What mail and web page have in common. */
interface ContentView {
  intro: Markdown['nodes'] | undefined;
  sections: SectionView[];
  toc: TocEntry[];
}

export interface IssueView extends ContentView, Direction {
  design: DesignView;
  /** Where relative links and images lead: beside the issue files, as the web serves them. */
  linkBase: string;
  publication: PublicationConfig & { mailto: string };
  issue: {
    number: number;
    title: string;
    /** The title without subscriber fields, for places that a mail repeats or cannot fill. */
    plainTitle: string;
    /** YYYY-MM-DD and in words; undefined while the issue has no date. */
    date: string | undefined;
    dateInWords: string | undefined;
    /** For the inbox's list of mails. */
    preheader: string;
    /** The preheader, when the author wrote one. */
    deck: string | undefined;
    /** Where the episode is, or will be. */
    audio: string | undefined;
    audioIsUp: boolean;
    /** Here, and elsewhere when the issue names another web version. */
    webUrl: string;
    otherWebUrl: string | undefined;
    /** The highlights only: the rest is on the web. */
    isHighlights: boolean;
  };
}

/**
 * @param options.plainTitle the title as it reads to nobody
 * @param options.audioUrl where the episode is, when it is up
 */
export function viewOf(
  issue: Issue,
  publication: PublicationConfig,
  {
    plainTitle,
    edition,
    audioUrl,
  }: { plainTitle: string; edition: Edition; audioUrl: string | undefined },
): IssueView {
  const { url, language } = publication;
  const linkBase = `${url}/issues`;
  const webUrl = `${url}/issues/${issue.number}`;
  return {
    linkBase,
    ...directionOf(language),
    design: designView(publication),
    publication: {
      ...publication,
      mailto: (publication.replyTo ?? publication.from).address,
    },
    issue: {
      number: issue.number,
      title: issue.title,
      plainTitle,
      date: issue.date,
      dateInWords: issue.date && inWords(issue.date, language),
      preheader: issue.preheader ?? defaultPreheader(issue),
      deck: issue.preheader,
      audio: audioUrl ?? (issue.audio && announcedAudio(issue.audio, webUrl)),
      audioIsUp: audioUrl !== undefined,
      webUrl,
      otherWebUrl: issue.webUrl && linkTarget(issue.webUrl, linkBase),
      isHighlights: edition === 'highlights',
    },
    ...contentOf(issue, linkBase, language),
    ...(edition === 'highlights' && issue.sections.length === 1 && { toc: [] }),
  };
}

/** A file has no address until it is attached, and another when it is replaced: its page has one. */
function announcedAudio(audio: string, webUrl: string): string | undefined {
  return isElsewhere(audio) ? linkTarget(audio, webUrl) : `${webUrl}#listen`;
}

/** @param baseUrl for relative links; '' leaves them relative */
export function contentOf(issue: Issue, baseUrl: string, language: string): ContentView {
  return {
    intro: issue.intro?.nodes,
    sections: issue.sections.map((section) => sectionView(section, baseUrl, language)),
    toc: tocOf(issue.sections),
  };
}

/** The first highlight's title; without one the first item's, without any the issue's. */
function defaultPreheader(issue: Issue): string {
  const items = issue.sections.flatMap((section) => section.blocks).filter(isItem);
  return (items.find((item) => item.highlight) ?? items[0])?.title ?? issue.title;
}

const isItem = (block: Section['blocks'][number]): block is Item => block.kind === 'item';

function inWords(date: string, language: string): string {
  const time = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(time)) return date;
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(time);
}

function sectionView(section: Section, baseUrl: string, language: string): SectionView {
  const blocks: BlockView[] = [];
  for (const block of section.blocks) {
    const previous = blocks.at(-1);
    if (block.kind === 'markdown') blocks.push({ markdown: block.nodes });
    else if (!isOneLine(block)) blocks.push({ item: itemView(block, baseUrl, language) });
    else if (previous?.list !== undefined) previous.list.push(itemView(block, baseUrl, language));
    else blocks.push({ list: [itemView(block, baseUrl, language)] });
  }
  const { id, name, heading, level } = section;
  return { id, name, heading, isSubsection: level === 3, blocks };
}

/** Nothing but the line itself: such items read as a list. */
function isOneLine(item: Item): boolean {
  const { opinions, prerequisites, readMore } = item;
  if (opinions.length > 0 || prerequisites !== undefined || readMore !== undefined) return false;
  return item.summary === undefined || item.summary.nodes.length === 0;
}

function itemView(item: Item, baseUrl: string, language: string): ItemView {
  return {
    id: item.id,
    title: item.title,
    links: item.links.map(({ text, url }, index) => ({
      text,
      url: linkTarget(url, baseUrl),
      separator: separatorBefore(index, item.links.length),
    })),
    tags: item.tags,
    authors: listInWords(item.authors, language),
    venue: [item.venue, item.year].filter((part) => part !== undefined).join(' '),
    summarizer: item.summarizer,
    hatTip: item.hatTip,
    summary: item.summary && summaryOf(item.summary, item.separator),
    separator: item.separator,
    prerequisites: item.prerequisites && leadAndRest(item.prerequisites),
    readMore: item.readMore && leadAndRest(item.readMore),
    opinions: item.opinions.map(({ by, text }) => ({ by, ...leadAndRest(text) })),
  };
}

function separatorBefore(index: number, count: number): string {
  if (index === 0) return '';
  return index === count - 1 ? ' and ' : ', ';
}

/** "A, B and C"; a closing "et al" follows without a conjunction. */
function listInWords(names: string[], language: string): string {
  const others = /^et al\.?$/i.test(names.at(-1) ?? '') ? names.at(-1) : undefined;
  const named = others === undefined ? names : names.slice(0, -1);
  const conjunction = new Intl.ListFormat(language, { type: 'conjunction' });
  return others === undefined ? conjunction.format(named) : `${named.join(', ')} ${others}`;
}

function summaryOf(summary: Markdown, separator: string): LeadAndRest {
  const isApart = separator.includes('\n');
  return isApart ? { lead: undefined, rest: summary.nodes } : leadAndRest(summary);
}

function leadAndRest(markdown: Markdown): LeadAndRest {
  const [first, ...rest] = markdown.nodes;
  if (first?.type !== 'paragraph') return { lead: undefined, rest: markdown.nodes };
  return { lead: first.children, rest };
}

function tocOf(sections: Section[]): TocEntry[] {
  const toc: TocEntry[] = [];
  for (const { id, name, level } of sections) {
    const above = level === 3 ? toc.at(-1) : undefined;
    if (above === undefined) toc.push({ id, name, subsections: [] });
    else above.subsections.push({ id, name });
  }
  return toc;
}
