/** What every page must be, whatever it shows. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { Look } from '../support/browser.js';

/** Hints in empty fields that are wider than their field, as JSON. */
const CUT_HINTS = `[...document.querySelectorAll('input[placeholder]')].filter((input) => {
  const style = getComputedStyle(input);
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  // A search field keeps room for the button that empties it.
  const button = input.type === 'search' ? parseFloat(style.fontSize) : 0;
  const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - button;
  return pen.measureText(input.placeholder).width > room;
}).map((input) => input.placeholder)`;

/** Accessible as far as axe can tell, no wider than the window, and no hint is cut. */
export async function assertSound(page: Page, { width }: Look): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`);
  assert.deepEqual(found, [], page.url());
  const needed = await page.locator('html').evaluate((html) => html.scrollWidth);
  assert.ok(needed <= width, `${page.url()} is ${needed} px wide`);
  assert.deepEqual(await page.evaluate(CUT_HINTS), [], page.url());
}
