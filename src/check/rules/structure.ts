/** Headings and items: what is there in the right order, and what is not. */
import type { Heading, Nodes } from 'mdast';
import { findRegions, maskRegions } from '../../issue/regions.js';
import { normaliseSource } from '../../issue/source-text.js';
import type { Issue } from '../../issue/types.js';
import { itemsOf, nodeListsOf, visitNodes } from '../../issue/visit.js';
import type { Draft, Subject } from '../types.js';

export function checkStructure({ issue, source }: Subject): Draft[] {
  return [
    ...checkSections(issue),
    ...checkInnerHeadings(issue),
    ...checkGluedHeadings(source),
    ...checkSummarizers(issue, source),
  ];
}

/** A subsection with no section above it: outlines and screen readers miss a level. */
function checkSections({ sections }: Issue): Draft[] {
  const [first] = sections;
  if (first?.level !== 3) return [];
  const message = `"${first.name}" is a subsection (###) of no section; begin with ##`;
  return [{ code: 'heading-order', line: first.position.line, message }];
}

/** Within one text, each heading is at most one level below the one before. */
function checkInnerHeadings(issue: Issue): Draft[] {
  return nodeListsOf(issue).flatMap(({ nodes }) => {
    let before = 3;
    return headingsIn(nodes).flatMap(({ depth, position }): Draft[] => {
      // Section headings inside of an item are reported as such, and printed as ####.
      const level = Math.max(depth, 4);
      const isSkip = level > before + 1;
      before = level;
      if (!isSkip) return [];
      const message = `a heading ${'#'.repeat(level)} that no ${'#'.repeat(level - 1)} stands above`;
      return [{ code: 'heading-order', line: position?.start.line ?? 1, message }];
    });
  });
}

function headingsIn(nodes: readonly Nodes[]): Heading[] {
  const headings: Heading[] = [];
  visitNodes(nodes, (node) => {
    if (node.type === 'heading') headings.push(node);
  });
  return headings;
}

const GLUED = /^(#{2,6})([\p{L}\p{N}"“‘'*[].*)/mu;

/** `##News` is a paragraph to Markdown. A single # may be a hashtag. */
function checkGluedHeadings(source: string): Draft[] {
  const text = normaliseSource(source);
  // Where code is takes a parse of its own: only what may be a heading is worth it.
  if (!GLUED.test(text)) return [];
  const lines = maskRegions(text, findRegions(text)).split('\n');
  return lines.flatMap((written, index): Draft[] => {
    const [at, marks = '', word = ''] = GLUED.exec(written) ?? [];
    if (at === undefined) return [];
    const message = `${at} is no heading without a blank behind the ${marks}`;
    const replacement = `${marks} ${word}`;
    return [{ code: 'heading-without-space', line: index + 1, at, replacement, message }];
  });
}

/**
 * An item whose summary nobody signed, in an issue where most summaries are signed. Where one
 * person writes everything, nobody signs; and a word behind a bullet is no summary.
 */
function checkSummarizers(issue: Issue, source: string): Draft[] {
  const lines = source.split(/\r\n|\r|\n/);
  const summarised = itemsOf(issue).filter(
    ({ summary, position }) =>
      summary !== undefined && !/^[ \t]*[*+-][ \t\u00A0]/.test(lines[position.line - 1] ?? ''),
  );
  const unsigned = summarised.filter(({ summarizer }) => summarizer === undefined);
  if (unsigned.length * 2 >= summarised.length) return [];
  return unsigned.map(({ title, position }) => ({
    code: 'summarizer-missing',
    line: position.line,
    message: `"${title}" does not say who summarised it, and the others do`,
  }));
}
