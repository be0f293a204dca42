/**
 * Where Markdown sees code and HTML comments. What the format takes out of the text beforehand
 * (subscriber expressions, references) is not looked for there: an editor who writes about
 * `{{subscriber.name}}` in backticks wants to show it.
 */
import type { Nodes } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

/** Offsets `start` (inclusive) to `end` (exclusive). */
export interface Region {
  kind: 'code' | 'comment' | 'unclosed-comment';
  start: number;
  end: number;
}

const commonMark = unified().use(remarkParse);
const COMMENT = /<!--(?:>|->|[\s\S]*?-->)/g;

/** Code and comments of a Markdown text, in order, as CommonMark itself finds them. */
export function findRegions(text: string): Region[] {
  // A second parse is dear; most prose has none of what starts code or a comment.
  if (!/[`~]|<!--|^(?: {4}|\t)/m.test(text)) return [];
  const regions: Region[] = [];
  const pending: Nodes[] = [commonMark.parse(text)];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    if (node.type === 'code' || node.type === 'inlineCode') {
      regions.push({ kind: 'code', start, end });
    } else if (node.type === 'html') {
      regions.push(...commentsIn(text.slice(start, end), start));
    } else if ('children' in node) {
      pending.push(...node.children);
    }
  }
  return regions.sort((a, b) => a.start - b.start);
}

function commentsIn(html: string, offset: number): Region[] {
  const comments: Region[] = [];
  let end = 0;
  for (const match of html.matchAll(COMMENT)) {
    end = match.index + match[0].length;
    comments.push({ kind: 'comment', start: offset + match.index, end: offset + end });
  }
  const unclosed = html.indexOf('<!--', end);
  if (unclosed !== -1) {
    const start = offset + unclosed;
    comments.push({ kind: 'unclosed-comment', start, end: start + '<!--'.length });
  }
  return comments;
}

/** Tells whether an offset stands in one of `regions`. */
export function regionTest(regions: Region[]): (offset: number) => boolean {
  return (offset) => regions.some(({ start, end }) => start <= offset && offset < end);
}

/** The text with some stretches blanked, line breaks kept: for looking at the rest alone. */
export function maskRegions(text: string, regions: Pick<Region, 'start' | 'end'>[]): string {
  let masked = '';
  let from = 0;
  for (const { start, end } of [...regions].sort((a, b) => a.start - b.start)) {
    if (start < from) continue;
    masked += text.slice(from, start) + text.slice(start, end).replace(/[^\n]/g, ' ');
    from = end;
  }
  return masked + text.slice(from);
}
