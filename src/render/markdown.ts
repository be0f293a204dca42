/**
 * Markdown of an issue as HTML: sanitised, links absolute, headings below the mail's own.
 */
import type { Element, ElementContent, Root, RootContent } from 'hast';
import type { RootContent as Markdown, PhrasingContent } from 'mdast';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import type { CrossReference } from '../issue/types.js';
import { imageSource, linkTarget } from './links.js';

/** Sections are h2 and h3; what an author writes inside an item starts below. */
const HIGHEST_HEADING = 4;

/** What keeps a picture within a narrow screen where the style sheet was thrown away. */
const FLUID = 'max-width:100%;height:auto';

const schema = {
  ...defaultSchema,
  clobberPrefix: '',
  protocols: { href: ['http', 'https', 'mailto', 'tel'], src: ['http', 'https'] },
  attributes: {
    ...defaultSchema.attributes,
    div: [['className', 's'] as [string, string]],
    table: [['className', 'x'] as [string, string]],
    img: [...(defaultSchema.attributes?.img ?? []), ['style', FLUID] as [string, string]],
    td: ['align'],
    th: ['align', ['scope', 'col'] as [string, string]],
  },
};

/** Turns Markdown nodes into HTML. */
export interface HtmlWriter {
  blocks(nodes: readonly Markdown[]): string;
  /** Phrasing only, without a paragraph around it. */
  inline(nodes: readonly Markdown[]): string;
}

export interface HtmlWriterOptions {
  /**
   * For mails: pixels across the text. Outlook on Windows knows no other measure of a picture than
   * its `width`, and would tear the mail apart by a wider one.
   */
  maxImageWidth?: number;
  /** What links to an anchor begin with, where that is on another page. */
  pageUrl?: string;
}

/** @param baseUrl the publication's address, for relative links and images */
export function createHtmlWriter(baseUrl: string, options: HtmlWriterOptions = {}): HtmlWriter {
  const processor = unified()
    .use(remarkRehype, {
      handlers: {
        // Resolved before anything is sent; until then it reads as it was typed.
        crossReference: (_, node: CrossReference) => ({ type: 'text', value: node.written }),
      },
    })
    .use(() => (tree: Root) => {
      const place: Place = { baseUrl, ...options };
      tree.children = tree.children.flatMap<RootContent>((node) =>
        node.type === 'element' ? adapt(node, place) : [node],
      );
    })
    .use(rehypeSanitize, schema)
    .use(rehypeStringify)
    .freeze();
  const blocks = (nodes: readonly Markdown[]): string =>
    processor.stringify(processor.runSync({ type: 'root', children: [...nodes] }) as Root);
  return {
    blocks,
    inline: (nodes) => {
      const paragraph = { type: 'paragraph', children: [...nodes] as PhrasingContent[] } as const;
      return blocks([paragraph]).slice('<p>'.length, -'</p>'.length);
    },
  };
}

interface Place extends HtmlWriterOptions {
  baseUrl: string;
}

/** Makes one element fit a mail; an element that cannot stay is replaced by its content. */
function adapt(element: Element, place: Place): ElementContent[] {
  element.children = element.children.flatMap((child) =>
    child.type === 'element' ? adapt(child, place) : [child],
  );
  const heading = /^h([1-6])$/.exec(element.tagName);
  if (heading !== null) {
    element.tagName = `h${Math.max(HIGHEST_HEADING, Number(heading[1]))}`;
  }
  // A Markdown table has a head for its columns and none for its rows.
  if (element.tagName === 'th') element.properties.scope = 'col';
  if (element.tagName === 'table') return [adaptTable(element)];
  if (element.tagName === 'a') return adaptLink(element, place);
  if (element.tagName === 'img') return adaptImage(element, place);
  return [element];
}

/** Classes tell data tables from the layout's; a table too wide for a phone scrolls by itself. */
function adaptTable(table: Element): Element {
  table.properties.className = ['x'];
  return { type: 'element', tagName: 'div', properties: { className: ['s'] }, children: [table] };
}

function adaptLink(link: Element, { baseUrl, pageUrl = '' }: Place): ElementContent[] {
  const href = linkTarget(String(link.properties.href ?? ''), baseUrl);
  if (href === undefined) return link.children;
  link.properties.href = href.startsWith('#') ? `${pageUrl}${href}` : href;
  return [link];
}

function adaptImage(image: Element, { baseUrl, maxImageWidth }: Place): ElementContent[] {
  const alt = String(image.properties.alt ?? '');
  const src = imageSource(String(image.properties.src ?? ''), baseUrl);
  if (src === undefined) return alt === '' ? [] : [{ type: 'text', value: alt }];
  image.properties = { ...image.properties, src, alt: alt === '' ? nameOf(src) : alt };
  if (maxImageWidth !== undefined && image.properties.width !== undefined) {
    fit(image, maxImageWidth);
  }
  return [image];
}

function fit({ properties }: Element, maxWidth: number): void {
  const [width, height] = [Number(properties.width), Number(properties.height)];
  if (width > maxWidth) {
    properties.width = maxWidth;
    if (height > 0) properties.height = Math.round((height * maxWidth) / width);
  }
  properties.style = FLUID;
}

/** A file's name as the last resort for a missing description: never an empty alt in a mail. */
function nameOf(src: string): string {
  const file = src.split(/[?#]/)[0]?.split('/').at(-1) ?? '';
  return file === '' ? src : file;
}
