/** Joining and leaving as readers do it: a form, a mail, a click, in a real browser. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { fullIssue } from '../render/issue-fixture.js';
import { contextFor, LOOKS, type Look, launchBrowser, noBrowser } from '../support/browser.js';
import { type Sink, startSink } from '../support/smtp-sink.js';
import { type LetterBox, linkIn, startLetterBox } from '../web/letters.js';
import { startWebPublication, type WebPublication } from '../web/publication.js';
import { assertSound } from './sound.js';

const PHONE: Look = { width: 360, colorScheme: 'light' };

describe('joining in a browser', { skip: noBrowser }, () => {
  let browser: Browser;
  let sink: Sink;
  let publication: WebPublication;
  let box: LetterBox;
  before(async () => {
    browser = await launchBrowser();
    sink = await startSink();
    publication = await startWebPublication({ smtp: { url: sink.url } });
    publication.shelf.push(fullIssue());
    box = await startLetterBox(publication, sink);
  });
  after(async () => {
    await browser?.close();
    await box?.stop();
    await publication?.stop();
    await sink?.stop();
  });
  beforeEach(() => publication.redis.del('envelope:limit:all:sign-ups'));

  async function visit(look: Look, path: string, javaScriptEnabled = true): Promise<Page> {
    const context = await contextFor(browser, look, { javaScriptEnabled });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(`${publication.url}${path}`);
    return page;
  }
  const link = async (address: string, path: string, count = 1) =>
    `${publication.url}${linkIn(await box.letterTo(address, count), path)}`;
  async function stampAnew(page: Page): Promise<void> {
    const stamp = publication.joining.stamp(Date.now() - 5_000);
    await page.locator('[name=stamp]').evaluate((input, value) => {
      input.setAttribute('value', value);
    }, stamp);
  }
  /** The form asks again when it was filled in faster than people do; a test is a program. */
  async function fillIn(page: Page, address: string): Promise<void> {
    await page.getByLabel('Your email address').fill(address);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    const again = page.getByText('press the button once more');
    const done = page.getByRole('heading', { name: 'Look into your mail' });
    await again.or(done).waitFor();
    while (await again.isVisible()) {
      await page.locator('[name=stamp]').evaluate(
        (input, stamp) => {
          (input as unknown as { value: string }).value = stamp;
        },
        publication.joining.stamp(Date.now() - 5_000),
      );
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await again.or(done).waitFor();
    }
  }

  const flood = () => publication.redis.set('envelope:limit:all:sign-ups', 500, 'EX', 60);

  for (const look of LOOKS) {
    // Each width and each scheme with scripts and without.
    const javaScriptEnabled = (look.width === 360) === (look.colorScheme === 'dark');
    const name = `${look.width} px, ${look.colorScheme}, ${javaScriptEnabled ? 'with' : 'without'}`;
    test(`a reader subscribes, confirms, reads, searches and leaves: ${name} JavaScript`, async () => {
      const address = `reader-${look.width}-${look.colorScheme}@a.example`;
      const page = await visit(look, '/', javaScriptEnabled);
      await fillIn(page, address);
      await page.goto(await link(address, 'confirm'));
      await page.getByRole('button', { name: 'Yes, subscribe' }).click();
      await page.getByRole('heading', { name: 'You are subscribed' }).waitFor();
      await page.getByRole('link', { name: 'What tides remember' }).click();
      await page.getByRole('heading', { name: 'What tides remember' }).waitFor();
      await page.getByRole('link', { name: 'Search', exact: true }).click();
      await page.getByRole('searchbox').fill('pendulm');
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('link', { name: 'A pendulum that was never stopped' }).click();
      await page.waitForURL('**/issues/12#*');
      const welcome = await box.letterTo(address, 2);
      const leave = /List-Unsubscribe: <([^>]+)>/.exec(welcome.raw)?.[1] ?? '';
      await page.goto(`${publication.url}${new URL(leave).pathname}`);
      await page.getByRole('button', { name: 'Unsubscribe' }).click();
      await page.getByRole('heading', { name: 'You have left The Envelope' }).waitFor();
      assert.deepEqual(await page.context().cookies(), []);
      await page.context().close();
    });
  }

  test('when too many come the browser works for it, or the reader waits without scripts', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await flood();
      const page = await visit(PHONE, '/subscribe', javaScriptEnabled);
      const address = `crowd-${javaScriptEnabled}@a.example`;
      await page.getByLabel('Your email address').fill(address);
      await page.locator('[name=stamp]').evaluate(
        (input, stamp) => {
          (input as unknown as { value: string }).value = stamp;
        },
        publication.joining.stamp(Date.now() - 5_000),
      );
      await page.getByRole('button', { name: 'Subscribe' }).click();
      if (!javaScriptEnabled) {
        await page.getByRole('heading', { name: 'One moment' }).waitFor();
        await page.getByRole('button', { name: 'Go on without' }).click();
      }
      await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
      const late = page.getByText('it can take some minutes');
      assert.equal(await late.isVisible(), !javaScriptEnabled);
      await page.context().close();
    }
    await box.letterTo('crowd-true@a.example');
  });

  for (const look of LOOKS) {
    test(`every page of it is accessible and fits, ${look.width} px, ${look.colorScheme}`, async () => {
      const address = `look-${look.width}-${look.colorScheme}@a.example`;
      const page = await visit(look, '/subscribe');
      await assertSound(page, look);
      await page.getByLabel('Your email address').fill('someone@nowhere');
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('alert').first().waitFor();
      await assertSound(page, look);
      await fillIn(page, address);
      await assertSound(page, look);
      await page.goto(await link(address, 'confirm'));
      await assertSound(page, look);
      await page.getByRole('button', { name: 'Yes, subscribe' }).click();
      await page.getByRole('heading', { name: 'You are subscribed' }).waitFor();
      await assertSound(page, look);
      await page.goto(`${publication.url}/confirm/broken`);
      await assertSound(page, look);
      await page.route('**/prove.js', (route) => route.abort());
      await flood();
      await page.getByLabel('Your email address').fill(`late-${address}`);
      await stampAnew(page);
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await page.getByRole('heading', { name: 'One moment' }).waitFor();
      await assertSound(page, look);
      await page.context().close();
    });
  }
});
