/**
 * Text whose lines were run together still has the rules of its headings in it:
 * `… the end. ------ HIGHLIGHTS ------ Title`. They are worth a line of their own again.
 */
import type { SourceLine } from './source-lines.js';

const INLINE_RULE = /(?<=\s|^)([-=_])\1{2,}(?=\s|$)/gu;
/** A mark that Mailchimp's plain text puts before headings. */
const STARS = /(?<=\s|^)\*\*\s+(?=\S)/gu;

/** As wide as the page: it says nothing about the words above it. */
const SHORTEST_FULL_RULE = 60;

export function splitInlineRules(lines: readonly SourceLine[]): SourceLine[] {
  return lines.flatMap(splitLine);
}

function splitLine({ text, line }: SourceLine): SourceLine[] {
  const rules = [...text.matchAll(INLINE_RULE)].filter(({ 0: rule }) => rule !== text.trim());
  if (rules.length === 0) return [{ text, line }];
  const parts: string[] = [];
  let from = 0;
  for (const match of rules) {
    parts.push(...beforeRule(text.slice(from, match.index).trim(), match[0]), match[0]);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from).trim());
  // Empty parts are kept: a rule belongs to the line right above it.
  return parts.map((part) => ({ text: part, line }));
}

/** The words right over a rule, when it is as long as they are, or they are marked. */
function beforeRule(text: string, rule: string): string[] {
  const stars = [...text.matchAll(STARS)].at(-1);
  if (stars) return [text.slice(0, stars.index).trim(), '', text.slice(stars.index)];
  if (rule.length >= SHORTEST_FULL_RULE) return [text, ''];
  for (let start = text.length; start > 0; start = text.lastIndexOf(' ', start - 1)) {
    const words = text.slice(start === text.length ? start : start + 1);
    if (words.length > rule.length) break;
    if (words.length === rule.length) return [text.slice(0, start).trim(), '', words];
  }
  return text.length === rule.length ? ['', text] : [text, ''];
}
