/** What the top-level blocks of an issue are, each by itself and among its neighbours. */
import type { List, ListItem, RootContent } from 'mdast';
import { type Head, readBulletHead, readParagraphHead } from './head.js';
import { readLabel } from './labels.js';

export type Kind = 'section' | 'item' | 'label' | 'bullets' | 'text';

/** @param source the text the nodes were parsed from */
export function kindOf(node: RootContent, source: string): Kind {
  if (node.type === 'heading') return node.depth <= 3 ? 'section' : 'text';
  if (node.type === 'list') return holdsItems(node, source) ? 'bullets' : 'text';
  if (node.type !== 'paragraph') return 'text';
  if (readLabel(node, source)) return 'label';
  return readParagraphHead(node.children, source) ? 'item' : 'text';
}

/** The head of a bullet, if it is an item; numbered points and tasks never are. */
export function bulletHead(list: List, bullet: ListItem, source: string): Head | undefined {
  const [first] = bullet.children;
  if (list.ordered || typeof bullet.checked === 'boolean' || first?.type !== 'paragraph') {
    return undefined;
  }
  return readBulletHead(first.children, source);
}

function holdsItems(list: List, source: string): boolean {
  return list.children.some((bullet) => bulletHead(list, bullet, source) !== undefined);
}

/**
 * Headings that stand inside the text of an item, though by their depth they would be sections:
 * text and then a label follow them before any other item does, and labels belong to items.
 */
export function findInnerHeadings(nodes: readonly RootContent[], source: string): Set<RootContent> {
  const inner = new Set<RootContent>();
  let pending: RootContent[] = [];
  let inSection = false;
  let inItem = false;
  let textSince = false;
  for (const node of nodes) {
    const kind = kindOf(node, source);
    if (kind === 'section') {
      if (inItem) pending.push(node);
      inSection = true;
      textSince = false;
    } else if (kind === 'label') {
      if (textSince) for (const heading of pending) inner.add(heading);
      else if (pending.length > 0) inItem = false;
      pending = [];
    } else if (kind === 'text' || (kind === 'bullets' && inItem && pending.length === 0)) {
      textSince = true;
    } else {
      inItem = inSection && kind === 'item';
      pending = [];
    }
  }
  return inner;
}

/**
 * Whether a paragraph of nothing but bold text is a heading within the item before it, rather than
 * an item without address: prose goes on behind it.
 */
export function isInnerTitle(next: RootContent | undefined, source: string): boolean {
  const kind = next && kindOf(next, source);
  return kind === 'text' || kind === 'label' || kind === 'bullets';
}

/** Whether text and then a label come, from a place on, before the next item or section. */
export function leadsToLabel(nodes: readonly RootContent[], from: number, source: string): boolean {
  for (let i = from; i < nodes.length; i++) {
    const node = nodes[i];
    const kind = node && kindOf(node, source);
    if (kind !== 'text') return kind === 'label';
  }
  return false;
}
