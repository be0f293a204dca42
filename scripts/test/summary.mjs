/** What the runner printed, read for its closing counts and for what was skipped. */
import { stripVTControlCharacters } from 'node:util';

/** Debian has these: a test that is skipped in CI for want of one hides a fault of the set-up. */
const PROVIDED = /chromium|browser|redis|valkey|no postfix/i;

/** @returns the runner's closing counts in one line: "tests 12, pass 12, fail 0, …" */
export function countsIn(output) {
  const counts = [
    ...plain(output).matchAll(/^ℹ (tests|pass|fail|cancelled|skipped|todo) (\d+)$/gm),
  ];
  return counts.map(([, name, count]) => `${name} ${count}`).join(', ');
}

/** @returns lines of tests that were skipped for want of something the set-up provides */
export function wronglySkipped(output) {
  const skipped = plain(output)
    .split('\n')
    .filter((line) => line.includes('# SKIP') || /^\s*﹣/.test(line));
  return skipped
    .filter((line) => PROVIDED.test(line.split('# ').at(-1) ?? ''))
    .map((line) => line.trim());
}

function plain(output) {
  return stripVTControlCharacters(output);
}
