/** The live preview in a real browser: what an editor sees while writing. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { keepUp, type Live } from '../../src/preview/live.js';
import { buildProof, READERS } from '../../src/preview/proof.js';
import { buildPreview, type PreviewServer } from '../../src/preview/server.js';
import { PreviewModel } from '../../src/preview/state.js';
import { writeStatic } from '../../src/preview/static.js';
import { watchPublication } from '../../src/preview/watch.js';
import { contextFor, launchBrowser, noBrowser } from '../support/browser.js';

const YAML = `publication:
  name: The Weekly
  slug: weekly
  prefix: WK
  from: The Weekly <news@weekly.example>
  url: https://weekly.example
  postalAddress: 1 Street, 12345 City
smtp:
  url: smtp://localhost:25
`;

/** What of a browser's window the tests ask there. */
interface Styled {
  getComputedStyle(element: unknown): { backgroundColor: string };
}

const issueWith = (words: string) => `---
number: 7
title: Seven
---
Dear {{default subscriber.name "reader"}}. ${words} TK

## News

[One](https://one.example) (summarized by Bo): <script>alert(1)</script> Text.
`;

describe('the preview in a browser', { skip: noBrowser }, () => {
  let browser: Browser;
  let dir: string;
  let server: PreviewServer;
  let url: string;
  let page: Page;
  let stopWatching: () => void;
  const model = new PreviewModel();
  const save = (text: string) => writeFile(join(dir, 'issues/7.md'), text);
  let live: Live;
  const mail = () => page.frameLocator('#mail');

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pressrun-preview-'));
    await mkdir(join(dir, 'issues'));
    await writeFile(join(dir, 'pressrun.yaml'), YAML);
    await save(issueWith('First words.'));
    server = await buildPreview(model, dir);
    const build = () => buildProof(dir, join(dir, 'issues/7.md'), READERS);
    live = keepUp(model, build, server.announce);
    live.rebuild();
    await live.built();
    url = await server.app.listen({ host: '127.0.0.1', port: 0 });
    stopWatching = watchPublication(dir, undefined, live.rebuild);
    browser = await launchBrowser();
    const context = await contextFor(browser, { width: 1280, colorScheme: 'light' });
    page = await context.newPage();
    await page.goto(url);
  });
  after(async () => {
    stopWatching?.();
    live?.stop();
    await live?.built();
    await browser?.close();
    await server?.app.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('shows the mail as a reader gets it, and for a reader of whom nothing is known', async () => {
    await mail().getByText('Dear Sample Reader. First words.').waitFor();
    await page.keyboard.press('r');
    await mail().getByText('Dear reader. First words.').waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('r');
  });

  it('says why a reader of the highlights gets all of it', async () => {
    const { label } = model.proof?.copies.highlights ?? {};
    assert.match(label ?? '', /all of it: nothing in it is a highlight/);
  });

  it('has phone, text, source and headers under their keys', async () => {
    await page.keyboard.press('1');
    assert.equal(await page.locator('#mail').evaluate((frame) => frame.clientWidth < 400), true);
    await page.keyboard.press('3');
    await page.getByText('Dear Sample Reader').waitFor();
    await page.keyboard.press('5');
    await page.getByText('List-Unsubscribe-Post').waitFor();
    await page.keyboard.press('2');
  });

  it('shows dark as dark, and no images when they are blocked', async () => {
    const background = () =>
      mail()
        .locator('.card')
        .first()
        .evaluate(
          (card) => (globalThis as unknown as Styled).getComputedStyle(card).backgroundColor,
        );
    await mail().getByText('First words.').waitFor();
    const light = await background();
    await page.keyboard.press('d');
    await page.waitForFunction("document.querySelector('iframe').src.includes('dark')");
    await mail().getByText('First words.').waitFor();
    assert.notEqual(await background(), light);
    await page.keyboard.press('i');
    await page.waitForFunction("document.querySelector('iframe').src.includes('dark-blocked')");
    const policy = await (
      await fetch(
        await page.locator('#mail').evaluate((frame) => (frame as unknown as { src: string }).src),
      )
    ).headers.get('content-security-policy');
    assert.match(policy ?? '', /img-src 'none'/);
    await page.keyboard.press('i');
    await page.keyboard.press('d');
  });

  it('puts what check found beside its line', async () => {
    await page.keyboard.press('n');
    const row = page.locator('#line-5');
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /TK: something is still to come here/);
    await page.locator('#lint').getByText('tk-marker').waitFor();
    await page.keyboard.press('2');
  });

  it('adds what is wrong with the finished mail, and leaves the mail where it is', async () => {
    const large = page.locator('#lint').getByText('html-large');
    const loaded = await page.locator('#mail').getAttribute('src');
    await writeFile(join(dir, 'pressrun.yaml'), `${YAML}check: {warnHtmlBytes: 1000}\n`);
    await large.waitFor();
    const follows = await page.locator('#mail').getAttribute('src');
    assert.notEqual(follows, loaded);
    assert.equal(follows, `mail-sample-light.html?${model.state(true).mailVersion}`);
    await writeFile(join(dir, 'pressrun.yaml'), YAML);
    await large.waitFor({ state: 'detached' });
  });

  it('names the file of what an own template brought in, and does not look for its line here', async () => {
    await mkdir(join(dir, 'templates/email'), { recursive: true });
    const template = join(dir, 'templates/email/intro.html');
    await writeFile(template, '<div style="color:#999999">{{markdown intro}}</div>\n');
    await save(issueWith('Faint words.'));
    const found = page.locator('#lint').getByText(/templates\/email\/intro\.html:1/);
    await found.first().waitFor();
    await found.first().click();
    assert.equal(await page.locator('#source').isHidden(), true);
    await rm(template);
    await save(issueWith('First words.'));
    await found.first().waitFor({ state: 'detached' });
  });

  it('says how large the mail is, against what Gmail clips', async () => {
    const size = (await page.locator('#size').textContent()) ?? '';
    assert.match(size, /^\d+\.\d of 102\.4 KB$/);
    const bytes = Number.parseFloat(size) * 1000;
    assert.ok(Math.abs(bytes - (model.proof?.copies.sample?.htmlBytes ?? 0)) <= 50, size);
  });

  it('shows what is saved, without a reload of the page', async () => {
    await page.evaluate(() => Object.assign(globalThis, { kept: true }));
    await save(issueWith('Other words.'));
    await mail().getByText('Other words.').waitFor();
    assert.equal(await page.evaluate(() => 'kept' in globalThis), true);
  });

  it('names file and line of an error, and keeps the last good version', async () => {
    await save('---\nnumber: 7\ntitle: [broken\n---\nHello.\n');
    await page.locator('#error:not([hidden])').waitFor();
    assert.match((await page.locator('#error').textContent()) ?? '', /issues\/7\.md:\d/);
    await mail().getByText('Other words.').waitFor();
    await save(issueWith('Mended words.'));
    await mail().getByText('Mended words.').waitFor();
    assert.equal(await page.locator('#error').isHidden(), true);
  });

  it('is accessible, on the page and in its list of keys', async () => {
    for (const key of ['2', '4', '?']) {
      await page.keyboard.press(key);
      const { violations } = await new AxeBuilder({ page }).exclude('#mail').analyze();
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        [],
        key,
      );
    }
    await page.keyboard.press('Escape');
  });

  it('answers nobody who comes by another name', async () => {
    const answer = await server.app.inject({
      url: '/state.json',
      headers: { host: 'evil.example' },
    });
    assert.equal(answer.statusCode, 403);
  });

  it('is a folder of files with --static, which opens without a server', async () => {
    const { proof } = model;
    assert.ok(proof);
    const out = join(dir, 'proof');
    await writeStatic(model, proof, dir, out);
    assert.ok((await readdir(out)).includes('mail-sample-dark.html'));
    const opened = await page.context().newPage();
    await opened.goto(pathToFileURL(join(out, 'index.html')).href);
    await opened.frameLocator('#mail').getByText('Mended words.').waitFor();
    await assert.rejects(writeStatic(model, proof, dir, join(dir, 'issues')), /holds other files/);
  });
});
