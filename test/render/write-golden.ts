/** Writes golden/ anew: `npm run golden`. Pictures are left alone where there is no browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, noBrowser } from '../support/browser.js';
import { GOLDEN, goldenMails } from './golden.js';
import { hasFonts, LOOKS, mailsToLookAt, photograph, pictureOf } from './looks.js';

mkdirSync(GOLDEN, { recursive: true });
for (const [name, content] of await goldenMails()) writeFileSync(join(GOLDEN, name), content);

if (noBrowser) console.error(noBrowser);
else await writePictures();

async function writePictures(): Promise<void> {
  const browser = await launchBrowser();
  if (!(await hasFonts(browser))) throw new Error('the Liberation fonts are not installed');
  const mails = await mailsToLookAt();
  for (const look of LOOKS) {
    writeFileSync(pictureOf(look), await photograph(browser, mails[look.name], look));
  }
  await browser.close();
}
