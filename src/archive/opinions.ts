/**
 * All opinions of an item in one cell. The summarizer's own stands there bare; whatever somebody else
 * thinks begins with their label, as in an issue: `**Ann's opinion:** …`.
 */
import { parseProse } from '../issue/prose.js';
import type { Item, Opinion } from '../issue/types.js';
import type { SummaryRow } from './columns.js';

const LABEL = /(?:^|\n\n)\*\*(?:([^*\n:]{1,80}?)['’]s?[ \t]+|My )opinion:\*\*[ \t\n]*/g;

export function formatOpinions({ opinions, summarizer }: Item): string {
  const texts = opinions.map(({ by, text }, at) => {
    const isOwn = by === undefined || by === summarizer;
    if (isOwn && at === 0) return text.source;
    return `**${isOwn ? 'My' : `${by}'s`} opinion:** ${text.source}`;
  });
  return texts.join('\n\n');
}

export function parseOpinions({
  opinion,
  summarizer,
}: Pick<SummaryRow, 'opinion' | 'summarizer'>): Opinion[] {
  const own = summarizer || undefined;
  const opinions: Opinion[] = [];
  const add = (by: string | undefined, source: string) => {
    if (source.trim() !== '') opinions.push({ by, text: parseProse(source.trim()) });
  };
  let by = own;
  let from = 0;
  for (const match of opinion.matchAll(LABEL)) {
    add(by, opinion.slice(from, match.index));
    by = match[1] ?? own;
    from = match.index + match[0].length;
  }
  add(by, opinion.slice(from));
  return opinions;
}
