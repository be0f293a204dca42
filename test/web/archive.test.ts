import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fullIssue, issue, item, section } from '../render/issue-fixture.js';
import { startWebPublication, type WebPublication } from './publication.js';

describe('the archive', () => {
  let publication: WebPublication;
  before(async () => {
    publication = await startWebPublication();
  });
  after(() => publication?.stop());
  beforeEach(() => {
    const older = issue({ number: 11, title: 'Before the flood', date: '2026-05-20' });
    const newer = issue({ number: 13, title: 'After <it> & "all"', date: '2026-06-03' });
    publication.shelf.splice(0, Number.POSITIVE_INFINITY, newer, fullIssue(), older);
  });

  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${publication.url}${path}`, { redirect: 'manual', ...init });
  const page = async (path: string) => (await get(path)).text();

  test('an issue is an article with its date, an anchor for each item, and its neighbours', async () => {
    const html = await page('/issues/12');
    assert.match(html, /<h1 class="display">What tides remember<\/h1>/);
    assert.match(html, /<time datetime="2026-05-27">May 27, 2026<\/time>/);
    assert.match(html, /rel="prev" href="\/issues\/11"/);
    assert.match(html, /rel="next" href="\/issues\/13"/);
    const anchors = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const targets = [...html.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    assert.ok(targets.length > 3);
    for (const target of targets) assert.ok(anchors.includes(target), `#${target}`);
    assert.equal(new Set(anchors).size, anchors.length, 'every anchor is unique');
    for (const { blocks } of fullIssue().sections) {
      for (const block of blocks) if (block.kind === 'item') assert.ok(anchors.includes(block.id));
    }
  });

  test('the list names every issue, newest first', async () => {
    const numbers = [...(await page('/issues')).matchAll(/href="\/issues\/(\d+)"/g)];
    assert.deepEqual(
      numbers.map(([, number]) => number),
      ['13', '12', '11'],
    );
  });

  test('the first page leads to the latest issue and its highlights', async () => {
    publication.shelf.shift();
    const html = await page('/');
    assert.match(html, /<h1[^>]*><a href="\/issues\/12">What tides remember/);
    assert.match(html, /href="\/issues\/12#[^"]+">Eleven years in a harbour/);
    assert.match(html, /<form[^>]* action="\/subscribe"/);
  });

  test('before the first send the pages say so', async () => {
    publication.shelf.splice(0);
    for (const path of ['/', '/issues']) assert.match(await page(path), /first issue is being/);
  });

  test('who approved an issue stands below it, by name only where a name was given', async () => {
    const at = Date.parse('2026-05-27T08:00:00Z');
    const contentHash = '0123456789abcdef';
    assert.doesNotMatch(await page('/issues/12'), /Approved/);
    publication.approvals.set(11, { by: undefined, at, contentHash });
    publication.approvals.set(13, { by: 'Ines <i>', at, contentHash });
    const unnamed = await page('/issues/11');
    assert.match(unnamed, />Approved on <time datetime="2026-05-27">May 27, 2026</);
    assert.match(unnamed, /content <code>0123456789ab<\/code>/);
    assert.match(await page('/issues/13'), /Approved by Ines &lt;i&gt; on /);
  });

  test('a title is text, whatever it holds', async () => {
    for (const path of ['/', '/issues', '/issues/13']) {
      const html = await page(path);
      assert.match(html, /After &lt;it&gt; &amp; &quot;all&quot;/);
      assert.doesNotMatch(html, /<it>/);
    }
  });

  test('an issue nobody sent, and any other spelling of one, is not found', async () => {
    for (const path of ['/issues/14', '/issues/012', '/issues/1e1', '/issues/-1', '/issues/12.0'])
      assert.equal((await get(path)).status, 404, path);
  });

  test('an unchanged page is not sent twice, an amended one is', async () => {
    const first = await get('/issues/12');
    const etag = first.headers.get('etag') ?? '';
    assert.equal(first.headers.get('cache-control'), 'public, max-age=60');
    for (const held of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const second = await get('/issues/12', { headers: { 'if-none-match': held } });
      assert.equal(second.status, 304, held);
      assert.equal(await second.text(), '');
    }
    const changed = item({ title: 'Came later' });
    publication.shelf[1] = issue({ title: 'Amended', sections: [section('New', 2, [changed])] });
    const amended = await get('/issues/12', { headers: { 'if-none-match': etag } });
    assert.equal(amended.status, 200);
    assert.match(await amended.text(), /Came later/);
  });

  test('the style sheet is kept for ever under the name its content gave it', async () => {
    const href = /rel="stylesheet" href="([^"]+)"/.exec(await page('/'))?.[1] ?? '';
    const css = await get(href);
    assert.match(css.headers.get('content-type') ?? '', /^text\/css/);
    assert.match(css.headers.get('cache-control') ?? '', /immutable/);
    const other = await get('/style.css?of-yesterday');
    assert.doesNotMatch(other.headers.get('cache-control') ?? '', /immutable/);
  });

  test("a publication's own template wins over ours", async () => {
    const folder = join(publication.config.dir, 'templates', 'web');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'not-listed.hbs'), '<h1>{{publication.name}} misses you</h1>');
    const { id, token } = await publication.subscribe('erased@a.example');
    await publication.audience.erase(id);
    assert.match(await page(`/u/${token}`), /<h1>The Envelope misses you<\/h1>/);
  });

  test('robots are kept out of what is one person’s', async () => {
    assert.match(await page('/robots.txt'), /^User-agent: \*\nDisallow: \/u\/$/m);
  });

  test('under a path every link begins with it', async () => {
    const inner = await startWebPublication({ publication: { url: 'https://a.example/weekly' } });
    try {
      inner.shelf.push(fullIssue());
      for (const path of ['/', '/issues', '/issues/12', '/weekly', '/weekly/issues/12']) {
        const html = await (await fetch(`${inner.url}${path}`)).text();
        const local = [...html.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, link]) => link);
        assert.ok(local.length > 3, path);
        for (const link of local) assert.match(link ?? '', /^\/weekly\//, path);
      }
    } finally {
      await inner.stop();
    }
  });
});

describe('an archive that looks at its sources now and then', () => {
  let publication: WebPublication;
  before(async () => {
    publication = await startWebPublication({}, { lookEveryMs: 3_600_000 });
  });
  after(() => publication?.stop());

  test('has an issue whose mails have just begun to leave', async () => {
    const status = async (path: string) => (await fetch(`${publication.url}${path}`)).status;
    assert.equal(await status('/issues/12'), 404);
    publication.shelf.push(fullIssue());
    assert.equal(await status('/issues/12'), 200);
    assert.match(await (await fetch(`${publication.url}/issues`)).text(), /What tides remember/);
  });
});

describe('pictures beside the issues', () => {
  let publication: WebPublication;
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  before(async () => {
    publication = await startWebPublication();
    const { dir } = publication.config;
    const folder = join(dir, 'issues', '1');
    await mkdir(join(folder, '.git'), { recursive: true });
    await writeFile(join(folder, 'map of it.png'), picture);
    await writeFile(join(folder, '.git', 'x.png'), picture);
    await writeFile(join(folder, 'draft.md'), 'not yet');
    await writeFile(join(dir, 'outside.png'), picture);
    await symlink(join(dir, 'outside.png'), join(folder, 'link.png'));
  });
  after(() => publication?.stop());

  test('are where a relative image of an issue leads', async () => {
    const response = await fetch(`${publication.url}/issues/1/map%20of%20it.png`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'image/png');
    assert.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), picture);
    const etag = response.headers.get('etag') ?? '';
    const again = await fetch(response.url, { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
  });

  test('may be kept for good when asked for by what is in them, and only then', async () => {
    const cachingOf = async (query: string) =>
      (await fetch(`${publication.url}/issues/1/map%20of%20it.png${query}`)).headers.get(
        'cache-control',
      );
    const digest = createHash('sha256').update(picture).digest('base64url').slice(0, 12);
    assert.equal(await cachingOf(`?${digest}`), 'public, max-age=31536000, immutable');
    for (const query of ['', '?', '?AAAAAAAAAAAA']) {
      assert.equal(await cachingOf(query), 'public, max-age=3600', query);
    }
  });

  test('nothing else in or around the folder is given out', async () => {
    const names = [
      '1/draft.md',
      '1/.git/x.png',
      '1/link.png',
      '1',
      '1/',
      '1/none.png',
      '..%2foutside.png',
      '1/..%2f..%2foutside.png',
      '1//map%20of%20it.png',
      '1/map%20of%20it.png%00.png',
      '%2fetc%2fhosts.png',
    ];
    for (const name of names) {
      const response = await fetch(`${publication.url}/issues/${name}`);
      assert.equal(response.status, 404, name);
    }
  });
});
