/** `pressrun preview` as an editor starts it, in a real browser. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { contextFor, launchBrowser, noBrowser } from '../support/browser.js';
import { makePublication, type Running, type TestPublication } from '../support/publication.js';

const issue = (words: string) => `---
number: 3
title: Three
---
Dear {{default subscriber.name "reader"}}. ${words}

![A lamp](3/lamp.png)

## News

[One](https://one.example): Lit by [a lamp](http://arxiv.org/abs/1).
`;

/** One dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('pressrun preview', { skip: noBrowser }, () => {
  let publication: TestPublication;
  let browser: Browser;
  let page: Page;
  let preview: Running;
  let printed = '';

  before(async () => {
    publication = await makePublication({ smtpUrl: 'smtp://127.0.0.1:9' });
    await publication.write('issues/2.md', issue('The older one.').replace('3', '2'));
    await publication.write('issues/3.md', issue('First words.'));
    await mkdir(join(publication.dir, 'issues/3'));
    await writeFile(join(publication.dir, 'issues/3/lamp.png'), PNG);
    await publication.write('readers.csv', 'email,name\nann@example.org,Ann Given\n');
    const imported = await publication.run(
      'subscribers',
      'import',
      join(publication.dir, 'readers.csv'),
    );
    assert.equal(imported.code, 0, imported.stderr);
    preview = publication.start('preview', '--as', 'ann@example.org');
    preview.child.stdout?.on('data', (text: string) => {
      printed += text;
    });
    browser = await launchBrowser();
    page = await (await contextFor(browser, { width: 1280, colorScheme: 'light' })).newPage();
    await preview.says('Ctrl-C ends it');
  });
  after(async () => {
    await browser?.close();
    await publication?.remove();
  });

  const mail = () => page.frameLocator('#mail');
  const isShown = () =>
    mail()
      .locator('img[alt="A lamp"]')
      .evaluate((image) =>
        (image as unknown as { decode(): Promise<void> }).decode().then(
          () => true,
          () => false,
        ),
      );

  it('prints where it is, and shows the last issue as the named subscriber gets it', async () => {
    const [url] = /^http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
    assert.ok(url, printed);
    await page.goto(url);
    await mail().getByText('Dear Ann Given. First words.').waitFor();
    assert.equal(await page.locator('#reader option').count(), 4);
  });

  it('shows pictures beside the issue, unless images are blocked', async () => {
    assert.equal(await isShown(), true);
    await page.keyboard.press('i');
    // The frame's own address: its src changes before what is in it does.
    while (!page.frames().some((frame) => frame.url().includes('-blocked'))) {
      await page.waitForTimeout(20);
    }
    await mail().getByText('First words.').waitFor();
    assert.equal(await isShown(), false);
    await page.keyboard.press('i');
  });

  it('shows what is saved, with what check says of it', async () => {
    await page.getByText('link-insecure, check --fix mends it').waitFor();
    await publication.write('issues/3.md', issue('Other words. TK').replace('http:', 'https:'));
    await mail().getByText('Other words.').waitFor();
    await page.locator('#lint').getByText('tk-marker').waitFor();
    assert.equal(await page.locator('#lint').getByText('link-insecure').count(), 0);
  });

  it('writes the same page as files with --static, and opens from the folder', async () => {
    const out = join(publication.dir, 'proof');
    const written = await publication.run('preview', '2', '--static', out);
    assert.equal(written.code, 0, written.stderr);
    assert.match(written.stdout, /index\.html: issue 2, in \d+ files/);
    await page.goto(pathToFileURL(join(out, 'index.html')).href);
    await mail().getByText('Dear Sample Reader. The older one.').waitFor();
    await page.getByText('link-insecure, check --fix mends it').waitFor();
    await page.keyboard.press('r');
    await mail().getByText('Dear reader. The older one.').waitFor();
    await page.keyboard.press('d');
    await page.waitForFunction("document.querySelector('#mail').src.includes('-dark')");
    await page.keyboard.press('3');
    await page.locator('#text').getByText('Dear reader. The older one.').waitFor();
  });

  it('ends on Ctrl-C', async () => {
    preview.child.kill('SIGINT');
    assert.equal((await preview.done).code, 0);
  });
});
