/** What a reader must be able to find in a mail: the words and links of the issue. */
import type { Nodes } from 'mdast';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import type { Issue } from '../../src/issue/types.js';

type Node = DefaultTreeAdapterMap['node'];

/** Words: runs of letters and digits. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Everything a reader of the HTML sees or hears. */
export function visibleText(html: string): string {
  const texts: string[] = [];
  walk(parse(html), (node) => {
    if ('value' in node && node.nodeName === '#text') texts.push(node.value);
    const attributes = 'attrs' in node ? node.attrs : [];
    for (const { name, value } of attributes) if (/^(alt|title)$/.test(name)) texts.push(value);
  });
  return texts.join(' ');
}

export function hrefsOf(html: string): string[] {
  const hrefs: string[] = [];
  walk(parse(html), (node) => {
    const attributes = 'attrs' in node ? node.attrs : [];
    for (const { name, value } of attributes) if (/^(href|src)$/.test(name)) hrefs.push(value);
  });
  return hrefs;
}

export function walk(node: Node, visit: (node: Node) => void): void {
  if (['style', 'script'].includes(node.nodeName)) return;
  visit(node);
  if ('childNodes' in node) for (const child of node.childNodes) walk(child, visit);
}

/** All text and all addresses of an issue, from its structure alone. */
export function contentOf(issue: Issue): { texts: string[]; urls: string[] } {
  const texts = [issue.title];
  const urls: string[] = [];
  const visit = (node: Nodes) => {
    if ('value' in node && typeof node.value === 'string') texts.push(node.value);
    if ('alt' in node && node.alt) texts.push(node.alt);
    if ('url' in node && node.type !== 'definition') urls.push(node.url);
    if ('children' in node) for (const child of node.children) visit(child);
  };
  const markdown = (part: { nodes: Nodes[] } | undefined) => part?.nodes.forEach(visit);
  markdown(issue.intro);
  for (const section of issue.sections) {
    section.heading.forEach(visit);
    for (const block of section.blocks) {
      if (block.kind === 'markdown') {
        markdown(block);
        continue;
      }
      texts.push(block.title, ...block.authors, ...block.tags);
      texts.push(block.summarizer ?? '', block.hatTip ?? '');
      urls.push(...block.urls);
      for (const part of [block.summary, block.prerequisites, block.readMore]) markdown(part);
      for (const { by, text } of block.opinions) {
        texts.push(by ?? '');
        markdown(text);
      }
    }
  }
  return { texts, urls };
}

/** What of the issue is in neither of the part's words and addresses. */
export function missingFrom(issue: Issue, part: { text: string; urls: Set<string> }): string[] {
  const { texts, urls } = contentOf(issue);
  const words = wordsOf(part.text);
  const lostWords = [...wordsOf(texts.join(' '))].filter((word) => !words.has(word));
  const wanted = urls.filter((url) => /^(https?|mailto):/i.test(url));
  return [...lostWords, ...wanted.filter((url) => !isThere(url, part.urls))];
}

export function isThere(url: string, urls: Set<string>): boolean {
  return urls.has(url) || urls.has(encodeURI(url)) || urls.has(new URL(url).href);
}

/** Footnotes and bare addresses of a text part. */
export function urlsOfText(text: string): Set<string> {
  const found = [...text.matchAll(/(?:https?:\/\/|mailto:)\S+/g)].map(([url]) => url);
  // A bare address in a sentence has the sentence's punctuation after it.
  return new Set([...found, ...found.map((url) => url.replace(/[).,;:!?>]+$/, ''))]);
}
