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

const schema = {
  ...defaultSchema,
  clobberPrefix: '',
  protocols: { href: ['http', 'https', 'mailto', 'tel'], src: ['http', 'https'] },
  attributes: {
    ...defaultSchema.attributes,
    div: [['className', 's'] as [string, string]],
    table: [['className', 'x'] as [string, string]],
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

/** @param baseUrl the publication's address, for relative links and images */
export function createHtmlWriter(baseUrl: string): HtmlWriter {
  const processor = unified()
    .use(remarkRehype, {
      handlers: {
        // Resolved before anything is sent; until then it reads as it was typed.
        crossReference: (_, node: CrossReference) => ({ type: 'text', value: node.written }),
      },
    })
    .use(() => (tree: Root) => {
      tree.children = tree.children.flatMap<RootContent>((node) =>
        node.type === 'element' ? adapt(node, baseUrl) : [node],
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

/** Makes one element fit a mail; an element that cannot stay is replaced by its content. */
function adapt(element: Element, baseUrl: string): ElementContent[] {
  element.children = element.children.flatMap((child) =>
    child.type === 'element' ? adapt(child, baseUrl) : [child],
  );
  const heading = /^h([1-6])$/.exec(element.tagName);
  if (heading !== null) {
    element.tagName = `h${Math.max(HIGHEST_HEADING, Number(heading[1]))}`;
  }
  // A Markdown table has a head for its columns and none for its rows.
  if (element.tagName === 'th') element.properties.scope = 'col';
  if (element.tagName === 'table') return [adaptTable(element)];
  if (element.tagName === 'a') return adaptLink(element, baseUrl);
  if (element.tagName === 'img') return adaptImage(element, baseUrl);
  return [element];
}

/** Classes tell data tables from the layout's; a table too wide for a phone scrolls by itself. */
function adaptTable(table: Element): Element {
  table.properties.className = ['x'];
  return { type: 'element', tagName: 'div', properties: { className: ['s'] }, children: [table] };
}

function adaptLink(link: Element, baseUrl: string): ElementContent[] {
  const href = linkTarget(String(link.properties.href ?? ''), baseUrl);
  if (href === undefined) return link.children;
  link.properties.href = href;
  return [link];
}

function adaptImage(image: Element, baseUrl: string): ElementContent[] {
  const alt = String(image.properties.alt ?? '');
  const src = imageSource(String(image.properties.src ?? ''), baseUrl);
  if (src === undefined) return alt === '' ? [] : [{ type: 'text', value: alt }];
  image.properties = { ...image.properties, src, alt: alt === '' ? nameOf(src) : alt };
  return [image];
}

/** A file's name as the last resort for a missing description: never an empty alt in a mail. */
function nameOf(src: string): string {
  const file = src.split(/[?#]/)[0]?.split('/').at(-1) ?? '';
  return file === '' ? src : file;
}
