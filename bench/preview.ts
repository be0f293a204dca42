/**
 * How long an editor waits: from the moment an issue is saved until the open page shows it.
 *
 *     node scripts/build.mjs && node --import tsx bench/preview.ts [FILE] [SAVES]
 *
 * FILE is an issue; its folder is what it is previewed among (default: the benchmark's own issue). It
 * and its neighbours are copied, and `pressrun preview` runs as built, in a real browser: the page's
 * mark "shown" is set when the mail's frame has loaded.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { contextFor, launchBrowser } from '../test/support/browser.js';
import { benchIssue } from './issue.js';

const MAIN = join(import.meta.dirname, '../dist/src/cli/main.js');
const YAML = `publication:
  name: The Weekly
  slug: weekly
  prefix: AN
  from: The Weekly <news@weekly.example>
  url: https://weekly.example
  postalAddress: 1 Street, 12345 City
smtp:
  url: smtp://localhost:25
`;

const [given, saves = '12'] = process.argv.slice(2);
// First: where there is none, nothing was begun that had to be ended.
const browser = await launchBrowser();
const dir = await mkdtemp(join(tmpdir(), 'pressrun-bench-preview-'));
const file = await makePublication();
const preview = spawn(process.execPath, [MAIN, '--dir', dir, 'preview', file], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const page = await (await contextFor(browser, { width: 1280, colorScheme: 'light' })).newPage();
  await page.goto(await addressPrinted());
  await shownAfter(page, 0);
  await checked(page);
  const waits: number[] = [];
  const source = await readFile(file, 'utf8');
  for (let save = 1; save <= Number(saves); save++) {
    waits.push(await waitFor(page, source, save));
    await checked(page);
  }
  report(waits, source.length);
} finally {
  await browser.close();
  preview.kill('SIGTERM');
  await once(preview, 'close');
  await rm(dir, { recursive: true, force: true });
}

async function makePublication(): Promise<string> {
  await writeFile(join(dir, 'pressrun.yaml'), YAML);
  const issues = join(dir, 'issues');
  await mkdir(issues);
  if (given !== undefined) {
    await cp(dirname(resolve(given)), issues, { recursive: true });
    return join(issues, basename(given));
  }
  await writeFile(join(issues, '9.md'), benchIssue(9));
  return join(issues, '9.md');
}

async function addressPrinted(): Promise<string> {
  let printed = '';
  for await (const chunk of preview.stdout) {
    printed += String(chunk);
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the preview ended before it had an address');
}

/** @returns milliseconds from before the write to the page's mark */
async function waitFor(page: Page, source: string, save: number): Promise<number> {
  const before = await shownAfter(page, 0);
  const savedAt = performance.timeOrigin + performance.now();
  await writeFile(file, `${source}\nSaved ${save} times.\n`);
  return (await shownAfter(page, before)) - savedAt;
}

/** Waits for a mark later than `time` (of the clock, in milliseconds), and returns its time. */
async function shownAfter(page: Page, time: number): Promise<number> {
  return page.evaluate<number>(
    `new Promise((resolve) => {
      const look = () => {
        const mark = performance.getEntriesByName('shown').at(-1);
        const at = mark && performance.timeOrigin + mark.startTime;
        at > ${time} ? resolve(at) : requestAnimationFrame(look);
      };
      look();
    })`,
  );
}

/** The next save is measured on a page at rest. */
async function checked(page: Page): Promise<void> {
  await page.locator('#lint[aria-busy="false"]').waitFor({ state: 'attached' });
}

function report(waits: number[], characters: number): void {
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  process.stdout.write(
    `${basename(file)}, ${characters} characters, ${waits.length} saves: ` +
      `median ${at(0.5)} ms, fastest ${at(0)} ms, slowest ${at(1)} ms ` +
      `(first ${Math.round(waits[0] ?? 0)} ms; load average ${loadavg()[0]?.toFixed(1)})\n`,
  );
}
