/** An issue as an outline for people: sections, items, and what each item has. */
import { restoreExpressions } from '../issue/expressions.js';
import { oneLine, plainText } from '../issue/plain-text.js';
import type { Block, Issue, Item, Markdown } from '../issue/types.js';
import { itemsOf } from '../issue/visit.js';

/** Characters of free text that are shown of a block. */
const EXCERPT_LENGTH = 72;
/** Authors that are named; some papers have over a hundred. */
const MAX_AUTHORS = 4;

/** @returns lines, without colours */
export function issueTree(issue: Issue): string[] {
  const lines = [`#${issue.number} ${issue.title}`, totals(issue)];
  if (issue.intro) lines.push('', `  ${excerpt(issue.intro)}`);
  for (const { name, level, blocks } of issue.sections) {
    lines.push('', `${'#'.repeat(level)} ${name}`);
    for (const block of blocks) lines.push(...blockLines(block));
  }
  return lines.map((line) => restoreExpressions(line, issue.expressions));
}

function totals(issue: Issue): string {
  const items = itemsOf(issue);
  const opinions = items.reduce((sum, item) => sum + item.opinions.length, 0);
  return [
    issue.date ?? 'no date yet',
    count(issue.sections.length, 'section'),
    count(items.length, 'item'),
    count(opinions, 'opinion'),
  ].join(' · ');
}

function blockLines(block: Block): string[] {
  if (block.kind === 'markdown') return [`    ${excerpt(block)}`];
  const tags = block.tags.map((tag) => `[${tag}] `).join('');
  const details = [credits(block), parts(block)].filter((line) => line !== '');
  return [
    `  * ${tags}${block.title}  (line ${block.position.line})`,
    ...details.map((line) => `      ${line}`),
  ];
}

function credits({ authors, venue, year, summarizer, hatTip }: Item): string {
  const named = authors
    .slice(0, MAX_AUTHORS)
    .join(', ')
    .replace(/, (?=et al\.?$)/, ' ');
  const others = authors.length > MAX_AUTHORS ? ` and ${authors.length - MAX_AUTHORS} more` : '';
  return [
    named && `by ${named}${others}`,
    [venue, year].filter((part) => part !== undefined).join(' '),
    summarizer && `summarized by ${summarizer}`,
    hatTip && `H/T ${hatTip}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function parts({ summary, prerequisites, readMore, opinions }: Item): string {
  return [
    summary && `summary: ${words(summary)}`,
    prerequisites && 'prerequisites',
    readMore && 'read more',
    ...opinions.map(({ by, text }) => `${by ? `${by}'s opinion` : 'opinion'}: ${words(text)}`),
  ]
    .filter(Boolean)
    .join(' · ');
}

function words({ nodes }: Markdown): string {
  return count(plainText(nodes).split(/\s+/u).filter(Boolean).length, 'word');
}

function excerpt({ nodes }: Markdown): string {
  const text = oneLine(plainText(nodes));
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH).trimEnd()}…` : text;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
