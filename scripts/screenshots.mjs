/**
 * Takes the pictures of the README from the mail the demo really sends:
 * `npm run build && node scripts/screenshots.mjs`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const demo = spawn(process.execPath, [join(root, 'dist/src/cli/main.js'), 'demo'], {
  stdio: ['ignore', 'inherit', 'pipe'],
});
const inbox = await new Promise((resolve) => {
  let said = '';
  demo.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
    const url = /received mail\s+(\S+)/.exec(said)?.[1];
    if (url) resolve(url);
  });
});
const mail = await legibleMail();
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
await browser.close();
demo.kill('SIGTERM');

/** A mail to a reader whose name the fonts of any machine can draw. */
async function legibleMail() {
  for (let number = 1; ; number += 1) {
    const url = `${inbox}/mails/${number}/html`;
    const html = await (await fetch(url)).text();
    if (/Dear [A-Z][a-z]+ [A-Z][a-z]+, you press/.test(html)) return url;
  }
}
