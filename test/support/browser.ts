/** A real browser for tests of pages and mails. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Quiet, without the sandbox containers forbid, and without calls of its own. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const program = findBrowser();

/** For `describe(…, { skip: noBrowser })`; the test runner counts it as a failure in CI. */
export const noBrowser =
  program === undefined && 'no browser: apt-get install chromium, or name one in CHROMIUM';

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ ...(program && { executablePath: program }), args: ARGS });
}

export interface Look {
  /** CSS pixels. */
  width: number;
  colorScheme: 'light' | 'dark';
}

/** Phone and desktop, light and dark. */
export const LOOKS: readonly Look[] = [360, 1280].flatMap((width) => [
  { width, colorScheme: 'light' as const },
  { width, colorScheme: 'dark' as const },
]);

export function contextFor(
  browser: Browser,
  { width, colorScheme }: Look,
  options: { javaScriptEnabled?: boolean } = {},
): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width, height: 800 }, colorScheme, ...options });
}

/** CHROMIUM, else the first of the usual names on PATH. */
function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const usual = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env.CHROMIUM, ...usual].find((path) => path && isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
