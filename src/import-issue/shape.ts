/**
 * Markdown nodes of a foreign issue in the shape of ours: paragraphs that were one with line breaks
 * are parted, authors become italic, labels bold, headings sections, linked headings items.
 */
import type { Nodes, Paragraph, PhrasingContent, RootContent } from 'mdast';
import { LABEL_SOURCE } from '../issue/labels.js';
import { oneLine, plainText } from '../issue/plain-text.js';
import { readDate } from './dates.js';
import { isFurniture } from './furniture.js';
import { CONTENTS_NAMES, KNOWN_SECTIONS } from './known-sections.js';
import type { ImportReport } from './report.js';
import { SectionNames } from './section-names.js';
import { settleHeadings } from './shape-headings.js';
import { settleHeads } from './shape-heads.js';
import { placeOf, type Shaped } from './shaped.js';

const LABEL = new RegExp(String.raw`^\s*(${LABEL_SOURCE})\s*:\s*`, 'iu');
const BANNER = /^[^.!?]{0,80}(?:newsletter|issue|edition)\s*#?\s*(\d{1,5})[^.!?]{0,40}$/iu;
const SEARCHED_BLOCKS = 10;
/** `Wednesday, 17 September 2025` */
const LONGEST_DATE = 28;

/** @param title the issue's, where it is known already */
export function shapeNodes(
  nodes: readonly RootContent[],
  report: ImportReport,
  title?: string,
): Shaped {
  const names = new SectionNames(KNOWN_SECTIONS);
  const parted = nodes.flatMap((node) =>
    node.type === 'paragraph' ? partParagraph(node) : [node],
  );
  const labelled = parted.map((node) => (node.type === 'paragraph' ? settleLabel(node) : node));
  const shaped: Shaped = { number: undefined, title, date: undefined, nodes: [] };
  const bannerless = labelled.filter(
    (node, i) => i >= SEARCHED_BLOCKS || !takeBanner(node, shaped, report),
  );
  const headed = settleHeadings(withoutContents(bannerless, report), names, shaped, report);
  shaped.nodes = settleHeads(withoutNotices(headed, report), report);
  return shaped;
}

/** Two breaks end a paragraph; one does before a label. */
function partParagraph(paragraph: Paragraph): RootContent[] {
  const parts: PhrasingContent[][] = [[]];
  const { children } = paragraph;
  children.forEach((node, i) => {
    const next = children.slice(i + 1).find((child) => plainText([child]).trim() !== '');
    const isDouble =
      node.type === 'break' && (children[i + 1]?.type === 'break' || isBlankBreak(children, i));
    if (node.type === 'break' && (isDouble || (next && startsLabel(next)))) parts.push([]);
    else if (node.type !== 'break' || (parts.at(-1)?.length ?? 0) > 0) parts.at(-1)?.push(node);
  });
  return parts
    .map((part) => trimPhrasing(part))
    .filter((part) => part.length > 0)
    .map((part) => ({ ...paragraph, children: part }));
}

function isBlankBreak(children: readonly PhrasingContent[], i: number): boolean {
  const between = children[i + 1];
  return (
    between?.type === 'text' && between.value.trim() === '' && children[i + 2]?.type === 'break'
  );
}

function trimPhrasing(nodes: readonly PhrasingContent[]): PhrasingContent[] {
  const kept = [...nodes];
  while (kept.length > 0 && isEmpty(kept[0])) kept.shift();
  while (kept.length > 0 && isEmpty(kept.at(-1))) kept.pop();
  const [first] = kept;
  if (first?.type === 'text') kept[0] = { ...first, value: first.value.trimStart() };
  return kept;
}

function isEmpty(node: PhrasingContent | undefined): boolean {
  return node?.type === 'break' || (node?.type === 'text' && node.value.trim() === '');
}

function startsLabel(node: Nodes): boolean {
  return LABEL.test(`${plainText([node]).replace(/:?\s*$/, '')}:`) || LABEL.test(plainText([node]));
}

/** A label in plain or italic type becomes bold. */
function settleLabel(paragraph: Paragraph): Paragraph {
  const [first, ...others] = paragraph.children;
  if (first?.type === 'emphasis' || first?.type === 'strong') {
    const text = oneLine(plainText([first]));
    const isLabel = LABEL.test(`${text.replace(/:$/, '')}:`) && text.length < 90;
    const ends = text.endsWith(':') || /^\s*:/.test(plainText(others));
    if (!isLabel || !ends) return paragraph;
    return {
      ...paragraph,
      children: [{ type: 'strong', children: [{ type: 'text', value: text }] }, ...others],
    };
  }
  if (first?.type !== 'text') return paragraph;
  const match = LABEL.exec(first.value);
  if (!match?.[1] || !/^\p{Lu}/u.test(match[1])) return paragraph;
  const rest = first.value.slice(match[0].length);
  return {
    ...paragraph,
    children: [
      { type: 'strong', children: [{ type: 'text', value: `${match[1]}:` }] },
      { type: 'text', value: ` ${rest}` },
      ...others,
    ],
  };
}

/** "Newsletter #101 · 27 May 2020" */
function takeBanner(node: RootContent, shaped: Shaped, report: ImportReport): boolean {
  if (node.type !== 'paragraph' && node.type !== 'heading') return false;
  const text = oneLine(plainText([node]));
  if (takeDate(node, text, shaped, report)) return true;
  const match = BANNER.exec(text);
  if (!match || shaped.number !== undefined) return false;
  shaped.number = Number(match[1]);
  shaped.date ??= readDate(text);
  report.leaveOut(text, placeOf(node), 'banner of the mail: number and date are in the head');
  return true;
}

/** A paragraph of nothing but a date. */
function takeDate(node: RootContent, text: string, shaped: Shaped, report: ImportReport): boolean {
  const date = text.length <= LONGEST_DATE ? readDate(text) : undefined;
  if (date === undefined || node.type !== 'paragraph' || shaped.date !== undefined) return false;
  shaped.date = date;
  report.leaveOut(text, placeOf(node), 'date of the issue: it is in the head');
  return true;
}

/** A list of the sections is made anew for every mail. */
function withoutContents(nodes: readonly RootContent[], report: ImportReport): RootContent[] {
  const start = nodes.findIndex((node) =>
    CONTENTS_NAMES.has(oneLine(plainText([node])).toLowerCase()),
  );
  const list = nodes[start + 1];
  const heading = nodes[start];
  if (start < 0 || !heading || list?.type !== 'list') return [...nodes];
  report.leaveOut(plainText([heading, list]), placeOf(heading), 'list of contents');
  return nodes.filter((node) => node !== heading && node !== list);
}

function withoutNotices(nodes: readonly RootContent[], report: ImportReport): RootContent[] {
  return nodes.filter((node) => {
    const text = oneLine(plainText([node]));
    const isNotice = (node.type === 'paragraph' || node.type === 'heading') && isFurniture(text);
    if (isNotice)
      report.leaveOut(
        [text, ...urlsOf(node)].join(' '),
        placeOf(node),
        'part of the mail, not of the issue',
      );
    return !isNotice && text + addressesOf(node) !== '';
  });
}

function urlsOf(node: Nodes): string[] {
  if (node.type === 'link') return [node.url];
  return 'children' in node ? node.children.flatMap(urlsOf) : [];
}

function addressesOf(node: Nodes): string {
  if (node.type === 'image' || node.type === 'definition' || node.type === 'thematicBreak')
    return node.type;
  return 'children' in node ? node.children.map(addressesOf).join('') : '';
}
