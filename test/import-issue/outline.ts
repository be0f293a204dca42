/** What an issue consists of, line by line: for comparing two of them. */
import type { Issue } from '../../src/issue/types.js';

export function outlineOf(issue: Issue | undefined): string[] {
  return (issue?.sections ?? []).flatMap(({ level, name, blocks }) => [
    `${'#'.repeat(level)} ${name.toLowerCase()}`,
    ...blocks.flatMap((block) => {
      if (block.kind !== 'item') return [];
      const { title, authors, summarizer, hatTip, opinions } = block;
      const parts = [
        title,
        authors.join('; '),
        summarizer,
        hatTip,
        ...opinions.map(({ by }) => by),
      ];
      return [parts.map((part) => part || '-').join(' | ')];
    }),
  ]);
}
