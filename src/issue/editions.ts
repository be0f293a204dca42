/**
 * Editions: how much of an issue a reader wants in the mail. The web has all of it. Pure.
 *
 * What is a highlight is decided by the section it stands in (section-stack.ts, docs/format.md).
 */
import type { Block, Issue, Section } from './types.js';
import { itemsOf } from './visit.js';

/** The first is what everybody gets who chose nothing. */
export const EDITIONS = ['full', 'highlights'] as const;
export type Edition = (typeof EDITIONS)[number];

export function isEdition(text: string): text is Edition {
  return (EDITIONS as readonly string[]).includes(text);
}

/**
 * The same issue with nothing but its highlights: intro, highlighted items with what is written
 * between them, and the headings above. What everybody gets stays as it is (number, subject, audio).
 * @returns undefined when that is no edition of its own: nothing is a highlight, or everything is
 */
export function highlightsOf(issue: Issue): Issue | undefined {
  const chosen = issue.sections.map(highlightedBlocks);
  if (chosen.every((blocks) => blocks.length === 0)) return undefined;
  const sections = issue.sections.flatMap((section, at) => {
    const blocks = chosen[at] ?? [];
    return blocks.length > 0 || standsAbove(issue.sections, chosen, at)
      ? [{ ...section, blocks }]
      : [];
  });
  return blockCount(sections) === blockCount(issue.sections) ? undefined : { ...issue, sections };
}

/** What readers of the highlights get, in words for editors; undefined: an edition of their own. */
export function whyWhole(issue: Issue): string | undefined {
  if (highlightsOf(issue)) return undefined;
  const some = itemsOf(issue).some(({ highlight }) => highlight);
  return some ? 'everything in it is a highlight' : 'nothing in it is a highlight';
}

/** Free Markdown of a section goes with its highlights. */
function highlightedBlocks({ blocks }: Section): Block[] {
  const isChosen = (block: Block): boolean => block.kind === 'markdown' || block.highlight;
  return blocks.some((block) => block.kind === 'item' && block.highlight)
    ? blocks.filter(isChosen)
    : [];
}

/** Whether something chosen stands below this heading, before the next one of its level or higher. */
function standsAbove(
  sections: readonly Section[],
  chosen: readonly Block[][],
  at: number,
): boolean {
  const level = sections[at]?.level ?? 1;
  const behind = sections.slice(at + 1);
  const end = behind.findIndex((section) => section.level <= level);
  const below = chosen.slice(at + 1, end < 0 ? undefined : at + 1 + end);
  return below.some((blocks) => blocks.length > 0);
}

function blockCount(sections: readonly Section[]): number {
  return sections.reduce((sum, { blocks }) => sum + blocks.length, 0);
}
