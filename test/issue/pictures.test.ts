import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PNG } from 'pngjs';
import { nameBeside, withPictures } from '../../src/issue/pictures.js';
import type { Issue } from '../../src/issue/types.js';
import { imagesOf } from '../../src/issue/visit.js';
import { renderMail } from '../../src/render/mail.js';
import { renderIssueBody } from '../../src/render/web.js';
import { filled } from '../render/filled.js';
import { PUBLICATION } from '../render/issue-fixture.js';
import { parseBody } from './parsed.js';

const picture = (width: number, height: number, shade = 0) =>
  PNG.sync.write(
    Object.assign(new PNG({ width, height }), { data: Buffer.alloc(width * height * 4, shade) }),
  );

const issueWith = (markdown: string): Issue =>
  parseBody(`## News

${markdown}
`).issue;

describe('pictures beside the issues', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pressrun-pictures-'));
    await mkdir(join(folder, '7'));
    await writeFile(join(folder, '7', 'lamp.png'), picture(300, 200));
    await writeFile(join(folder, '7', 'wide tower.png'), picture(1_200, 600));
    await writeFile(join(folder, '7', 'no.png'), 'not a picture');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const settled = async (markdown: string) => {
    const issue = issueWith(markdown);
    const before = structuredClone(issue);
    const after = await withPictures(issue, folder);
    assert.deepEqual(issue, before, 'the issue itself stays as it was read');
    return after;
  };
  const htmlOf = async (markdown: string) => {
    const { html } = await renderMail(await settled(markdown), PUBLICATION);
    return /<img[^>]*alt="A[^>]*>/.exec(filled(html))?.[0] ?? '';
  };

  it('come with their size and a digest of their content, absolute, in mail and page', async () => {
    const issue = await settled('![A lamp](7/lamp.png)');
    const { html, text } = await renderMail(issue, PUBLICATION);
    const address = /https:\/\/slow\.example\/issues\/7\/lamp\.png\?[\w-]{12}/.exec(
      filled(html),
    )?.[0];
    assert.ok(address);
    assert.ok(filled(text).includes(address));
    const tag = `<img src="${address}" alt="A lamp" width="300" height="200"`;
    assert.ok(filled(html).includes(`${tag} style="max-width:100%;height:auto">`), filled(html));
    const page = renderIssueBody(issue, { baseUrl: `${PUBLICATION.url}/issues` });
    assert.ok(page.includes(`${tag}>`), page);
  });

  it('have another address once they are changed', async () => {
    const addressOf = async () => imagesOf(await settled('![A lamp](7/change.png)'))[0]?.url;
    await writeFile(join(folder, '7', 'change.png'), picture(3, 2, 10));
    const first = await addressOf();
    assert.equal(await addressOf(), first);
    await writeFile(join(folder, '7', 'change.png'), picture(3, 2, 20));
    assert.notEqual(await addressOf(), first);
  });

  it('are no wider in the mail than its text, and keep their shape', async () => {
    assert.match(await htmlOf('![A tower](<7/wide tower.png>)'), /width="528" height="264"/);
  });

  it('keep the size their author gave them', async () => {
    assert.match(
      await htmlOf('<img src="7/lamp.png" alt="A lamp" width="150">'),
      /width="150" height="100"/,
    );
    assert.match(
      await htmlOf('<img src="7/lamp.png" alt="A lamp" height="50">'),
      /width="75" height="50"/,
    );
  });

  it('stay as they are written when they are elsewhere, missing or no picture', async () => {
    for (const url of [
      'https://a.example/lamp.png',
      '//a.example/lamp.png',
      '7/none.png',
      '../x.png',
    ]) {
      assert.equal(imagesOf(await settled(`![A lamp](${url})`))[0]?.url, url);
    }
    const [broken] = imagesOf(await settled('![A lamp](7/no.png)'));
    assert.equal(broken?.data, undefined);
  });

  it('have names below issues/, or none', () => {
    assert.equal(nameBeside('7/wide%20tower.png?x#y'), '7/wide tower.png');
    assert.equal(nameBeside('./7/../7/lamp.png'), '7/lamp.png');
    for (const url of [
      '../lamp.png',
      '/issues/7/lamp.png',
      'https://a.example/7/lamp.png',
      '//a/b.png',
    ]) {
      assert.equal(nameBeside(url), undefined, url);
    }
  });
});
