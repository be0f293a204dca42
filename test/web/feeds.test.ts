import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { parseAtomFeed, parseJsonFeed } from 'feedsmith';
import type { Issue } from '../../src/issue/types.js';
import { fullIssue, issue, item, markdown, section } from '../render/issue-fixture.js';
import { wellFormed } from '../support/xml.js';
import { JSON_FEED_SCHEMA } from './json-feed-schema.js';
import { startWebPublication, type WebPublication } from './publication.js';

const URL_OF_IT = 'https://a.example/weekly';
const FEEDS = ['/feed.xml', '/items.xml', '/feed.json', '/items.json'];

const isJsonFeed = formats
  .default(new Ajv({ strictRequired: false, allErrors: true }))
  .compile(JSON_FEED_SCHEMA);

describe('feeds', () => {
  let publication: WebPublication;
  before(async () => {
    publication = await startWebPublication({ publication: { url: URL_OF_IT } });
  });
  after(() => publication?.stop());
  beforeEach(() => {
    publication.shelf.splice(0, Number.POSITIVE_INFINITY, newer(), fullIssue());
    publication.episodes.clear();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${publication.url}${path}`, { headers });
  const atom = async (path: string) => {
    const response = await get(path);
    assert.equal(response.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
    return parseAtomFeed(wellFormed(await response.text()));
  };
  const json = async (path: string) => {
    const text = await (await get(path)).text();
    assert.ok(isJsonFeed(JSON.parse(text)), JSON.stringify(isJsonFeed.errors));
    return parseJsonFeed(text);
  };

  test('of issues have each in full, with stable ids, dates, authors and absolute addresses', async () => {
    const feed = await atom('/feed.xml');
    assert.equal(feed.title?.value ?? feed.title, 'The Envelope');
    const [first, second] = feed.entries ?? [];
    assert.equal(feed.entries?.length, 2);
    assert.equal(
      first?.links?.find(({ rel }) => rel === 'alternate')?.href,
      `${URL_OF_IT}/issues/13`,
    );
    assert.match(first?.id ?? '', /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8/);
    assert.equal(second?.published, '2026-05-27T00:00:00.000Z');
    assert.deepEqual(
      second?.authors?.map(({ name }) => name),
      contributorsOf(fullIssue()),
    );
    const html = JSON.stringify(second?.content);
    assert.match(html, /Three terms, they find/);
    assert.match(html, /Most of what we call noise/);
  });

  test('of items have the piece, its page here, its category and who summarised it', async () => {
    const [first] = (await json('/items.json')).items ?? [];
    assert.equal(first?.title, 'A & <b>');
    assert.equal(first?.url, `${URL_OF_IT}/issues/13#a-b`);
    assert.equal(first?.external_url, 'https://example.org/A%20%26%20%3Cb%3E');
    assert.deepEqual(first?.tags, ['News', 'video']);
    assert.deepEqual(first?.authors, [
      { name: 'Bo', url: `${URL_OF_IT}/contributors/bo` },
      { name: 'Ada', url: `${URL_OF_IT}/contributors/ada` },
    ]);
    const { entries = [] } = await atom('/items.xml');
    assert.equal(entries.length, 1 + publicItems(fullIssue()));
    assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
    assert.equal(
      entries[0]?.links?.find(({ rel }) => rel === 'related')?.href,
      'https://example.org/A%20%26%20%3Cb%3E',
    );
  });

  test('no link or picture of theirs leads to "this page" or this host', async () => {
    for (const path of ['/feed.json', '/items.json']) {
      const { items = [] } = await json(path);
      const html = items.map(({ content_html }) => content_html).join('\n');
      const targets = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, target]) => target);
      assert.ok(targets.length > 3);
      for (const target of targets) assert.match(target ?? '', /^(?:https?|mailto):/);
      assert.match(html, /href="https:\/\/a\.example\/weekly\/issues\/13#elsewhere"/);
      assert.match(html, /src="https:\/\/a\.example\/weekly\/issues\/13\/map\.png"/);
    }
  });

  test('an id outlives title, address and whatever came before', async () => {
    const ids = async () => (await atom('/feed.xml')).entries?.map(({ id }) => id);
    const [, before12] = (await ids()) ?? [];
    publication.shelf.splice(0, 2, issue({ title: 'Amended' }));
    assert.deepEqual(await ids(), [before12]);
  });

  test('before the first send they are valid and empty', async () => {
    publication.shelf.splice(0);
    for (const path of ['/feed.xml', '/items.xml']) {
      const feed = await atom(path);
      assert.equal(feed.entries?.length ?? 0, 0);
      assert.ok(feed.updated);
    }
    for (const path of ['/feed.json', '/items.json']) await json(path);
  });

  test('are asked for again cheaply, by tag and by time', async () => {
    for (const path of FEEDS) {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      const time = first.headers.get('last-modified') ?? '';
      assert.equal(time, 'Wed, 03 Jun 2026 00:00:00 GMT');
      assert.equal(first.headers.get('cache-control'), 'public, max-age=60');
      assert.equal(first.headers.get('access-control-allow-origin'), '*');
      const status = async (headers: Record<string, string>) => (await get(path, headers)).status;
      assert.equal(await status({ 'if-none-match': etag }), 304);
      assert.equal(await status({ 'if-modified-since': time }), 304);
      assert.equal(await status({ 'if-none-match': '"x"', 'if-modified-since': time }), 200);
      const other = 'Thu, 04 Jun 2026 00:00:00 GMT';
      assert.equal(await status({ 'if-modified-since': other }), 200);
    }
  });

  test('each names its own address, whoever asked for which before', async () => {
    for (const path of [...FEEDS, ...FEEDS]) {
      const text = await (await get(path)).text();
      for (const other of FEEDS) {
        assert.equal(text.includes(`${URL_OF_IT}${other}"`), other === path, `${other} in ${path}`);
      }
    }
  });

  test('have another tag when something was published', async () => {
    for (const path of FEEDS) {
      const etag = (await get(path)).headers.get('etag') ?? '';
      const [latest] = publication.shelf.splice(0, 1);
      assert.equal((await get(path, { 'if-none-match': etag })).status, 200);
      if (latest) publication.shelf.unshift(latest);
      assert.equal((await get(path, { 'if-none-match': etag })).status, 304);
    }
  });

  test('readers of feeds find them from every page of the archive', async () => {
    for (const path of ['/', '/issues', '/issues/12']) {
      const html = await (await get(path)).text();
      const links = [...html.matchAll(/<link rel="alternate"[^>]* href="\/weekly([^"]+)"/g)];
      assert.deepEqual(
        links.map(([, href]) => href),
        FEEDS,
      );
    }
    assert.match(await (await get('/issues')).text(), /<a href="\/weekly\/feed\.xml">/);
  });

  test('are no longer than readers of feeds need', async () => {
    const many = Array.from({ length: 40 }, (_, n) =>
      issue({
        number: 140 - n,
        title: `Issue ${140 - n}`,
        sections: [
          section(
            'News',
            2,
            [1, 2, 3, 4].map((m) => item({ title: `Item ${n} ${m}` })),
          ),
        ],
      }),
    );
    publication.shelf.splice(0, Number.POSITIVE_INFINITY, ...many);
    assert.equal((await atom('/feed.xml')).entries?.length, 15);
    assert.equal((await json('/items.json')).items?.length, 100);
  });
});

function newer(): Issue {
  const news = item({
    title: 'A & <b>',
    id: 'a-b',
    category: ['News'],
    tags: ['video'],
    summarizer: 'Bo',
    opinions: [{ by: 'Ada', text: markdown('Good ]]> stuff.') }],
    summary: markdown('See [elsewhere](#elsewhere), ![a map](13/map.png) and `a < b && "c"`.'),
  });
  const sections = [section('News', 2, [news])];
  return issue({ number: 13, title: 'After', date: '2026-06-03', sections });
}

function publicItems({ sections }: Issue): number {
  return sections.flatMap(({ blocks }) => blocks).filter(({ kind }) => kind === 'item').length;
}

function contributorsOf({ sections }: Issue): string[] {
  const names = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) =>
      block.kind === 'item'
        ? [block.summarizer ?? [], block.opinions.flatMap(({ by }) => by ?? [])].flat()
        : [],
    ),
  );
  return [...new Set(names)];
}
