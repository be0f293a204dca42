/** What every page must be, whatever it shows. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { Look } from '../support/browser.js';

/** Accessible as far as axe can tell, and no wider than the window. */
export async function assertSound(page: Page, { width }: Look): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`);
  assert.deepEqual(found, [], page.url());
  const needed = await page.locator('html').evaluate((html) => html.scrollWidth);
  assert.ok(needed <= width, `${page.url()} is ${needed} px wide`);
}
