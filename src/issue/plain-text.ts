/** The words of Markdown without its markup. */
import type { Nodes } from 'mdast';

const BLOCKS = new Set<Nodes['type']>([
  'blockquote',
  'code',
  'heading',
  'list',
  'listItem',
  'paragraph',
  'table',
  'tableRow',
  'thematicBreak',
]);

/**
 * Text of some nodes: blocks apart by a blank line, list items and table rows by a line break,
 * cells by a tab, images as their alternative text.
 */
export function plainText(nodes: readonly Nodes[]): string {
  let text = '';
  let before: Nodes | undefined;
  for (const node of nodes) {
    if (before && text !== '') text += gapBetween(before, node);
    text += textOf(node);
    before = node;
  }
  return text;
}

function textOf(node: Nodes): string {
  if ('value' in node) return node.value;
  if ('alt' in node) return node.alt ?? '';
  if (node.type === 'break') return '\n';
  return 'children' in node ? plainText(node.children) : '';
}

function gapBetween(before: Nodes, node: Nodes): string {
  if (before.type === 'tableCell') return '\t';
  if (node.type === 'listItem' || node.type === 'tableRow') return '\n';
  return BLOCKS.has(before.type) || BLOCKS.has(node.type) ? '\n\n' : '';
}

/** One line of text: white space (NBSPs too) collapsed and trimmed. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
