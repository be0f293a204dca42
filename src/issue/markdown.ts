/**
 * Markdown to nodes that mean what they say wherever they are put: an issue is cut into items and
 * blocks, so nothing may depend on another part of the file. Reference links become links,
 * footnotes print where they are defined, HTML becomes nodes or text.
 */
import type {
  Association,
  Definition,
  FootnoteDefinition,
  LinkReference,
  Node,
  Nodes,
  Parents,
  PhrasingContent,
  Root,
  RootContent,
} from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { type Processor, unified } from 'unified';
import { type Mention, placeReferences, restoreReferences } from './cross-references.js';
import type { Rewritten } from './edits.js';
import { convertInlineHtml, inlineElement } from './html.js';
import type { InlineElement, Markdown, Position } from './types.js';

/** Deeper than any prose; beyond it recursion over the nodes could run out of stack. */
const MAX_DEPTH = 100;

const processor = unified()
  .use(remarkParse)
  // One tilde is "about": ~15 % is not struck out.
  .use(remarkGfm, { singleTilde: false })
  .use(inlineHtmlOnly);

/** Without HTML blocks, Markdown between tags is read, and tags that are none are text in their place. */
function inlineHtmlOnly(this: Processor): void {
  const data = this.data();
  data.micromarkExtensions = [
    ...(data.micromarkExtensions ?? []),
    { disable: { null: ['htmlFlow'] } },
  ];
}

/** @returns the blocks of a text, or undefined when it is nested too deeply to be meant */
export function parseMarkdown(
  text: string,
  mentions: readonly Mention[],
): RootContent[] | undefined {
  const root = processor.parse(text);
  if (isTooDeep(root)) return undefined;
  const definitions = collectDefinitions(root);
  return settleChildren(root, { text, mentions, definitions }) as RootContent[];
}

interface Context {
  text: string;
  mentions: readonly Mention[];
  definitions: Map<string, Definition>;
}

function isTooDeep(root: Root): boolean {
  let level: Nodes[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((node): Nodes[] => ('children' in node ? node.children : []));
  }
  return false;
}

function collectDefinitions(root: Root): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  const visit = (node: Nodes) => {
    // The first definition of a label counts, as CommonMark has it.
    if (node.type === 'definition' && !definitions.has(node.identifier)) {
      definitions.set(node.identifier, node);
    } else if ('children' in node) node.children.forEach(visit);
  };
  visit(root);
  return definitions;
}

/** The node as it shall stand in the issue; none for definitions. */
function settle(node: Nodes, context: Context): Nodes[] {
  switch (node.type) {
    case 'definition':
      return [];
    case 'footnoteReference':
      return [footnoteMark(node)];
    case 'footnoteDefinition':
      return settleChildren(node, context);
    case 'linkReference':
      return settleLinkReference(node, context);
    case 'imageReference': {
      const { url = '', title = null } = context.definitions.get(node.identifier) ?? {};
      return [{ type: 'image', url, title, alt: node.alt, position: node.position }];
    }
    case 'code':
    case 'inlineCode':
      return [{ ...node, value: restoreReferences(node.value, context.mentions) }];
    case 'link':
    case 'image':
      node.url = restoreReferences(node.url, context.mentions);
  }
  if (!('children' in node)) return [node];
  return [{ ...node, children: settleChildren(node, context) } as Nodes];
}

function settleChildren(node: Parents, context: Context): Nodes[] {
  const children = node.children.flatMap((child) => settle(child, context));
  if (node.type === 'footnoteDefinition') return markFootnote(node, children);
  if (!children.every(isPhrasing)) return children;
  return convertInlineHtml(children).flatMap((child) =>
    child.type === 'text' ? placeReferences(child, context.mentions, context.text) : [child],
  );
}

const BLOCKS: ReadonlySet<string> = new Set<RootContent['type']>([
  'blockquote',
  'code',
  'heading',
  'list',
  'listItem',
  'paragraph',
  'table',
  'tableRow',
  'tableCell',
  'thematicBreak',
]);

function isPhrasing(node: Nodes): node is PhrasingContent {
  return !BLOCKS.has(node.type);
}

function settleLinkReference(node: LinkReference, context: Context): Nodes[] {
  const target = context.definitions.get(node.identifier);
  const { position, children } = node;
  if (!target) return children.flatMap((child) => settle(child, context));
  return settle(
    { type: 'link', url: target.url, title: target.title, children, position },
    context,
  );
}

/** The number or word of a footnote, raised. */
function footnoteMark({ identifier, label, position }: Association & Node): InlineElement {
  return { ...inlineElement('sup', [{ type: 'text', value: label ?? identifier }]), position };
}

/** A footnote prints where it is defined: its mark, then its text. */
function markFootnote(definition: FootnoteDefinition, body: Nodes[]): Nodes[] {
  const mark: PhrasingContent[] = [footnoteMark(definition), { type: 'text', value: ' ' }];
  const [first, ...others] = body;
  if (first?.type !== 'paragraph') {
    return [{ type: 'paragraph', children: mark, position: definition.position }, ...body];
  }
  const { position } = definition;
  return [{ ...first, children: [...mark, ...first.children], position }, ...others];
}

/**
 * A run of blocks as the Issue holds it: positions become lines of the file, offsets go, since they
 * are those of the rewritten text.
 */
export function toMarkdown(nodes: RootContent[], rewritten: Rewritten): Markdown {
  const start = nodes[0]?.position?.start.offset ?? 0;
  const end = nodes.at(-1)?.position?.end.offset ?? start;
  return {
    source: rewritten.sourceBetween(start, end),
    nodes: nodes.map((node) => locate(node, rewritten)),
    position: linesOf(nodes, rewritten),
  };
}

/** First and last line of the file that some neighbouring nodes stand on. */
export function linesOf(nodes: readonly Nodes[], { lineAt }: Rewritten): Position {
  const start = nodes[0]?.position?.start.offset ?? 0;
  const end = nodes.at(-1)?.position?.end.offset ?? start;
  return { line: lineAt(start), endLine: lineAt(Math.max(start, end - 1)) };
}

/** The node with the lines of the file, and so its children. */
export function locate<T extends Nodes>(node: T, rewritten: Rewritten): T {
  const located = { ...node };
  if (node.position) {
    const { line, endLine } = linesOf([node], rewritten);
    const { start, end } = node.position;
    located.position = {
      start: { line, column: start.column },
      end: { line: endLine, column: end.column },
    };
  }
  if ('children' in located) {
    Object.assign(located, { children: located.children.map((child) => locate(child, rewritten)) });
  }
  return located;
}
