import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fullIssue, issue, item, markdown, section } from '../render/issue-fixture.js';
import { startWebPublication, type WebPublication } from './publication.js';

const HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';

describe('search and collections', () => {
  let publication: WebPublication;
  before(async () => {
    publication = await startWebPublication();
    const hostile = item({
      title: `Hostile ${HOSTILE}`,
      id: 'hostile',
      authors: [HOSTILE],
      category: [`Bad ${HOSTILE}`],
      summarizer: `Eve ${HOSTILE}`,
      summary: markdown('Plain words.'),
      highlight: true,
    });
    const many = Array.from({ length: 60 }, (_, n) =>
      item({ title: `Sundial number ${n}`, id: `s-${n}`, summarizer: 'Ada', category: ['Dials'] }),
    );
    publication.shelf.push(
      issue({ number: 14, title: 'Many', sections: [section('Dials', 2, many)] }),
      issue({ number: 13, title: 'Hostile', sections: [section('Bad', 2, [hostile])] }),
      fullIssue(),
    );
  });
  after(() => publication?.stop());

  const get = (path: string, init: RequestInit = {}) => fetch(`${publication.url}${path}`, init);
  const page = async (path: string) => (await get(path)).text();

  test('results lead to the item on its issue, with what was found marked', async () => {
    const html = await page('/search?q=pendulm');
    assert.match(html, /<a href="\/issues\/12#[^"]+">A <mark>pendulum<\/mark> that was never/);
    assert.match(html, /<input id="q"[^>]* value="pendulm"/);
    assert.match(html, /name="robots" content="noindex"/);
  });

  test('the part for the script is the results alone', async () => {
    const part = await page('/search?q=pendulum&part=results');
    assert.doesNotMatch(part, /<html|<form/);
    assert.match(part, /<p class="aside" role="status">1 item<\/p>/);
  });

  test('filters stay chosen, and lists of more than a page can be turned', async () => {
    const html = await page('/search?q=sundial&contributor=ada&year=2026');
    assert.match(html, /<option value="ada" selected>Ada/);
    const next =
      /rel="next" href="([^"]+)"/
        .exec(html)?.[1]
        ?.replaceAll('&amp;', '&')
        .replaceAll('&#x3D;', '=') ?? '';
    assert.match(next, /^\/search\?q=sundial&contributor=ada&year=2026&page=2$/);
    assert.match(await page(next), /Page 2 of 3/);
    assert.equal((await get('/contributors/ada?page=2')).status, 200);
    assert.equal((await get('/contributors/ada?page=9')).status, 404);
    assert.equal((await get('/contributors/nobody')).status, 404);
  });

  test('choices are in order, and only those of this very request are chosen', async () => {
    const chosen = (html: string) => [...html.matchAll(/<option value="([^"]*)" selected>/g)];
    const first = await page('/search?q=sundial&contributor=ada&category=dials&year=2026');
    assert.deepEqual(
      chosen(first).map(([, value]) => value),
      ['dials', 'ada', '2026'],
    );
    const second = await page('/search?q=sundial');
    assert.deepEqual(chosen(second), []);
    const [, select = ''] =
      /<select[^>]* name="contributor"[^>]*>(.*?)<\/select>/s.exec(second) ?? [];
    const names = [...select.matchAll(/<option value="[^"]+">([^<]+)/g)].map(([, name]) => name);
    assert.ok(names.length > 2);
    assert.deepEqual(
      names,
      names.toSorted((a = '', b = '') => a.localeCompare(b)),
    );
  });

  test('what is asked and what is found are text, whatever they hold', async () => {
    const asked = encodeURIComponent(HOSTILE);
    const paths = [
      `/search?q=${asked}&category=${asked}&year=${asked}&page=${asked}`,
      '/search?q=hostile',
      '/search?q=hostile&part=results',
      '/search?q=a&q=b&category=x&category=y',
      '/categories',
      '/contributors',
      '/issues',
      '/issues/13',
      '/sitemap.xml',
    ];
    for (const path of paths) {
      const html = (await page(path)).replace(/<script type="application\/ld\+json">[^<]*</, '<');
      assert.doesNotMatch(html, /<script>|<img src=x|"'>|onerror=alert\(2\)>/, path);
    }
    assert.match(await page('/search?q=hostile'), /&lt;script&gt;alert\(1\)/);
  });

  test('the data for search engines cannot end its script element', async () => {
    const title = '</script><script>alert(1)</script>';
    publication.shelf.unshift(issue({ number: 15, title }));
    const html = await page('/issues/15');
    publication.shelf.shift();
    const json = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const data = JSON.parse(json);
    assert.equal(data.headline, title);
    assert.equal(data['@type'], 'Article');
    assert.equal(data.url, `${publication.config.publication.url}/issues/15`);
  });

  test('the site map names every page there is, and robots are told where it is', async () => {
    const xml = await page('/sitemap.xml');
    const { url } = publication.config.publication;
    const addresses = [...xml.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, loc]) => loc ?? '');
    assert.ok(addresses.includes(`${url}/issues/12`));
    assert.ok(addresses.includes(`${url}/contributors/ada`));
    for (const address of addresses) {
      const response = await get(address.slice(url.length).replaceAll('&amp;', '&'));
      assert.equal(response.status, 200, address);
    }
    assert.match(xml, /<lastmod>2026-05-27<\/lastmod>/);
    assert.match(await page('/robots.txt'), new RegExp(`^Sitemap: ${url}/sitemap.xml$`, 'm'));
  });

  test('every link from page to page leads somewhere', async () => {
    const seen = new Set(['/']);
    for (const path of seen) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      const html = (await response.text()).replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
      for (const [, link = ''] of html.matchAll(/<(?:a|link)\b[^>]* href="(\/[^/"#][^"#]*)/g)) {
        seen.add(link);
      }
    }
    for (const path of ['/issues/12', '/search', '/categories', '/contributors/ada?page=2']) {
      assert.ok(seen.has(path), `${path} is among ${[...seen].join(' ')}`);
    }
  });

  test('nothing changes by asking, and an unchanged answer is not sent twice', async () => {
    const before = await publication.dump();
    for (const path of [
      '/search?q=a',
      '/search',
      '/categories',
      '/contributors/ada',
      '/sitemap.xml',
    ]) {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      const second = await get(path, { headers: { 'if-none-match': etag } });
      assert.equal(second.status, 304, path);
      assert.equal((await get(path, { method: 'HEAD' })).status, 200);
      assert.equal((await get(path, { method: 'POST' })).status, 405);
    }
    assert.deepEqual(await publication.dump(), before);
  });
});
