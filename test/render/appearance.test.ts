/** The mail in a real browser: phone and desktop, light and dark. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { renderLetter } from '../../src/render/letters.js';
import { renderMail } from '../../src/render/mail.js';
import { launchBrowser, noBrowser } from '../support/browser.js';
import { differenceOf } from '../support/pictures.js';
import { filled } from './filled.js';
import { fullIssue, issue, item, markdown, PUBLICATION, section } from './issue-fixture.js';
import { hasFonts, LOOKS, mailsToLookAt, openMail, photograph, pictureOf } from './looks.js';
import { LETTERS } from './sample-letters.js';

describe('the mail in a browser', { skip: noBrowser }, () => {
  let browser: Browser;
  let html: string;

  before(async () => {
    browser = await launchBrowser();
    html = filled((await renderMail(fullIssue(), PUBLICATION)).html);
  });
  after(() => browser?.close());

  const open = (width: number, colorScheme: 'light' | 'dark', mail = html) =>
    openMail(browser, mail, { width, colorScheme });

  async function faultsOf(page: Page) {
    const { violations, passes } = await new AxeBuilder({ page })
      // The mail is a part of a client's page, which has the landmarks.
      .disableRules(['landmark-one-main', 'region'])
      .analyze();
    const faults = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html: element, failureSummary }) => `${id}: ${element} ${failureSummary}`),
    );
    const contrast = passes.find(({ id }) => id === 'color-contrast');
    return { faults, readable: contrast?.nodes.length ?? 0 };
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`has no accessibility fault, contrast included, in ${colorScheme} mode`, async () => {
      const page = await open(700, colorScheme);
      const { faults, readable } = await faultsOf(page);
      assert.deepEqual(faults, []);
      assert.ok(readable > 30);
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

  test('letters have no accessibility fault, light or dark', async () => {
    // The others are of the same pieces as these.
    for (const kind of ['confirm', 'welcome', 'operator'] as const) {
      const letter = await renderLetter(kind, LETTERS[kind], PUBLICATION);
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open(360, colorScheme, letter.html);
        const { faults, readable } = await faultsOf(page);
        assert.deepEqual(faults, [], `${kind}, ${colorScheme}`);
        assert.ok(readable > 3);
        await page.context().close();
      }
    }
  });

  test('a mail in a language from right to left begins its lines, and its boxes, on the right', async () => {
    const body = issue({
      title: 'שעון השמש',
      body: 'שלום לכולם.',
      sections: [
        section('חדשות', 2, [
          item({
            title: 'מדידות איטיות',
            opinions: [{ by: undefined, text: markdown('דעה קצרה.') }],
          }),
        ]),
      ],
    });
    const mail = await renderMail(body, { ...PUBLICATION, language: 'he', name: 'שבועון' });
    const page = await open(700, 'light', filled(mail.html));
    const styles = await page.evaluate<string[]>(
      `[...document.querySelectorAll('h1, h2, .o td, .band p')].map((element) => {
        const { direction, borderRightWidth } = getComputedStyle(element);
        return [element.tagName, direction, borderRightWidth].join(' ');
      })`,
    );
    assert.ok(styles.includes('TD rtl 3px'), styles.join());
    assert.deepEqual(
      styles.filter((style) => !style.includes(' rtl ')),
      [],
    );
    assert.equal(/direction: ?ltr/.test(filled(mail.html)), false);
    await page.context().close();
  });

  test('a logo has its own picture and ground in dark mode, and stays a picture with a name', async () => {
    const logo = { file: 'logo.png', dark: 'night.png', width: 160, height: 40 };
    const design = { ...PUBLICATION.design, logo };
    const mail = filled((await renderMail(fullIssue(), { ...PUBLICATION, design })).html);
    for (const [colorScheme, file] of [
      ['light', 'logo.png'],
      ['dark', 'night.png'],
    ] as const) {
      const page = await open(700, colorScheme, mail);
      const shown = page.locator('.band img:visible');
      assert.equal(await shown.count(), 1);
      assert.equal(await shown.getAttribute('src'), `https://slow.example/issues/${file}`);
      assert.equal(await shown.getAttribute('alt'), PUBLICATION.name);
      await page.context().close();
    }
  });

  test('the mail looks as it did when it was last looked at (npm run golden)', async (t) => {
    if (!(await hasFonts(browser))) return t.skip('the Liberation fonts are not installed');
    const mails = await mailsToLookAt();
    for (const look of LOOKS) {
      const picture = await photograph(browser, mails[look.name], look);
      const { share, sizes } = differenceOf(picture, pictureOf(look));
      const what = `${look.name} at ${look.width} pixels, ${look.colorScheme}`;
      t.diagnostic(`${what}: ${(share * 100).toFixed(2)} % different (${sizes})`);
      assert.ok(share < 0.02, `${what}: ${(share * 100).toFixed(1)} % different, ${sizes}`);
    }
  });

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
