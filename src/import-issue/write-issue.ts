/** A draft as the text of an issue file. */
import type { Root } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkStringify from 'remark-stringify';
import { unified } from 'unified';
import { stringify } from 'yaml';
import type { Draft } from './draft.js';

export interface Head {
  number: number;
  title: string;
  date: string | undefined;
  extra: Record<string, unknown>;
}

const writer = unified().use(remarkGfm, { singleTilde: false }).use(remarkStringify, {
  bullet: '*',
  emphasis: '*',
  strong: '*',
  listItemIndent: 'one',
  rule: '-',
  resourceLink: false,
  incrementListMarker: true,
});

/** Number, title and date above, the text as Markdown below. */
export function writeIssue(head: Head, nodes: Draft['nodes'] | string): string {
  const { number, title, date, extra } = head;
  const yaml = stringify({ number, title, ...(date && { date }), ...extra }, { lineWidth: 0 });
  const body = typeof nodes === 'string' ? nodes.trim() : writeMarkdown(nodes);
  return `---\n${yaml}---\n\n${body}\n`;
}

export function writeMarkdown(nodes: Draft['nodes']): string {
  const root: Root = { type: 'root', children: nodes };
  return protect(writer.stringify(root)).trim();
}

/**
 * What our own format reads in text and Markdown does not know of: subscriber expressions and
 * references. In a source they are words.
 */
function protect(markdown: string): string {
  return markdown.replace(/(?<!\\)\{\{/g, '\\{{').replace(/(?<!\\)<@/g, '\\<@');
}
