/**
 * Takes the pictures of README and docs from the mail the demo really sends, and from its pages:
 * `npm run build && node scripts/screenshots.mjs`.
 */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const demo = spawn(process.execPath, [join(root, 'dist/src/cli/main.js'), 'demo'], {
  stdio: ['ignore', 'inherit', 'pipe'],
});
process.once('exit', () => demo.kill('SIGTERM'));
const [inbox, archive] = await new Promise((resolve) => {
  let said = '';
  demo.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
    const urls = /received mail\s+(\S+)\s+the archive\s+(\S+)\s/.exec(said)?.slice(1);
    if (urls) resolve(urls);
  });
});
const mail = await legibleMail();
const token = /\/u\/([\w-]{44})/.exec(await (await fetch(mail)).text())?.[1];
const PAGES = {
  subscribe: '/subscribe',
  issue: new URL(archive).pathname,
  search: '/search?q=mesages',
  preferences: `/p/${token}`,
};
const browser = await chromium.launch({
  executablePath:
    [process.env.CHROMIUM, join(root, '.tools/chromium/bin/chromium')].find(
      (path) => path && existsSync(path),
    ) ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const [name, width, height] of [
  ['desktop', 700, 1000],
  ['phone', 360, 800],
]) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(mail);
    await page.screenshot({ path: join(root, `docs/images/mail-${name}-${colorScheme}.png`) });
    await page.close();
  }
}
for (const [device, width, height] of [
  ['desktop', 1000, 700],
  ['phone', 360, 720],
]) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [name, path] of Object.entries(PAGES)) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await page.goto(new URL(path, archive).href);
      const file = join(root, `docs/images/page-${name}-${device}-${colorScheme}.webp`);
      writeFileSync(file, await webpOf(page));
      await page.close();
    }
  }
}
await browser.close();
demo.kill('SIGTERM');

/** A third of a PNG's size. @returns bytes */
async function webpOf(page) {
  const session = await page.context().newCDPSession(page);
  // The browser takes no picture of a page that it has not drawn yet; this waits for it.
  await page.screenshot();
  const options = { format: 'webp', quality: 80 };
  const { data } = await session.send('Page.captureScreenshot', options);
  return Buffer.from(data, 'base64');
}

/** A mail to a reader whose name the fonts of any machine can draw. */
async function legibleMail() {
  for (let number = 1; ; number += 1) {
    const url = `${inbox}/mails/${number}/html`;
    const html = await (await fetch(url)).text();
    if (/Dear [A-Z][a-z]+ [A-Z][a-z]+, you press/.test(html)) return url;
  }
}
