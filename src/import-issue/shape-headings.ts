/** Headings of a foreign issue as sections of ours; its title and its linked headings apart. */
import type { Heading, Paragraph, PhrasingContent, RootContent } from 'mdast';
import { oneLine, plainText } from '../issue/plain-text.js';
import { readDate } from './dates.js';
import { type ImportReport, quote } from './report.js';
import type { SectionNames } from './section-names.js';
import { authorsNode } from './shape-heads.js';
import { placeOf, type Shaped } from './shaped.js';
import { isNameList } from './text/credit-chains.js';

const LONGEST_HEADING = 80;
const TITLE_WITH_NUMBER = /^\[?(?:\p{Lu}[\p{L} ]{0,30})?#(\d{1,5})\]?:?\s*(.*)$/u;
/** `Slow Machines, 12: What a loom knows` */
const TITLE_WITH_PLAIN_NUMBER = /^\p{Lu}[\p{L} ]{1,40},? (\d{1,5}):\s+(.+)$/u;

export function settleHeadings(
  nodes: readonly RootContent[],
  names: SectionNames,
  shaped: Shaped,
  report: ImportReport,
): RootContent[] {
  const marked = nodes.map((node, i) => asHeading(node, nodes[i + 1], names, report));
  const titled = takeTitle(marked, shaped, report);
  const itemDepths = depthsOfItems(titled);
  const depths = [
    ...new Set(titled.flatMap((node) => (isSection(node, itemDepths) ? node.depth : []))),
  ].sort();
  const settled: RootContent[] = [];
  for (let i = 0; i < titled.length; i++) {
    const node = titled[i];
    if (node?.type !== 'heading') {
      if (node) settled.push(node);
    } else if (isSection(node, itemDepths)) settled.push(asSection(node, depths, names));
    else {
      const next = titled[i + 1];
      const lead = next?.type === 'paragraph' ? next : undefined;
      const authors = lead && authorsIn(lead);
      const after = titled[i + 2];
      const text = authors && after?.type === 'paragraph' ? after : undefined;
      settled.push(asItem(node, authors ? { names: authors, text } : { text: lead }, report));
      i += (lead ? 1 : 0) + (text ? 1 : 0);
    }
  }
  return settled;
}

function isSection(node: RootContent, itemDepths: ReadonlySet<number>): node is Heading {
  return node.type === 'heading' && !(itemDepths.has(node.depth) && linkOf(node) !== undefined);
}

/** A short bold or upper-case paragraph of its own, with a known name or in capitals. */
function asHeading(
  node: RootContent,
  next: RootContent | undefined,
  names: SectionNames,
  report: ImportReport,
): RootContent {
  if (node.type !== 'paragraph') return node;
  const text = oneLine(plainText([node]));
  const [only, ...others] = node.children;
  if (
    !only ||
    others.length > 0 ||
    text === '' ||
    text.length > LONGEST_HEADING ||
    /[.:,;]$/u.test(text)
  )
    return node;
  const known = names.find(text);
  const isCapitals = /\p{Lu}{3}/u.test(text) && !/\p{Ll}/u.test(text) && only.type !== 'link';
  const isBold = only.type === 'strong' && linkOf({ children: only.children }) === undefined;
  const leads = next?.type === 'paragraph' && startsWithLink(next);
  if (!(known && only.type !== 'link') && !isCapitals && !(isBold && leads)) return node;
  if (!known) {
    const message = `${quote(text)} is taken for a heading, for its ${isCapitals ? 'capitals' : 'bold type'}`;
    report.doubt('heading-guessed', placeOf(node), message);
  }
  const depth = known?.level === 2 ? 2 : 3;
  return {
    type: 'heading',
    depth,
    children: [{ type: 'text', value: text }],
    position: node.position,
  };
}

function startsWithLink({ children }: Paragraph): boolean {
  return (
    children[0]?.type === 'link' ||
    (children[0]?.type === 'strong' && children[0].children[0]?.type === 'link')
  );
}

/** The first H1, when it is the only one: the title of the page. */
function takeTitle(
  nodes: readonly RootContent[],
  shaped: Shaped,
  report: ImportReport,
): RootContent[] {
  const tops = nodes.filter((node) => node.type === 'heading' && node.depth === 1);
  const [top] = tops;
  if (!top || tops.length > 1 || nodes.indexOf(top) > 6) return [...nodes];
  const text = oneLine(plainText([top]));
  const match = TITLE_WITH_NUMBER.exec(text) ?? TITLE_WITH_PLAIN_NUMBER.exec(text);
  const isKnown = shaped.title === undefined || [text, match?.[2]].includes(shaped.title);
  if (!isKnown) return [...nodes];
  shaped.number ??= match ? Number(match[1]) : undefined;
  shaped.title ??= (match?.[2] || text).trim();
  shaped.date ??= readDate(text);
  if (match?.[2]) report.leaveOut(text, placeOf(top), 'number and title are in the head');
  return nodes.filter((node) => node !== top);
}

/** Depths at which most headings are links with text below: those are pieces, not sections. */
function depthsOfItems(nodes: readonly RootContent[]): ReadonlySet<number> {
  const counts = new Map<number, { linked: number; all: number }>();
  nodes.forEach((node, i) => {
    if (node.type !== 'heading') return;
    const count = counts.get(node.depth) ?? { linked: 0, all: 0 };
    count.all++;
    const next = nodes[i + 1];
    if (linkOf(node) && (next === undefined || next.type !== 'list')) count.linked++;
    counts.set(node.depth, count);
  });
  const deep = [...counts].filter(([, { linked, all }]) => linked > 0 && linked * 2 >= all);
  return new Set(deep.map(([depth]) => depth));
}

/** The link that is all a heading consists of. */
function linkOf({
  children,
}: {
  children: readonly PhrasingContent[];
}): PhrasingContent | undefined {
  const filled = children.filter((child) => child.type !== 'text' || child.value.trim() !== '');
  const [only, ...others] = filled;
  if (!only || others.length > 0) return undefined;
  if (only.type === 'link') return plainText([only]).trim() === '' ? undefined : only;
  return only.type === 'strong' || only.type === 'emphasis' ? linkOf(only) : undefined;
}

function asSection(heading: Heading, depths: readonly number[], names: SectionNames): Heading {
  const known = names.find(oneLine(plainText([heading])));
  const order = depths.indexOf(heading.depth);
  const only = depths.length === 1 && known;
  const depth = only ? known.level : order === 0 ? 2 : order === 1 ? 3 : 4;
  const children = heading.children.flatMap((child) =>
    child.type === 'strong' ? child.children : [child],
  );
  return { ...heading, depth, children };
}

/** Names in italics that are all a paragraph says. */
function authorsIn({ children }: Paragraph): string | undefined {
  const [only, ...others] = children;
  if (only?.type !== 'emphasis' || others.length > 0) return undefined;
  const names = oneLine(plainText([only]));
  return isNameList(names) ? names : undefined;
}

interface Below {
  names?: string;
  text: Paragraph | undefined;
}

/** `### [Title](…)` and the paragraphs below it. */
function asItem(heading: Heading, { names, text }: Below, report: ImportReport): Paragraph {
  const link = linkOf(heading);
  const title = quote(plainText([heading]));
  report.doubt('heading-is-item', placeOf(heading), `the linked heading ${title} became an item`);
  const children: PhrasingContent[] = link ? [link] : [...heading.children];
  if (names !== undefined) children.push({ type: 'text', value: ' ' }, authorsNode(names));
  if (text) children.push({ type: 'text', value: ': ' }, ...text.children);
  return { type: 'paragraph', children, position: heading.position };
}
