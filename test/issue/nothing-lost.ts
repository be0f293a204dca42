/** Compares an issue with its file by two independent roads: whatever is in one must be in the other. */
import type { Nodes } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { plainText } from '../../src/issue/plain-text.js';
import type { Issue } from '../../src/issue/types.js';
import { itemsOf, nodeListsOf, visitNodes } from '../../src/issue/visit.js';

/** Addresses of all links and images a Markdown text has, as plain remark reads it. */
export function linksOfMarkdown(markdown: string): string[] {
  const root = unified().use(remarkParse).use(remarkGfm).parse(markdown);
  const definitions = new Map<string, string>();
  const urls: string[] = [];
  visitNodes([root], (node) => {
    if (node.type === 'definition' && !definitions.has(node.identifier)) {
      definitions.set(node.identifier, node.url);
    }
  });
  visitNodes([root], (node) => {
    if (node.type === 'link' || node.type === 'image') urls.push(node.url);
    if (node.type === 'linkReference' || node.type === 'imageReference') {
      urls.push(definitions.get(node.identifier) ?? '');
    }
  });
  return urls;
}

/** The words a Markdown text prints, without those that are only the format's: labels, credits. */
export function wordsOfMarkdown(markdown: string): string {
  const root = unified().use(remarkParse).use(remarkGfm, { singleTilde: false }).parse(markdown);
  return plainText([root]).replace(
    /\bsummarized by\b|\bH\/T\b|^(?:Read more|Prerequisit(?:es|ies)):|['’]s? opinion:/gm,
    ' ',
  );
}

/** Addresses of all links and images of an issue. */
export function linksOfIssue(issue: Issue): Set<string> {
  const urls = new Set(itemsOf(issue).flatMap((item) => item.urls));
  for (const { nodes } of nodeListsOf(issue)) {
    visitNodes(nodes, (node: Nodes) => {
      if (node.type === 'link' || node.type === 'image') urls.add(node.url);
    });
  }
  return urls;
}

/** Everything an issue says, as one text. */
export function textOfIssue(issue: Issue): string {
  const heads = itemsOf(issue).map((item) =>
    [
      item.tags.join(' '),
      item.title,
      item.authors.join(' and '),
      item.venue,
      item.year,
      item.summarizer,
      item.hatTip,
      item.opinions.map(({ by }) => by).join(' '),
    ].join(' '),
  );
  return [...heads, ...nodeListsOf(issue).map(({ nodes }) => plainText(nodes))].join('\n');
}

/** Words of a text with how often each comes. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Words that come more often in `expected` than in `found`. */
export function missingWords(expected: string, found: string): string[] {
  const counts = countWords(found);
  return [...countWords(expected)]
    .filter(([word, n]) => n > (counts.get(word) ?? 0))
    .map(([word]) => word);
}
