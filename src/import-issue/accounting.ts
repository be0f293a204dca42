/** Whether an import lost a word: every word of the source is in the issue or in the report. */
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Words that stand more often in the source than in what became of it; letters' case makes no
 * difference, nor do marks of Markdown.
 */
export function lostWords(source: string, results: readonly string[]): string[] {
  const kept = countWords(results.join('\n'));
  const lost: string[] = [];
  for (const [word, times] of countWords(source)) {
    const missing = times - (kept.get(word) ?? 0);
    for (let i = 0; i < missing; i++) lost.push(word);
  }
  return lost;
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.normalize('NFC').toLowerCase().matchAll(WORD)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
