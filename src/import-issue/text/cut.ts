/** Cuts a passage of flattened text where headings, items and labels begin. */
import { type ImportReport, type Place, quote } from '../report.js';
import type { SectionNames } from '../section-names.js';
import { type CreditChain, findCreditChains } from './credit-chains.js';
import { findHeadings, type HeadingInText } from './headings-in-text.js';
import { findLabels, type LabelInText } from './labels-in-text.js';
import { type LinkTable, MARK, MARK_SOURCE } from './link-marks.js';
import { isEventRow, isTableRow, linkedPoint } from './linked-point.js';
import { findLinkedRuns } from './linked-run.js';
import { type Passage, placeIn } from './passage.js';
import type { Segment } from './segments.js';
import { type Before, findTitleStart } from './title-start.js';
import { isEmoji, opensText, sentenceStarts, wordsOf } from './words-of.js';

interface ItemCut {
  kind: 'item';
  start: number;
  end: number;
  title: string;
  credits: CreditChain['credits'];
  colon: boolean;
  /** A point of a list whose points were run together: what follows is none of it. */
  isPoint?: true;
}

type Cut = ItemCut | ({ kind: 'heading' } & HeadingInText) | ({ kind: 'label' } & LabelInText);

const LONGEST_LINKED_TITLE_WORDS = 32;

export interface CutContext {
  names: SectionNames;
  people: ReadonlySet<string>;
  links: LinkTable;
  report: ImportReport;
  /** The passage goes on with an item: its summary or an opinion. */
  insideItem: boolean;
}

export function cutPassage(passage: Passage, context: CutContext): Segment[] {
  const { text, bullet } = passage;
  const chains = findCreditChains(text);
  const labelled = findLabels(text, context.people);
  const labels = labelled.map((label): Cut => ({ kind: 'label', ...label }));
  const headings = bullet
    ? []
    : findHeadings(text, context.names, chains, labelled).map(
        (heading): Cut => ({ kind: 'heading', ...heading }),
      );
  const fixed = [...headings, ...labels].sort((a, b) => a.start - b.start);
  const cuts = addItems(passage, fixed, chains, context.report);
  const point = bullet && cuts.length === 0 ? linkedPoint(text) : undefined;
  const isRow = bullet !== undefined && isTableRow(text);
  const all = point ? [point] : isRow ? cuts : addLinkedTitles(text, cuts, context);
  reportRuns(passage, all, context.report);
  return toSegments(passage, all, context.report);
}

function addItems(
  passage: Passage,
  fixed: readonly Cut[],
  chains: readonly CreditChain[],
  report: ImportReport,
): Cut[] {
  const { text } = passage;
  let cuts = [...fixed];
  for (const chain of chains) {
    const last = cuts.findLast(({ start }) => start < chain.start);
    if (last && last.end > chain.start) continue;
    const from = last?.end ?? 0;
    const start = findTitleStart(text, from, chain.start, beforeOf(last, cuts));
    const title = text.slice(start.at, chain.start).trim();
    if (!isTitle(title, chain, text, start.at, from, last, cuts)) continue;
    if (start.doubt !== undefined) {
      const message = `where the title ${quote(plainTitle(title))} begins is a guess: ${start.doubt}`;
      report.doubt('title-guessed', placeIn(passage, start.at), message);
    }
    const { end, credits, colon } = chain;
    const item: ItemCut = { kind: 'item', start: start.at, end, title, credits, colon };
    cuts = [...cuts, item].sort((a, b) => a.start - b.start);
  }
  return cuts;
}

function isTitle(
  title: string,
  chain: CreditChain,
  text: string,
  at: number,
  from: number,
  last: Cut | undefined,
  cuts: readonly Cut[],
): boolean {
  if (plainTitle(title) === '') return false;
  if (chain.isSure) return true;
  if (!opensText(title) || wordsOf(title).length > LONGEST_LINKED_TITLE_WORDS) return false;
  const opens = at > from || last === undefined || last.kind !== 'label';
  const isLinked = new RegExp(`${MARK_SOURCE}$`, 'u').test(title);
  return opens && (chain.colon || isLinked || isBetweenItems(text, chain, last, cuts));
}

/** Authors without colon or address: only where a heading or another item stands right before. */
function isBetweenItems(
  text: string,
  chain: CreditChain,
  last: Cut | undefined,
  cuts: readonly Cut[],
): boolean {
  const next = cuts.find(({ start }) => start >= chain.end);
  if (text.slice(chain.end, next?.start).trim() === '' && next?.kind !== 'label')
    return last === undefined || last.kind !== 'label';
  return last?.kind === 'heading' || (last?.kind === 'item' && !last.colon);
}

function beforeOf(last: Cut | undefined, cuts: readonly Cut[]): Before {
  if (!last) return { kind: 'start' };
  if (last.kind === 'heading') return { kind: 'heading' };
  if (last.kind === 'item') return { kind: 'item', title: last.title, colon: last.colon };
  const item = cuts.findLast((cut) => cut.kind === 'item' && cut.start < last.start);
  return {
    kind: 'label',
    label: last.label,
    title: item?.kind === 'item' ? plainTitle(item.title) : undefined,
  };
}

function plainTitle(title: string): string {
  return title.replace(new RegExp(MARK, 'gu'), '').trim();
}

/** Items that have nothing but a title and an address: at the start, behind headings and each other. */
function addLinkedTitles(
  text: string,
  cuts: readonly Cut[],
  { links, people, insideItem }: CutContext,
): Cut[] {
  const all: Cut[] = [];
  let from = 0;
  // Where items say who summarised them, a link within one is part of it.
  let opens = !insideItem || people.size === 0;
  for (const cut of [...cuts, undefined]) {
    const to = cut?.start ?? text.length;
    if (opens) all.push(...linkedItems(text, from, to, links));
    if (cut) all.push(cut);
    from = cut?.end ?? to;
    opens = cut?.kind === 'heading';
  }
  return all;
}

function linkedItems(text: string, from: number, to: number, links: LinkTable): ItemCut[] {
  const points = findLinkedRuns(text, from, to);
  if (points.length === 0) return linkedTitles(text, from, to, links);
  return points.map((point) => ({
    ...point,
    ...{ kind: 'item', credits: [], colon: false, isPoint: true },
  }));
}

/** Where one point ends and the next begins only their addresses tell. */
function reportRuns(passage: Passage, cuts: readonly Cut[], report: ImportReport): void {
  const points = cuts.filter((cut) => cut.kind === 'item' && cut.isPoint === true);
  const [first] = points;
  if (!first) return;
  const message = `${points.length} titles with an address were run together; each is taken for an item of a list`;
  report.doubt('points-run-together', placeIn(passage, first.start), message);
}

function linkedTitles(text: string, from: number, to: number, links: LinkTable): ItemCut[] {
  const found: ItemCut[] = [];
  for (let start = from; start < to; ) {
    const item = linkedTitleAt(text, start, to, links);
    if (!item) break;
    found.push(item);
    if (item.colon) break;
    start = item.end;
  }
  return found;
}

function linkedTitleAt(
  text: string,
  from: number,
  to: number,
  links: LinkTable,
): ItemCut | undefined {
  const region = text.slice(from, to);
  const match = new RegExp(`^\\s*([^\\uE000]*?\\s*${MARK_SOURCE})(\\s*:(?=\\s|$))?`, 'u').exec(
    region,
  );
  const title = match?.[1] ?? '';
  const end = from + (match?.[0].length ?? 0);
  const words = wordsOf(plainTitle(title)).length;
  if (words > LONGEST_LINKED_TITLE_WORDS || isEventRow(title)) return undefined;
  const isWhole = from === 0 && end === text.length && words > 1;
  if (!/^\uE000/u.test(title) && !opensText(title) && !isWhole) return undefined;
  // An address alone is none; nor is a link in the middle of a sentence.
  if (words === 0 && links.get(Number(MARK.exec(title)?.[1]))?.text === undefined) return undefined;
  if (sentenceStarts(text, from, end).length > 0) return undefined;
  const after = text.slice(end, to).trimStart();
  const colon = match?.[2] !== undefined;
  // "Read on here: https://…" names no piece, and a link in the middle of a sentence is none.
  if (/:\s*$/u.test(plainTitle(title))) return undefined;
  if (!colon && after !== '' && (from === 0 || !/^[\p{Lu}\p{N}“"‘]/u.test(after))) return undefined;
  const start = from + (/^\s*/u.exec(region)?.[0].length ?? 0);
  return { kind: 'item', start, end, title, credits: [], colon };
}

function toSegments(passage: Passage, cuts: readonly Cut[], report: ImportReport): Segment[] {
  const { text, bullet } = passage;
  const segments: Segment[] = [];
  const lead = text.slice(0, cuts[0]?.start).trim();
  if (lead !== '') segments.push({ kind: 'text', text: lead, bullet, place: placeIn(passage, 0) });
  cuts.forEach((cut, i) => {
    const place = placeIn(passage, cut.start);
    const rest = text.slice(cut.end, cuts[i + 1]?.start).trim();
    if (cut.kind === 'item') {
      segments.push(...itemSegments(cut, rest, bullet, place));
    } else if (cut.kind === 'label')
      segments.push({ kind: 'label', label: cut.label, rest, place });
    else {
      const { name, level, known } = cut;
      segments.push({
        kind: 'heading',
        name,
        level,
        known,
        style: 'capitals',
        depth: undefined,
        place,
      });
      if (rest !== '')
        segments.push({ kind: 'text', text: rest, bullet, place: placeIn(passage, cut.end + 1) });
    }
  });
  return dropEmoji(segments, report);
}

/** Only brackets stay with a point: "(RFC 2678)". */
function itemSegments(
  { title, credits, colon, isPoint }: ItemCut,
  rest: string,
  bullet: Passage['bullet'],
  place: Place,
): Segment[] {
  if (!isPoint) return [{ kind: 'item', title, credits, colon, rest, bullet, place }];
  const isOwn = rest === '' || /^\([^()]{1,40}\)$/u.test(rest);
  const point = { kind: 'item', title, credits, colon, place } as const;
  return [
    { ...point, rest: isOwn ? rest : '', bullet: bullet ?? { mark: '*', indent: 0 } },
    ...(isOwn ? [] : [{ kind: 'text' as const, text: rest, bullet: undefined, place }]),
  ];
}

/** An emoji that stood before a heading is no text of its own. */
function dropEmoji(segments: Segment[], report: ImportReport): Segment[] {
  return segments.flatMap((segment, i): Segment[] => {
    if (segments[i + 1]?.kind !== 'heading') return [segment];
    const field = segment.kind === 'text' ? segment.text : 'rest' in segment ? segment.rest : '';
    const [last] = wordsOf(field).slice(-1);
    if (!last || !isEmoji(last.text)) return [segment];
    const cut = field.slice(0, last.start).trim();
    report.leaveOut(last.text, segment.place, 'ornament of a heading');
    if (segment.kind === 'text') return cut === '' ? [] : [{ ...segment, text: cut }];
    return 'rest' in segment ? [{ ...segment, rest: cut }] : [segment];
  });
}
