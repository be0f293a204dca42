import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { signToken } from '../../src/message/tokens.js';
import { fc } from '../support/fast-check.js';
import { startWebPublication, type WebPublication } from './publication.js';

const ONE_CLICK = { 'List-Unsubscribe': 'One-Click' };

describe('leaving over HTTP', () => {
  let publication: WebPublication;
  before(async () => {
    publication = await startWebPublication();
  });
  after(() => publication?.stop());

  const at = (token: string) => `${publication.url}/u/${token}`;
  const post = (token: string, init: RequestInit = {}) =>
    fetch(at(token), { method: 'POST', redirect: 'manual', ...init });
  const statusOf = async (id: string) => (await publication.audience.get(id))?.status;

  const multipart = new FormData();
  multipart.append('List-Unsubscribe', 'One-Click');
  const bodies: Record<string, RequestInit> = {
    'multipart/form-data': { body: multipart },
    'application/x-www-form-urlencoded': { body: new URLSearchParams(ONE_CLICK) },
    'no body at all': {},
    'a content type of its own': { body: '{', headers: { 'content-type': 'application/json' } },
    'a content type nobody can read': { body: 'x', headers: { 'content-type': ';;/' } },
  };
  for (const [name, init] of Object.entries(bodies)) {
    test(`one click with ${name} acts at once`, async () => {
      const { id, token } = await publication.subscribe(
        `${randomBytes(6).toString('hex')}@a.example`,
      );
      assert.equal(await statusOf(id), 'active');
      const response = await post(token, init);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('location'), null);
      assert.equal(response.headers.get('set-cookie'), null);
      assert.equal(await response.text(), 'unsubscribed\n');
      assert.equal(await statusOf(id), 'unsubscribed');
    });
  }

  test('a repeated one click answers 200 and changes nothing more', async () => {
    const { token } = await publication.subscribe('again@a.example');
    await post(token);
    const left = await publication.dump();
    const second = await post(token);
    assert.equal(second.status, 200);
    assert.deepEqual(await publication.dump(), left);
  });

  test('the link of a test copy opens a page, takes the button, and lets nobody leave', async () => {
    const { id } = await publication.subscribe('tested@a.example');
    const { keys, publication: settings } = publication.config;
    const claims = { purpose: 'test' as const, id, issue: 7 };
    const token = signToken(keys.tokenKeys, claims, settings.slug);
    const before = await publication.dump();
    const page = await fetch(at(token));
    assert.equal(page.status, 200);
    assert.match(await page.text(), /This was a test/);
    assert.equal(await (await post(token)).text(), 'test\n');
    assert.equal((await post(token, { headers: { accept: 'text/html' } })).status, 200);
    assert.equal(await statusOf(id), 'active');
    assert.deepEqual(await publication.dump(), before);
  });

  test('a browser gets a page that says what happened', async () => {
    const { token } = await publication.subscribe('reader@page.example');
    const response = await post(token, { headers: { accept: 'text/html,*/*;q=0.8' } });
    assert.match(await response.text(), /You have left The Envelope/);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  });

  test('the page names nobody in full, and is kept by no cache and no search engine', async () => {
    const { token } = await publication.subscribe('rosalind@science.example');
    const response = await fetch(at(token));
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.match(page, /<strong>r•••@s•••\.example<\/strong>/);
    assert.doesNotMatch(page, /rosalind|science/);
    const links = / (?:href|action)="[^"]*"/g;
    assert.doesNotMatch(page.replace(links, ''), new RegExp(token));
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('x-robots-tag'), 'noindex');
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  });

  test('GET and HEAD with a valid token change nothing in Redis, however often', async () => {
    const { id, token } = await publication.subscribe('scanned@a.example');
    const before = await publication.dump();
    for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
      const response = await fetch(at(token), { method });
      assert.equal(response.status, 200);
    }
    assert.deepEqual(await publication.dump(), before);
    assert.equal(await statusOf(id), 'active');
  });

  test('someone who was erased is told that they are not on the list', async () => {
    const { id, token } = await publication.subscribe('forgotten@a.example');
    await publication.audience.erase(id);
    const erased = await publication.dump();
    const page = await fetch(at(token));
    assert.equal(page.status, 200);
    assert.match(await page.text(), /You are not on the list/);
    const left = await post(token, { headers: { accept: 'text/html' } });
    assert.equal(left.status, 200);
    assert.match(await left.text(), /You are not on the list/);
    assert.deepEqual(await publication.dump(), erased);
  });

  test('whoever has left is offered no button', async () => {
    const { token } = await publication.subscribe('gone@a.example');
    await post(token);
    const page = await (await fetch(at(token))).text();
    assert.match(page, /You have already left/);
    assert.doesNotMatch(page, /<form/);
  });

  test('a token signed by an older token key still works', async () => {
    const oldKey = randomBytes(32);
    const rotated = await startWebPublication({ keys: { tokenKeys: [randomBytes(32), oldKey] } });
    try {
      const { id } = await rotated.subscribe('loyal@a.example');
      const { slug } = rotated.config.publication;
      const token = signToken([oldKey], { purpose: 'unsubscribe', id, issue: 1 }, slug);
      const response = await fetch(`${rotated.url}/u/${token}`, { method: 'POST' });
      assert.equal(response.status, 200);
      assert.equal((await rotated.audience.get(id))?.status, 'unsubscribed');
    } finally {
      await rotated.stop();
    }
  });

  test('forged, cut, foreign and strange tokens are refused and change nothing', async () => {
    const { id, token } = await publication.subscribe('target@a.example');
    const { slug } = publication.config.publication;
    const { tokenKeys } = publication.config.keys;
    const claims = { purpose: 'unsubscribe', id, issue: 7 } as const;
    const refused = {
      'a key that is not ours': signToken([randomBytes(32)], claims, slug),
      'another publication': signToken(tokenKeys, claims, 'another'),
      'the end missing': token.slice(0, -4),
      'a character more': `${token}A`,
      'one character changed': `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`,
      'an expired nonce': signToken(tokenKeys, { purpose: 'door', id, issuedAt: 1 }, slug),
      'an id alone': id,
      markup: '<script>alert(1)</script>',
      'a header': 'x\r\nSet-Cookie: a=b',
      'a path': '../../etc/passwd',
      'a format': '%25%7B%7B',
      'no characters': '\u0000',
      'great length': 'A'.repeat(5_000),
    };
    const before = await publication.dump();
    for (const [name, bad] of Object.entries(refused)) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const response = await fetch(at(encodeURIComponent(bad)), { method });
        const page = await response.text();
        assert.equal(response.status, 404, `${name}, ${method}`);
        assert.doesNotMatch(page, /<script|passwd|@/, name);
        assert.equal(response.headers.get('set-cookie'), null);
        if (method === 'GET') assert.match(page, /reply to an issue/, name);
      }
    }
    assert.deepEqual(await publication.dump(), before);
  });

  test('no change of a token makes another valid token', async () => {
    const { token } = await publication.subscribe('property@a.example');
    const before = await publication.dump();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: token.length - 1 }),
        fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
        async (position, character) => {
          fc.pre(token[position] !== character);
          const changed = token.slice(0, position) + character + token.slice(position + 1);
          assert.equal((await post(changed)).status, 404);
        },
      ),
      { numRuns: 60 },
    );
    assert.deepEqual(await publication.dump(), before);
  });

  test('no log line holds a token or an address', async () => {
    const { token } = await publication.subscribe('private@a.example');
    await fetch(at(token), { headers: { referer: 'https://mail.example/?to=private@a.example' } });
    await post(token);
    await post(`${token}x`);
    const lines = publication.log.join('');
    assert.match(lines, /"route":"\/u\/:token"/);
    assert.doesNotMatch(lines, new RegExp(token));
    assert.doesNotMatch(lines, /private|a\.example|127\.0\.0\.1:\d+"?,"remote/);
  });
});
