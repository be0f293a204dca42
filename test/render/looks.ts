/**
 * How the mail looks in a browser: the same for every machine, as far as that can be. The fonts are
 * Liberation's, which set-up installs beside the browser, and pictures are half as large, so that a
 * font smoothed in another way makes no difference.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { PublicationConfig } from '../../src/config/types.js';
import { renderLetter } from '../../src/render/letters.js';
import { renderMail } from '../../src/render/mail.js';
import { filled } from './filled.js';
import { GOLDEN } from './golden.js';
import { fullIssue, PUBLICATION } from './issue-fixture.js';
import { LETTERS } from './sample-letters.js';

const FONTS = {
  heading: "'Liberation Serif'",
  body: "'Liberation Sans'",
  code: "'Liberation Mono'",
};

export interface Look {
  name: 'issue' | 'welcome';
  width: number;
  colorScheme: 'light' | 'dark';
}

export const LOOKS: readonly Look[] = (['issue', 'welcome'] as const).flatMap((name) =>
  [360, 700].flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ name, width, colorScheme })),
  ),
);

export function pictureOf({ name, width, colorScheme }: Look): string {
  return join(GOLDEN, `${name}-${width}-${colorScheme}.png`);
}

/** The mails, in fonts that every machine of ours has. */
export async function mailsToLookAt(): Promise<Record<Look['name'], string>> {
  const design = { ...PUBLICATION.design, fonts: FONTS };
  const publication: PublicationConfig = { ...PUBLICATION, design };
  const full = fullIssue();
  // The example's Japanese item would need a font that set-up does not install.
  const sections = full.sections.map((section) => ({
    ...section,
    blocks: section.blocks.filter((block) => block.kind !== 'item' || !/日/.test(block.title)),
  }));
  return {
    issue: filled((await renderMail({ ...full, sections }, publication)).html),
    welcome: (await renderLetter('welcome', LETTERS.welcome, publication)).html,
  };
}

/** @returns the page with the mail in it, nothing fetched */
export async function openMail(
  browser: Browser,
  html: string,
  { width, colorScheme }: Omit<Look, 'name'>,
  deviceScaleFactor = 1,
): Promise<Page> {
  const viewport = { width, height: 800 };
  const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor });
  const page = await context.newPage();
  await page.route('**/*', (route) => route.abort());
  await page.setContent(html);
  return page;
}

/** A picture of the whole mail, half as large. */
export async function photograph(browser: Browser, html: string, look: Look): Promise<Buffer> {
  const page = await openMail(browser, html, look, 0.5);
  const picture = await page.screenshot({ fullPage: true });
  await page.context().close();
  return picture;
}

/** Whether the fonts are there: without them every line would break elsewhere. */
export async function hasFonts(browser: Browser): Promise<boolean> {
  const page = await browser.newPage();
  await page.setContent(
    Object.values(FONTS)
      .flatMap((font) => ['monospace', 'serif'].map((other) => `${font},${other}`))
      .map(
        (fonts) =>
          `<span style="font:20px ${fonts.replaceAll('"', "'")}">Wide illness, 1234</span><br>`,
      )
      .join(''),
  );
  const widths = await page
    .locator('span')
    .evaluateAll((spans) => spans.map((span) => span.getBoundingClientRect().width));
  await page.close();
  // A font that is there is as wide whatever stands behind it in the list.
  return widths.every((width, index) => width === widths[index - (index % 2)]);
}
