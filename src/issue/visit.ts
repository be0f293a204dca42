/** Walks over everything an issue has of Markdown. */
import type { Image, Nodes } from 'mdast';
import type { Issue, Item, Markdown } from './types.js';

/** All items, in the order of the issue. */
export function itemsOf(issue: Issue): Item[] {
  return issue.sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'item'));
}

/** The Markdown of an item, in the order in which it is printed. */
export function markdownOf(item: Item): Markdown[] {
  const { summary, prerequisites, readMore, opinions } = item;
  const parts = [summary, prerequisites, readMore, ...opinions.map(({ text }) => text)];
  return parts.filter((part) => part !== undefined);
}

/** A list of nodes that can be replaced, and the item it stands in. */
export interface NodeList {
  nodes: Nodes[];
  item: Item | undefined;
}

/** Every top-level list of nodes: intro, headings, free Markdown, the parts of items. */
export function nodeListsOf(issue: Issue): NodeList[] {
  const lists: NodeList[] = issue.intro ? [{ nodes: issue.intro.nodes, item: undefined }] : [];
  for (const { heading, blocks } of issue.sections) {
    lists.push({ nodes: heading, item: undefined });
    for (const block of blocks) {
      if (block.kind === 'markdown') lists.push({ nodes: block.nodes, item: undefined });
      else for (const { nodes } of markdownOf(block)) lists.push({ nodes, item: block });
    }
  }
  return lists;
}

/** Every picture, in the order of the issue. */
export function imagesOf(issue: Issue): Image[] {
  const images: Image[] = [];
  for (const { nodes } of nodeListsOf(issue)) {
    visitNodes(nodes, (node) => {
      if (node.type === 'image') images.push(node);
    });
  }
  return images;
}

/** Every node, parents before their children. */
export function visitNodes(nodes: readonly Nodes[], visitor: (node: Nodes) => void): void {
  for (const node of nodes) {
    visitor(node);
    if ('children' in node) visitNodes(node.children, visitor);
  }
}
