/** Links and images of an issue as its author wrote them. */
import type { Image, Link, Nodes } from 'mdast';
import { schemeOf } from '../issue/address.js';
import { plainText } from '../issue/plain-text.js';
import type { Issue, Item } from '../issue/types.js';
import { imagesOf, itemsOf, nodeListsOf, visitNodes } from '../issue/visit.js';
import type { Subject } from './types.js';

export interface WrittenLink {
  url: string;
  /** Without markup; empty for a link around a picture without a description. */
  text: string;
  line: number;
}

export interface WrittenImage {
  url: string;
  alt: string;
  line: number;
}

/**
 * Links that stand in the file, in its order: titles of items, links in the text, addresses in the
 * head. Left out are those that references became, which are another item's affair, and those into
 * the publication's own pages.
 */
export function writtenLinks({ issue, source, settings }: Subject): WrittenLink[] {
  const isWritten = occurrenceTest(source);
  const own = `${settings.publication.url}/`;
  return [...headLinks(issue, source), ...itemsOf(issue).flatMap(titleLinks), ...textLinks(issue)]
    .filter(({ url }) => !url.startsWith(own) && !/^(?:mailto|tel):/i.test(url))
    .filter(({ url }) => isWritten(url))
    .sort((a, b) => a.line - b.line);
}

export function writtenImages(issue: Issue): WrittenImage[] {
  return imagesOf(issue).map((node) => ({
    ...{ url: node.url, alt: node.alt ?? '', line: lineOf(node) },
  }));
}

function headLinks({ audio, webUrl }: Issue, source: string): WrittenLink[] {
  const lines = source.split('\n');
  return [audio, webUrl].flatMap((url): WrittenLink[] => {
    // A bare name is a file beside the issue.
    if (url === undefined || schemeOf(url) === undefined) return [];
    return [{ url, text: url, line: lines.findIndex((line) => line.includes(url)) + 1 || 1 }];
  });
}

function titleLinks({ links, position }: Item): WrittenLink[] {
  return links.map(({ url, text }) => ({ url, text, line: position.line }));
}

function textLinks(issue: Issue): WrittenLink[] {
  const links: WrittenLink[] = [];
  eachNode(issue, (node) => {
    if (node.type !== 'link') return;
    links.push({ url: node.url, text: plainText([node]).trim(), line: lineOf(node) });
  });
  return links;
}

function eachNode(issue: Issue, visitor: (node: Nodes) => void): void {
  for (const { nodes } of nodeListsOf(issue)) visitNodes(nodes, visitor);
}

function lineOf({ position }: Link | Image): number {
  return position?.start.line ?? 1;
}

/** Markdown may escape what stands in an address: `&amp;`, `\_`. */
function occurrenceTest(source: string): (url: string) => boolean {
  const plain = source.replace(/&amp;/g, '&').replace(/\\([!-/:-@[-`{-~])/g, '$1');
  return (url) => source.includes(url) || plain.includes(url);
}
