import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import type { Episode } from '../../src/archive/episodes.js';
import { fullIssue, issue } from '../render/issue-fixture.js';
import { mp3 } from '../support/audio.js';
import { wellFormed } from '../support/xml.js';
import { startWebPublication, type WebPublication } from './publication.js';

const SOUND = mp3(7);
const NOTHING: Record<string, string> = {};
const ATTACHED_AT = Date.parse('2026-06-05T08:00:00Z');

describe('episodes', () => {
  let publication: WebPublication;
  let name: string;
  let episode: Episode;
  before(async () => {
    publication = await startWebPublication({
      podcast: { category: 'Science > Physics', image: 'https://a.example/show.png' },
    });
    const facts = { seconds: 3605, attachedAt: ATTACHED_AT };
    name = await publication.attach(12, SOUND, facts);
    episode = publication.episodes.get(12) as Episode;
  });
  after(() => publication?.stop());
  beforeEach(() => {
    publication.shelf.splice(0, Number.POSITIVE_INFINITY, issue({ number: 13 }), fullIssue());
    publication.episodes.clear();
    publication.episodes.set(12, episode);
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${publication.url}${path}`, { headers, redirect: 'manual' });
  const page = async (path: string) => (await get(path)).text();
  const elsewhere = (url: string): Episode => ({ ...episode, source: { kind: 'url', url } });

  test('are given out whole or in the parts a player asks for', async () => {
    const whole = await get(`/audio/${name}`);
    assert.equal(whole.headers.get('content-type'), 'audio/mpeg');
    assert.equal(whole.headers.get('accept-ranges'), 'bytes');
    assert.equal(whole.headers.get('content-length'), String(SOUND.length));
    assert.match(whole.headers.get('cache-control') ?? '', /max-age=31536000, immutable/);
    assert.equal(whole.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), SOUND);
    const last = SOUND.length - 1;
    const etag = whole.headers.get('etag') ?? '';
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=10-19', 10, 19],
      [`bytes=${last}-`, last, last],
      ['bytes=-5', last - 4, last],
      ['bytes=5-999999999', 5, last],
    ] as const) {
      for (const also of [
        NOTHING,
        ...[{ 'if-range': etag }, { 'if-range': '"of-another-host"' }],
        ...[{ 'if-match': etag }, { 'if-unmodified-since': new Date(0).toUTCString() }],
      ]) {
        const part = await get(`/audio/${name}`, { range, ...also });
        assert.equal(part.status, 206, range);
        assert.equal(part.headers.get('content-range'), `bytes ${from}-${to}/${SOUND.length}`);
        assert.equal(part.headers.get('content-length'), String(to - from + 1));
        assert.deepEqual(Buffer.from(await part.arrayBuffer()), SOUND.subarray(from, to + 1));
      }
    }
    const beyond = await get(`/audio/${name}`, { range: `bytes=${SOUND.length}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get('content-range'), `bytes */${SOUND.length}`);
    assert.equal((await get(`/audio/${name}`, { 'if-none-match': etag })).status, 304);
    const head = await fetch(`${publication.url}/audio/${name}`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), String(SOUND.length));
  });

  test('an address of one that was replaced leads to the present one, of one removed nowhere', async () => {
    const old = `/audio/12-${'0'.repeat(20)}.mp3`;
    const moved = await get(old);
    assert.equal(moved.status, 302);
    assert.equal(moved.headers.get('location'), `http://127.0.0.1:8080/audio/${name}`);
    assert.equal(moved.headers.get('access-control-allow-origin'), '*');
    publication.episodes.set(12, elsewhere('https://cdn.example/12.mp3'));
    assert.equal(
      (await get(`/audio/${name}`)).headers.get('location'),
      'https://cdn.example/12.mp3',
    );
    publication.episodes.clear();
    for (const path of [old, `/audio/${name}`]) assert.equal((await get(path)).status, 404);
  });

  test('nothing else of the folder is given out', async () => {
    for (const other of [
      '..%2fkeys.yaml',
      '.',
      `${name}.0123456789ab`,
      `012-${name.slice(3)}`,
      name.toUpperCase(),
    ])
      assert.equal((await get(`/audio/${other}`)).status, 404, other);
  });

  test('a page has a player, and without an episode says that it may not be up yet', async () => {
    const html = await page('/issues/12');
    assert.match(
      html,
      new RegExp(`<audio controls preload="none"[^>]* src="[^"]*/audio/${name}">`),
    );
    assert.match(html, /Listen to this issue · 1:00:05/);
    assert.doesNotMatch(html, /may not be up yet/);
    assert.match(html, /"audio":\{"@type":"AudioObject",[^}]*"duration":"PT3605S"/);
    const policy = (await get('/issues/12')).headers.get('content-security-policy') ?? '';
    assert.match(policy, /media-src 'self' https: http:/);
    publication.episodes.clear();
    const early = await page('/issues/12');
    assert.match(
      early,
      /href="https:\/\/example\.org\/episodes\/12\.mp3">[^<]*<\/a> \(may not be up/,
    );
    assert.doesNotMatch(early, /<audio/);
    publication.shelf[1] = issue({ audio: 'javascript:alert(1)' });
    assert.doesNotMatch(await page('/issues/12'), /javascript:/);
    assert.doesNotMatch(await page('/issues/13'), /Listen|may not be up/);
  });

  test('the podcast has them with length, type, duration and what directories ask for', async () => {
    const response = await get('/podcast.xml');
    assert.equal(response.headers.get('content-type'), 'application/rss+xml; charset=utf-8');
    const xml = wellFormed(await response.text());
    assert.match(
      xml,
      /<itunes:category text="Science"><itunes:category text="Physics"><\/itunes:cat/,
    );
    const { title, language, itunes, items = [] } = parseRssFeed(xml);
    assert.deepEqual([title, language], ['The Envelope', 'en']);
    assert.equal(itunes?.explicit, false);
    assert.equal(itunes?.image, 'https://a.example/show.png');
    assert.equal(itunes?.author, 'The Envelope');
    assert.equal(items.length, 1);
    const [item] = items;
    assert.deepEqual(item?.enclosures, [
      { url: `http://127.0.0.1:8080/audio/${name}`, length: SOUND.length, type: 'audio/mpeg' },
    ]);
    assert.equal(item?.itunes?.duration, 3605);
    assert.equal(item?.itunes?.episode, 12);
    assert.equal(item?.guid?.isPermaLink, false);
    assert.match(item?.guid?.value ?? '', /^urn:uuid:/);
    assert.equal(item?.pubDate, 'Wed, 27 May 2026 00:00:00 GMT');
    assert.match(item?.description ?? '', /• Eleven years in a harbour/);
    assert.match(await page('/issues/13'), /<link rel="alternate" type="application\/rss\+xml"/);
  });

  test('without any, the podcast is valid and empty, and pages do not name it', async () => {
    publication.episodes.clear();
    const podcast = parseRssFeed(wellFormed(await page('/podcast.xml')));
    assert.equal(podcast.items?.length ?? 0, 0);
    for (const path of ['/', '/issues', '/issues/12'])
      assert.doesNotMatch(await page(path), /podcast\.xml/);
  });

  test('feeds of issues have them, and are newer from then on', async () => {
    const entry = async () => parseAtomFeed(wellFormed(await page('/feed.xml'))).entries?.[1];
    const link = (await entry())?.links?.find(({ rel }) => rel === 'enclosure');
    assert.deepEqual(
      [link?.href, link?.length, link?.type],
      [`http://127.0.0.1:8080/audio/${name}`, SOUND.length, 'audio/mpeg'],
    );
    assert.equal((await entry())?.updated, '2026-06-05T08:00:00.000Z');
    const json = parseJsonFeed(await page('/feed.json')).items?.[1];
    assert.equal(json?.attachments?.[0]?.duration_in_seconds, 3605);
    publication.episodes.clear();
    assert.equal((await entry())?.updated, '2026-05-27T00:00:00.000Z');
    assert.equal(
      (await entry())?.links?.find(({ rel }) => rel === 'enclosure'),
      undefined,
    );
  });
});
