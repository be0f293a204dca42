/** What `npm test` adds to the runner: it counts, and it notices what was left behind or skipped. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Leftovers {
  leftoversOf(folder: string): { pid: number; command: string }[];
}
interface Summary {
  countsIn(output: string): string;
  wronglySkipped(output: string): string[];
}

const script = (name: string) => new URL(`../../scripts/test/${name}.mjs`, import.meta.url).href;
const { leftoversOf } = (await import(script('leftovers'))) as Leftovers;
const { countsIn, wronglySkipped } = (await import(script('summary'))) as Summary;

const OUTPUT = `✔ counts (1ms)
﹣ every real issue arrives (1ms) # no folder of real issues beside the repository
﹣ the page is accessible (1ms) # no chromium on this machine
\u001b[34mℹ tests 3\u001b[39m
ℹ pass 1
ℹ fail 0
ℹ skipped 2
`;

describe('the end of a run', () => {
  it('is told in one line of counts, colours or not', () => {
    assert.equal(countsIn(OUTPUT), 'tests 3, pass 1, fail 0, skipped 2');
  });

  it('names tests skipped for want of what the set-up provides, and no others', () => {
    assert.deepEqual(wronglySkipped(OUTPUT), [
      '﹣ the page is accessible (1ms) # no chromium on this machine',
    ]);
  });

  const places: [where: string, options: (folder: string) => object][] = [
    ['working folder', (cwd) => ({ cwd })],
    ['environment', (TMPDIR) => ({ env: { ...process.env, TMPDIR } })],
  ];
  for (const [where, options] of places) {
    it(`finds a detached process that has the folder of the run in its ${where}`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'pt-runner-'));
      t.after(() => rm(folder, { recursive: true }));
      const child = spawn('sleep', ['60'], {
        detached: true,
        stdio: 'ignore',
        ...options(folder),
      });
      t.after(() => child.kill('SIGKILL'));
      assert.deepEqual(
        leftoversOf(folder).map(({ pid }) => pid),
        [child.pid],
      );
    });
  }

  it('finds nothing where nothing was left', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'pt-runner-'));
    t.after(() => rm(folder, { recursive: true }));
    assert.deepEqual(leftoversOf(folder), []);
  });
});
