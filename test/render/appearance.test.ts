/** The mail in a real browser: phone and desktop, light and dark. */
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderMail } from '../../src/render/mail.js';
import { filled } from './filled.js';
import { fullIssue, PUBLICATION } from './issue-fixture.js';

const executablePath = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const skip = executablePath === undefined && 'no browser: apt-get install chromium';

describe('the mail in a browser', { skip }, () => {
  let browser: Browser;
  let html: string;

  before(async () => {
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    html = filled((await renderMail(fullIssue(), PUBLICATION)).html);
  });
  after(() => browser?.close());

  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    // Nothing is fetched: the mail must stand without its images.
    await page.route('**/*', (route) => route.abort());
    await page.setContent(html);
    return page;
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`has no accessibility fault, contrast included, in ${colorScheme} mode`, async () => {
      const page = await open(700, colorScheme);
      const { violations, passes } = await new AxeBuilder({ page })
        // The mail is a part of a client's page, which has the landmarks.
        .disableRules(['landmark-one-main', 'region'])
        .analyze();
      const faults = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html: element, failureSummary }) => `${id}: ${element} ${failureSummary}`),
      );
      assert.deepEqual(faults, []);
      const contrast = passes.find(({ id }) => id === 'color-contrast');
      assert.ok((contrast?.nodes.length ?? 0) > 30);
      await page.context().close();
    });

    test(`is dark only in dark mode: ${colorScheme}`, async () => {
      const page = await open(360, colorScheme);
      const [red] = await page.evaluate<number[]>(
        "getComputedStyle(document.querySelector('.card')).backgroundColor.match(/[0-9]+/g).map(Number)",
      );
      assert.ok(colorScheme === 'dark' ? Number(red) < 60 : Number(red) > 240);
      await page.context().close();
    });
  }

  for (const width of [320, 360, 700]) {
    test(`needs no sideways scrolling at ${width} pixels`, async () => {
      const page = await open(width, 'light');
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth');
      assert.equal(overflow, width);
      await page.context().close();
    });
  }

  test('is 600 pixels wide where there is room', async () => {
    const page = await open(1000, 'light');
    const box = await page.locator('.card').first().boundingBox();
    assert.equal(box?.width, 600);
    await page.context().close();
  });
});
