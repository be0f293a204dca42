/**
 * A saved mail or web page as Markdown nodes: what is not shown and what every mail carries is
 * left out (and reported), layout tables become plain text, the rest is what it is.
 */
import type {
  Element,
  ElementContent,
  Nodes as HastNodes,
  Root as HastRoot,
  RootContent,
} from 'hast';
import type { Root } from 'mdast';
import rehypeParse from 'rehype-parse';
import rehypeRemark from 'rehype-remark';
import { unified } from 'unified';
import { readDate } from './dates.js';
import type { Draft } from './draft.js';
import { isFurniture } from './furniture.js';
import type { ImportReport, Place } from './report.js';
import { shapeNodes } from './shape.js';

const parser = unified().use(rehypeParse);
const toMarkdown = unified().use(rehypeRemark, { newlines: false, document: true });

/** Never shown, and no text of the page. */
const UNSEEN = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'meta',
  'link',
  'title',
  'base',
  'svg',
  'iframe',
  'object',
]);
/** Of a web page, not of the issue on it. */
const CHROME = new Set(['nav', 'form', 'button', 'input', 'select', 'textarea', 'dialog']);
const BLOCKS = new Set([
  'address',
  'article',
  'aside',
  'blockquote',
  'center',
  'dd',
  'div',
  'dl',
  'dt',
  'figure',
  'footer',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'header',
  'hr',
  'li',
  'main',
  'ol',
  'p',
  'pre',
  'section',
  'table',
  'tbody',
  'td',
  'tfoot',
  'th',
  'thead',
  'tr',
  'ul',
]);

export interface HtmlDraft {
  draft: Draft;
  /** Everything the page shows. */
  words: string;
}

export function readHtml(source: string, report: ImportReport): HtmlDraft {
  const root = parser.parse(source);
  const pageTitle = textOf(find(root, 'title')).trim();
  const words = [pageTitle, shownText(root)].join('\n');
  const body = mainPart(root, report);
  const pruned: HastRoot = { type: 'root', children: prune(body.children, report) };
  const markdown = toMarkdown.runSync(pruned) as Root;
  const shaped = shapeNodes(markdown.children, report);
  const title = titleFrom(pageTitle, report);
  return {
    draft: {
      number: shaped.number ?? title.number,
      title: shaped.title ?? title.text,
      date: shaped.date ?? dateOf(root),
      nodes: shaped.nodes,
    },
    words,
  };
}

/** `[AN #101]: Why we should … | Archive` */
function titleFrom(
  title: string,
  report: ImportReport,
): { number: number | undefined; text: string | undefined } {
  const match = /^(?:.{0,40}?)\[?(?:\p{Lu}[\p{L} ]{0,30})?#(\d{1,5})\]?:?\s*(.*)$/u.exec(title);
  if (title !== '') report.leaveOut(title, { line: 1, column: 1 }, 'title of the page');
  const text = (match ? match[2] : title)?.trim();
  return { number: match ? Number(match[1]) : undefined, text: text || undefined };
}

function dateOf(root: HastRoot): string | undefined {
  const time = find(root, 'time');
  const stamp = time && (time.properties.dateTime ?? textOf(time));
  return typeof stamp === 'string' ? readDate(stamp) : undefined;
}

/** The one article or main part of a page that has one; else all of it. */
function mainPart(root: HastRoot, report: ImportReport): HastRoot | Element {
  for (const name of ['article', 'main']) {
    const parts = findAll(root, name);
    const [only] = parts;
    if (!only || parts.length > 1 || textOf(only).length < textOf(root).length / 3) continue;
    reportOutside(root, only, report);
    return only;
  }
  return find(root, 'body') ?? root;
}

function reportOutside(node: HastNodes, inside: Element, report: ImportReport): void {
  if (node === inside || !('children' in node)) return;
  for (const child of node.children) {
    if (child === inside || (child.type === 'element' && UNSEEN.has(child.tagName))) continue;
    if ('children' in child && contains(child, inside)) reportOutside(child, inside, report);
    else report.leaveOut(shownText(child), placeOf(child), 'stands beside the article');
  }
}

function contains(node: HastNodes, inside: Element): boolean {
  return (
    'children' in node && node.children.some((child) => child === inside || contains(child, inside))
  );
}

function prune<T extends RootContent>(nodes: readonly T[], report: ImportReport): ElementContent[] {
  return nodes.flatMap((node): ElementContent[] => {
    if (node.type === 'text') return [node];
    if (node.type !== 'element' || UNSEEN.has(node.tagName)) return [];
    const reason = reasonAgainst(node);
    if (reason !== undefined) {
      report.leaveOut(wordsOf(node), placeOf(node), reason);
      return [];
    }
    const children = prune(node.children, report);
    return unwrap({ ...node, children });
  });
}

function reasonAgainst(node: Element): string | undefined {
  if (isHidden(node)) return 'hidden from readers';
  if (CHROME.has(node.tagName)) return 'control of a web page';
  if (node.tagName === 'img') {
    if (isPixel(node)) return 'image nobody sees';
    return isLogo(node) ? 'logo of the newsletter' : undefined;
  }
  if (hasBlocks(node)) return undefined;
  return BLOCKS.has(node.tagName) && isFurniture(textOf(node).trim())
    ? 'part of the mail, not of the issue'
    : undefined;
}

function isHidden(node: Element): boolean {
  const { properties } = node;
  const style = String(properties.style ?? '')
    .replace(/\s+/g, '')
    .toLowerCase();
  return (
    properties.hidden === true ||
    /(?:^|;)(?:display:none|visibility:hidden|mso-hide:all)/.test(style) ||
    (/max-height:0/.test(style) && /overflow:hidden/.test(style)) ||
    // Containers of a mail have no size of their own; their contents do.
    (!hasBlocks(node) && /(?:^|;)font-size:[01](?:px)?(?:;|$|!)/.test(style))
  );
}

function isLogo({ properties }: Element): boolean {
  return /[/_-]logo\b[^/]*$/i.test(String(properties.src ?? ''));
}

function isPixel({ properties }: Element): boolean {
  const sizes = [properties.width, properties.height].map((size) =>
    Number.parseInt(String(size), 10),
  );
  const src = String(properties.src ?? '');
  return (
    sizes.some((size) => size <= 2) ||
    src === '' ||
    /\/(?:open|pixel|track)(?:\.php|\.gif|\/open)/i.test(src)
  );
}

/** Layout tables and wrappers: what they hold, as blocks. */
function unwrap(node: Element): ElementContent[] {
  const { tagName, children } = node;
  if (tagName === 'table' && isLayout(node))
    return [{ ...node, tagName: 'div', properties: {}, children: cellsOf(children) }];
  if (tagName === 'center' || tagName === 'font' || tagName === 'span') return children;
  if (/^[ovw]:|^mj-/.test(tagName)) return children;
  // An anchor to jump to, or a link around nothing.
  if (tagName === 'a' && (!leadsSomewhere(node) || isEmpty(node))) return children;
  return [node];
}

function leadsSomewhere({ properties }: Element): boolean {
  return String(properties.href ?? '').trim() !== '';
}

/** A table of figures has head cells, or rows of several short cells. */
function isLayout(table: Element): boolean {
  if (table.properties.role === 'presentation' || table.properties.role === 'none') return true;
  if (findAll(table, 'th').length > 0) return false;
  const rows = findAll(table, 'tr').map((row) =>
    row.children.filter((child) => child.type === 'element' && child.tagName === 'td'),
  );
  const cells = rows.flat();
  return (
    rows.every((row) => row.length < 2) ||
    cells.some((cell) => hasBlocks(cell)) ||
    cells.some((cell) => textOf(cell).length > 300)
  );
}

function cellsOf(nodes: readonly ElementContent[]): ElementContent[] {
  return nodes.flatMap((node): ElementContent[] => {
    if (node.type !== 'element')
      return node.type === 'text' && node.value.trim() === '' ? [] : [node];
    if (['tbody', 'thead', 'tfoot', 'tr'].includes(node.tagName)) return cellsOf(node.children);
    return ['td', 'th'].includes(node.tagName)
      ? [{ ...node, tagName: 'div', properties: {} }]
      : [node];
  });
}

function isEmpty(node: Element): boolean {
  return textOf(node).trim() === '' && findAll(node, 'img').length === 0;
}

function hasBlocks(node: HastNodes): boolean {
  return (
    'children' in node &&
    node.children.some(
      (child) => child.type === 'element' && (BLOCKS.has(child.tagName) || hasBlocks(child)),
    )
  );
}

function find(node: HastNodes, name: string): Element | undefined {
  return findAll(node, name)[0];
}

function findAll(node: HastNodes, name: string): Element[] {
  if (!('children' in node)) return [];
  return node.children.flatMap((child): Element[] => {
    if (child.type !== 'element') return [];
    return child.tagName === name ? [child, ...findAll(child, name)] : findAll(child, name);
  });
}

function textOf(node: HastNodes | undefined): string {
  if (!node) return '';
  if (node.type === 'text') return node.value;
  return 'children' in node ? node.children.map(textOf).join('') : '';
}

/** With blanks between blocks. */
function shownText(node: HastNodes): string {
  if (node.type === 'text') return node.value;
  if (node.type === 'element' && UNSEEN.has(node.tagName)) return '';
  const inner = 'children' in node ? node.children.map(shownText).join('') : '';
  const isBlock = node.type === 'element' && (BLOCKS.has(node.tagName) || node.tagName === 'br');
  return isBlock ? `\n${inner}\n` : inner;
}

/** What an element says, alternative text included. */
function wordsOf(node: Element): string {
  return [shownText(node), node.properties.alt]
    .filter((text) => typeof text === 'string')
    .join(' ');
}

function placeOf(node: HastNodes): Place {
  const { line = 1, column = 1 } = node.position?.start ?? {};
  return { line, column };
}
