/** The public pages as readers meet them: phone and desktop, light and dark, without JavaScript. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { fullIssue, issue } from '../render/issue-fixture.js';
import { mp3 } from '../support/audio.js';
import { contextFor, LOOKS, type Look, launchBrowser, noBrowser } from '../support/browser.js';
import { startWebPublication, type WebPublication } from '../web/publication.js';
import { assertSound } from './sound.js';

const PHONE: Look = { width: 360, colorScheme: 'light' };

/** Goes to 500 s as soon as the length is known, and tells where it is. */
const SEEK = `new Promise((resolve, reject) => {
  const audio = document.querySelector('audio');
  audio.onerror = () => reject(audio.error);
  audio.onloadedmetadata = () => { audio.currentTime = 500; };
  audio.onseeked = () => resolve(audio.currentTime);
  audio.preload = 'metadata';
  audio.load();
})`;

describe('the public pages in a browser', { skip: noBrowser }, () => {
  let browser: Browser;
  let publication: WebPublication;
  before(async () => {
    browser = await launchBrowser();
    publication = await startWebPublication();
    const longTitle = 'Anticonstitutionnellementunddonaudampfschifffahrtsgesellschaft returns';
    publication.shelf.push(
      issue({ number: 13, title: longTitle }),
      fullIssue(),
      issue({ number: 7, audio: 'https://audio.example/7.mp3' }),
    );
    await publication.attach(12, mp3(600));
  });
  after(async () => {
    await browser?.close();
    await publication?.stop();
  });

  async function visit(look: Look, path: string, javaScriptEnabled = true): Promise<Page> {
    const context = await contextFor(browser, look, { javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${publication.url}${path}`);
    return page;
  }

  for (const javaScriptEnabled of [true, false]) {
    const name = javaScriptEnabled ? 'with' : 'without';
    test(`a reader leaves with one click on the button, ${name} JavaScript`, async () => {
      const { id, token } = await publication.subscribe(`reader-${name}@a.example`);
      const page = await visit(PHONE, `/u/${token}`, javaScriptEnabled);
      assert.equal((await publication.audience.get(id))?.status, 'active');
      await page.getByRole('button', { name: 'Unsubscribe' }).click();
      await page.getByRole('heading', { name: 'You have left The Envelope' }).waitFor();
      assert.equal((await publication.audience.get(id))?.status, 'unsubscribed');
      assert.deepEqual(await page.context().cookies(), []);
      await page.context().close();
    });
  }

  test('the button can be reached and pressed with the keyboard alone', async () => {
    const { id, token } = await publication.subscribe('keyboard@a.example');
    const page = await visit(PHONE, `/u/${token}`);
    const button = page.getByRole('button', { name: 'Unsubscribe' });
    const isFocused = () => button.evaluate((element) => element.matches(':focus-visible'));
    for (let steps = 0; steps < 10 && !(await isFocused()); steps += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /You have left/ }).waitFor();
    assert.equal((await publication.audience.get(id))?.status, 'unsubscribed');
    await page.context().close();
  });

  test('going back and pressing again says the same', async () => {
    const { token } = await publication.subscribe('twice@a.example');
    const page = await visit(PHONE, `/u/${token}`);
    await page.getByRole('button').click();
    await page.goto(`${publication.url}/u/${token}`);
    await page.getByRole('heading', { name: 'You have already left' }).waitFor();
    assert.equal(await page.getByRole('button').count(), 0);
    await page.context().close();
  });

  for (const look of LOOKS) {
    test(`every page is accessible and fits, ${look.width} px, ${look.colorScheme}`, async () => {
      const { token } = await publication.subscribe(
        `look-${look.width}-${look.colorScheme}@a.example`,
      );
      const paths = [
        '/',
        '/issues',
        '/issues/12',
        '/issues/13',
        '/issues/7',
        '/search',
        '/search?q=tide&highlights=yes',
        '/contributors',
        '/contributors/ada',
        '/categories',
        `/u/${token}`,
        '/u/broken',
        '/none',
      ];
      const page = await visit(look, '/');
      for (const path of paths) {
        await page.goto(`${publication.url}${path}`);
        await assertSound(page, look);
      }
      await page.goto(`${publication.url}/u/${token}`);
      await page.getByRole('button').click();
      await page.getByRole('heading', { name: /You have left/ }).waitFor();
      await assertSound(page, look);
      await page.context().close();
    });
  }

  test('the player loads nothing until it is used, and begins anywhere', async () => {
    const page = await visit(PHONE, '/issues/12');
    const loaded = await page.evaluate(
      'performance.getEntriesByType("resource").map(({ name }) => name)',
    );
    assert.doesNotMatch(String(loaded), /audio/);
    const at = await page.evaluate(SEEK);
    assert.equal(at, 500);
    await page.context().close();
  });

  test('the contents lead to their sections, and the neighbours to theirs', async () => {
    const page = await visit(PHONE, '/issues/12');
    await page.getByRole('navigation', { name: 'In this issue' }).getByText('Instruments').click();
    const heading = page.getByRole('heading', { name: 'Instruments' });
    assert.ok((await heading.boundingBox())?.y, 'scrolled into view');
    await page.getByRole('link', { name: /^Previous/ }).click();
    await page.waitForURL('**/issues/7');
    await page.context().close();
  });

  for (const javaScriptEnabled of [true, false]) {
    const name = javaScriptEnabled ? 'while it is typed' : 'without JavaScript';
    for (const width of [360, 1280]) {
      test(`a reader goes from an issue to what the search finds, ${name}, ${width} px`, async () => {
        const page = await visit({ width, colorScheme: 'light' }, '/issues/12', javaScriptEnabled);
        await page.getByRole('link', { name: 'Search', exact: true }).click();
        const box = page.getByRole('searchbox');
        await box.fill('pendulm');
        if (!javaScriptEnabled) await box.press('Enter');
        const found = page.getByRole('link', { name: 'A pendulum that was never stopped' });
        await found.waitFor();
        await page.waitForURL('**/search?q=pendulm*');
        await page.getByLabel('Highlights only').check();
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Search' }).click();
        await page.getByText('Nothing found.').waitFor();
        await page.getByLabel('Highlights only').uncheck();
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Search' }).click();
        await found.click();
        await page.waitForURL('**/issues/12#*');
        await page.context().close();
      });
    }
  }

  test('a page asks nobody else for anything', async () => {
    const context = await contextFor(browser, PHONE);
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    for (const path of ['/', '/issues', '/search?q=a', '/u/broken'])
      await page.goto(`${publication.url}${path}`);
    assert.deepEqual([...new Set(asked)], [publication.url]);
    // The status of a page is no complaint about the page.
    assert.deepEqual(
      complaints.filter((text) => !text.includes('404')),
      [],
    );
    await context.close();
  });
});
