/** An issue of a real one's size: the example publication's longest, and letters until it is full. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const EXAMPLES = join(import.meta.dirname, '../examples/envelope/issues');
/** With these the HTML part has about 60 KB and the whole message about 100 KB. */
const LETTERS = 12;

export function benchIssue(number: number): string {
  const example = readFileSync(join(EXAMPLES, '3.md'), 'utf8').replace(
    /^number: 3$/m,
    `number: ${number}`,
  );
  const letters = Array.from({ length: LETTERS }, (_, at) => letter(at + 1));
  return `${example}\n## Letters to the bench\n\n${letters.join('\n\n')}\n`;
}

function letter(at: number): string {
  return (
    `[Letter ${at} to the bench](https://letters.bench.example/${at}) *(A Reader)* (summarized by Ines): ` +
    'How large is a weekly mail, and what does it cost to carry? The writer weighed every issue of a year, ' +
    'found that three quarters of the bytes were the same in all of them, and asks whether they have to be ' +
    `wrapped anew for each of her ${at * 1000} neighbours. They do not; that is what is measured here.`
  );
}
