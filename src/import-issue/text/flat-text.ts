/**
 * The text of a mailed issue, however it was flattened, as an issue: lines (source-lines.ts) →
 * passages (passages.ts) → marks for addresses (link-marks.ts) → without the list of contents
 * (contents.ts) → cut at headings, items and labels (cut.ts) → nodes (to-nodes.ts).
 */

import type { Draft } from '../draft.js';
import { furnitureStarts, isFurniture, isPostalAddress } from '../furniture.js';
import { CONTENTS_NAMES, KNOWN_SECTIONS } from '../known-sections.js';
import type { ImportReport } from '../report.js';
import { type KnownSection, SectionNames } from '../section-names.js';
import { takeContents } from './contents.js';
import { type CutContext, cutPassage } from './cut.js';
import { takeIdentity } from './identity.js';
import { splitInlineRules } from './inline-rules.js';
import { joinAddresses } from './join-addresses.js';
import { settleLevels } from './levels.js';
import { LinkTable } from './link-marks.js';
import { type Passage, placeIn } from './passage.js';
import { toPassages } from './passages.js';
import type { HeadingSegment, Segment } from './segments.js';
import { isRunTogether, listShortLines } from './short-lines.js';
import { readLines } from './source-lines.js';
import { toNodes } from './to-nodes.js';
import { underHeading } from './under-heading.js';
import { isEmoji, isUpper, letterCount, opensText, wordsOf } from './words-of.js';

const LONGEST_HEADING_WORDS = 10;
const LONGEST_HEAD_NOTICE = 200;
const FURNITURE_REASON = 'part of the mail, not of the issue';

export interface TextDraft {
  draft: Draft;
  /** Everything the text says, without what its transport left in it. */
  words: string;
}

/** @param sections names of the publication's sections, which come before those that are common */
export function readFlatText(
  source: string,
  sections: readonly KnownSection[],
  report: ImportReport,
): TextDraft {
  const links = new LinkTable();
  const all = splitInlineRules(readLines(source, report));
  const lines = links.takeDefinitions(all);
  const names = new SectionNames([...sections, ...KNOWN_SECTIONS]);
  const separate = toPassages(lines).map((passage) => links.mark(passage));
  const marked = joinAddresses(separate, report);
  const identity = takeIdentity(marked, names, report);
  const passages = takeContents(identity.passages, names, report);
  links.reportUnused(report);
  const people = peopleIn(passages);
  const segments = cutAll(passages, { names, people, links, report });
  const issue = listShortLines(withoutFurniture(segments, links, report), report);
  reportPoints(issue, report);
  const { number, title, date } = identity;
  const nodes = toNodes(settleLevels(underHeading(issue, report), report), links);
  return { draft: { number, title, date, nodes }, words: links.wordsOf(all) };
}

/** Who is said to have summarised something. */
function peopleIn(passages: readonly Passage[]): Set<string> {
  const text = passages.map((passage) => passage.text).join('\n');
  const found = text.matchAll(/\(\s*summari[sz]ed\s+by\s+([^()\n]{1,60}?)\s*\)/giu);
  return new Set([...found].flatMap(([, names = '']) => names.split(/\s*[/,]\s*|\s+and\s+/u)));
}

function cutAll(passages: readonly Passage[], context: Omit<CutContext, 'insideItem'>): Segment[] {
  const segments: Segment[] = [];
  passages.forEach((passage, i) => {
    const heading = headingOf(passage, passages[i + 1], context);
    const insideItem = isInsideItem(segments);
    segments.push(...(heading ? [heading] : cutPassage(passage, { ...context, insideItem })));
  });
  return segments;
}

/** Whether an item is open that has text of its own. */
function isInsideItem(segments: readonly Segment[]): boolean {
  const last = segments.findLast((segment) => segment.kind !== 'text');
  if (last === undefined || last.kind === 'heading') return false;
  return last.kind === 'label' || last.rest !== '' || last.colon;
}

/** A passage that is a heading as a whole. */
function headingOf(
  passage: Passage,
  next: Passage | undefined,
  { names, report }: Omit<CutContext, 'insideItem'>,
): HeadingSegment | undefined {
  const { text, style, depth, bullet } = passage;
  const place = placeIn(passage, 0);
  if (bullet || text.includes('\uE000') || /[.,;]$/u.test(text)) return undefined;
  const words = wordsOf(text);
  if (words.length > (style ? 40 : LONGEST_HEADING_WORDS)) return undefined;
  const known = names.find(text);
  const emoji = words.filter((word) => isEmoji(word.text));
  const isPlain = /\([^()]*\s[^()]*\)\s*:?$|:$/u.test(text);
  const looks = style
    ? style
    : known
      ? 'known'
      : words.length > emoji.length && !isPlain && capitals(text)
        ? 'capitals'
        : isShortHeading(text, next, emoji.length > 0, isPlain)
          ? 'short'
          : undefined;
  if (!looks) return undefined;
  if (known && emoji.length > 0) {
    report.leaveOut(emoji.map((word) => word.text).join(' '), place, 'ornament of a heading');
  }
  const name = known?.name ?? text;
  return {
    kind: 'heading',
    name,
    level: known?.level,
    style: looks,
    depth,
    known: known !== undefined,
    place,
  };
}

function capitals(text: string): boolean {
  return isUpper(text) && letterCount(text) > 3;
}

/** Few words on a line of their own, with an item or an ornament beside them. */
function isShortHeading(
  text: string,
  next: Passage | undefined,
  hasEmoji: boolean,
  isPlain: boolean,
): boolean {
  if (isPlain || !opensText(text) || /[!?]$/u.test(text) || wordsOf(text).length > 6) return false;
  if (hasEmoji) return true;
  return (
    next !== undefined && /^[^.]{4,200}\((?:[^()]*\)\s*\()*\s*summari[sz]ed by /iu.test(next.text)
  );
}

/** Notices before the first item and behind the last. */
function withoutFurniture(segments: Segment[], links: LinkTable, report: ImportReport): Segment[] {
  const first = segments.findIndex(({ kind }) => kind === 'item');
  const last = segments.findLastIndex(({ kind }) => kind === 'item' || kind === 'label');
  const head = segments.findIndex(({ kind }) => kind !== 'text');
  let behindNotice = false;
  return segments.flatMap((segment, i): Segment[] => {
    if (segment.kind === 'heading')
      return CONTENTS_NAMES.has(segment.name.toLowerCase()) ? [] : [segment];
    if (i > first && i < last) return [segment];
    const text = segment.kind === 'text' ? segment.text : segment.rest;
    // Where lines were run together, the introduction stands behind the links of the head.
    const isLongHead = i < head && text.length > LONGEST_HEAD_NOTICE;
    if (segment.kind === 'text' && isLongHead) return withoutNotices(segment, links, report);
    const isAddress = behindNotice && i > last && isPostalAddress(text);
    if (segment.kind === 'text' && (isFurniture(text) || isAddress)) {
      behindNotice = true;
      report.leaveOut(withAddresses(text, links), segment.place, FURNITURE_REASON);
      return [];
    }
    if (i < last)
      return segment.kind === 'text' ? withoutNotices(segment, links, report) : [segment];
    return cutTail(segment, text, links, report);
  });
}

/** Notices at the head of a mail whose lines were run together: each up to its address. */
function withoutNotices(
  segment: Segment & { kind: 'text' },
  links: LinkTable,
  report: ImportReport,
): Segment[] {
  let { text } = segment;
  for (const start of furnitureStarts(text).reverse()) {
    const match = /^[^\uE000.!?]{0,90}(?:\uE000\d+\uE001[.)]?|[.!?](?=\s|$))/u.exec(
      text.slice(start),
    );
    if (!match) continue;
    report.leaveOut(withAddresses(match[0], links), segment.place, FURNITURE_REASON);
    text = `${text.slice(0, start)} ${text.slice(start + match[0].length)}`.trim();
  }
  return text === '' ? [] : [{ ...segment, text }];
}

/** Everything from the first notice on behind the last item. */
function cutTail(
  segment: Exclude<Segment, HeadingSegment>,
  text: string,
  links: LinkTable,
  report: ImportReport,
): Segment[] {
  const [start] = furnitureStarts(text).filter((at) => at > 0);
  if (start === undefined) return [segment];
  report.leaveOut(withAddresses(text.slice(start), links), segment.place, FURNITURE_REASON);
  const kept = text.slice(0, start).trim();
  if (segment.kind !== 'text') return [{ ...segment, rest: kept }];
  return kept === '' ? [] : [{ ...segment, text: kept }];
}

function withAddresses(text: string, links: LinkTable): string {
  return text.replace(/\uE000(\d+)\uE001/gu, (_, index: string) => {
    const link = links.get(Number(index));
    return link ? [link.text, link.url].filter(Boolean).join(' ') : '';
  });
}

/** Numbered points within a paragraph: where the last one ends, nobody can tell. */
function reportPoints(segments: readonly Segment[], report: ImportReport): void {
  for (const [i, segment] of segments.entries()) {
    const text =
      segment.kind === 'text' ? segment.text : segment.kind === 'heading' ? '' : segment.rest;
    if (segments[i - 1]?.kind === 'heading' && isRunTogether(segment)) {
      const message =
        'many words stand here without the end of a sentence; where the points of a list ran together, nothing tells where each begins';
      report.doubt('list-run-together', segment.place, message);
    }
    if (!/(?:^|\s)1[.)]\s\S.*\s2[.)]\s\S/u.test(text)) continue;
    const message =
      'the numbered points stand in one paragraph, as in the source; they may have been a list';
    report.doubt('points-in-paragraph', segment.place, message);
  }
}
