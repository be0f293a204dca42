import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Address } from '../../src/audience/address.js';
import { freezeIssue } from '../../src/delivery/freeze.js';
import { createLedger } from '../../src/delivery/ledger.js';
import { planSend } from '../../src/delivery/plan.js';
import type { SendRecord } from '../../src/delivery/send-record.js';
import { createSends, type Sends } from '../../src/delivery/sends.js';
import { AppError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { signToken, TOKEN_PURPOSES } from '../../src/message/tokens.js';
import { keysOf } from '../../src/redis/keys.js';
import type { WebDependencies } from '../../src/web/dependencies.js';
import { buildWeb } from '../../src/web/server.js';
import { fullIssue, issue } from '../render/issue-fixture.js';
import { mp3 } from '../support/audio.js';
import { testConfig } from '../support/config.js';
import { startWebPublication, type WebPublication } from './publication.js';

/** Methods of the routes that take more than GET and HEAD, by the first part of their path. */
const TAKEN: Record<string, string> = {
  u: 'GET, HEAD, POST',
  subscribe: 'GET, HEAD, POST, OPTIONS',
};

describe('the web server', () => {
  let publication: WebPublication;
  let routes: string[];
  let episode: string;
  before(async () => {
    publication = await startWebPublication();
    publication.shelf.push(fullIssue());
    episode = await publication.attach(12, mp3(1));
    const { token } = await publication.subscribe('reader@a.example');
    const files = ['/style.css', '/favicon.svg', '/favicon.ico', '/robots.txt', '/healthz'];
    const pages = ['/issues', '/issues/12', `/u/${token}`, '/subscribe'];
    routes = [
      '/',
      `/audio/${episode}`,
      ...pages,
      '/prove.js',
      '/feed.xml',
      '/items.json',
      ...files,
    ];
  });
  after(() => publication?.stop());

  const ask = (path: string, init: RequestInit = {}) => fetch(`${publication.url}${path}`, init);

  test('GET and HEAD of every route there is, under every kind of token, leave Redis exactly as it was', async () => {
    const tokens = await everyToken(publication);
    await beginSends(publication);
    const before = await publication.dump();
    for (const kept of [':mailable', ':state', '{send-21}', ':delayed', ':wait']) {
      assert.ok(
        Object.keys(before).some((key) => key.includes(kept)),
        `there is no ${kept} to change`,
      );
    }
    assert.ok(publication.routes.length > 10);
    const paths = publication.routes.flatMap((route) => filledIn(route, tokens));
    for (const path of [...paths, `/audio/${episode}`]) {
      for (const method of ['GET', 'HEAD']) {
        const { status } = await ask(path, { method, redirect: 'manual' });
        assert.ok([200, 404, 405].includes(status), `${method} ${path}: ${status}`);
      }
    }
    assert.deepEqual(await publication.dump(), before);
  });

  test('HEAD answers with the headers of GET and no body', async () => {
    for (const path of routes) {
      const [get, head] = await Promise.all([ask(path), ask(path, { method: 'HEAD' })]);
      assert.equal(await head.text(), '');
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control'])
        assert.equal(head.headers.get(name), get.headers.get(name), `${path} ${name}`);
    }
  });

  test('methods a page does not take get 405 and the list of those it does', async () => {
    const before = await publication.dump();
    for (const path of routes) {
      const taken = TAKEN[path.split('/')[1] ?? ''] ?? 'GET, HEAD';
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST']) {
        if (taken.split(', ').includes(method)) continue;
        const response = await ask(path, { method });
        assert.equal(response.status, 405, `${method} ${path}`);
        assert.equal(response.headers.get('allow'), taken);
        assert.match(await response.text(), /<h1 class="display">Not like this<\/h1>/);
      }
    }
    assert.deepEqual(await publication.dump(), before);
  });

  test('every answer forbids scripts, frames and passing on the address', async () => {
    for (const path of [...routes, '/nothing', '/u/nonsense', '/%zz']) {
      const { headers } = await ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/, path);
      assert.doesNotMatch(policy, /script-src|unsafe/, path);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('set-cookie'), null);
    }
  });

  test('no page holds a script, a style of its own or anything from elsewhere', async () => {
    for (const path of ['/', '/issues', '/issues/12', routes[3] ?? '', '/nothing']) {
      const html = await (await ask(path)).text();
      // What search engines read is data; no browser runs it.
      const code = html.replace(/<script type="application\/ld\+json">[^<]*<\/script>/, '');
      assert.doesNotMatch(code, /<script|<style| style=| on\w+=|<iframe/i, path);
      assert.doesNotMatch(html, /<link rel="(?!canonical)[^>]*href="https?:/, path);
    }
  });

  test('what is not there gets a page that repeats nothing of the request', async () => {
    const response = await ask('/<b>hidden?who=me@a.example', {
      headers: { accept: 'text/html', 'x-forwarded-for': '6.6.6.6', host: 'evil.example' },
    });
    const html = await response.text();
    assert.equal(response.status, 404);
    assert.doesNotMatch(html, /hidden|a\.example|6\.6\.6\.6|evil/);
    assert.match(html, new RegExp(response.headers.get('x-request-id') ?? 'none'));
  });

  test('a body over the limit gets 413 and does nothing', async () => {
    const { id, token } = await publication.subscribe('large@a.example');
    const response = await ask(`/u/${token}`, { method: 'POST', body: 'x'.repeat(20_000) });
    assert.equal(response.status, 413);
    assert.match(await response.text(), /That is too much/);
    assert.equal((await publication.audience.get(id))?.status, 'active');
  });

  test('a URL that cannot be decoded is not found, not an error', async () => {
    for (const path of ['/%zz', '/u/%E0%A4%A', '/issues/%']) {
      const response = await ask(path);
      assert.equal(response.status, 404, path);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    }
  });

  test('nonsense on the line gets 400 and the server lives on', async () => {
    const { port } = new URL(publication.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end('HELO there\r\n\r\n');
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 400 /);
    assert.equal((await ask('/healthz')).status, 200);
  });

  test('who asks faster than people read has to wait, and may leave all the same', async () => {
    const known = await startWebPublication({ http: { trustProxy: ['loopback'] } });
    try {
      const { id, token } = await known.subscribe('busy@a.example');
      const from = { 'x-forwarded-for': '192.0.2.1' };
      const get = (path: string, headers: Record<string, string> = from) =>
        known.app.inject({ url: path, headers });
      for (let times = 0; times < 600; times += 1) await get('/favicon.svg');
      const refused = await get('/');
      assert.equal(refused.statusCode, 429);
      assert.equal(refused.headers['retry-after'], '60');
      assert.equal((await get('/', { 'x-forwarded-for': '192.0.2.2' })).statusCode, 200);
      assert.equal((await get('/')).statusCode, 429);
      const left = await known.app.inject({ method: 'POST', url: `/u/${token}`, headers: from });
      assert.equal(left.statusCode, 200);
      assert.equal((await known.audience.get(id))?.status, 'unsubscribed');
    } finally {
      await known.stop();
    }
  });

  test('nobody can pretend to be somebody else behind a proxy that is not trusted', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.9' };
    for (let times = 0; times < 605; times += 1) {
      const { statusCode } = await publication.app.inject({ url: '/favicon.svg', headers: forged });
      assert.equal(statusCode, 200);
    }
  });

  test('request ids are ours, whatever a caller sends', async () => {
    const { headers } = await ask('/', {
      headers: { 'x-request-id': 'mine', 'request-id': 'mine' },
    });
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });

  test('log lines name the route, never the URL', async () => {
    await ask('/issues/12?utm=secret-campaign');
    await ask('/elsewhere/secret-path', { headers: { 'user-agent': 'secret-agent' } });
    const lines = publication.log.join('');
    assert.match(lines, /"route":"\/issues\/:number","status":200/);
    assert.match(lines, /"route":"none","status":404/);
    assert.doesNotMatch(lines, /secret/);
  });
});

/** Of people in every state, tokens of every purpose, and what is none. */
async function everyToken({ config, audience, joining, subscribe }: WebPublication) {
  const { keys, publication: its } = config;
  const { id } = await subscribe('walked@a.example');
  const gone = await subscribe('gone@a.example');
  await audience.unsubscribe(gone.id);
  const at = Math.floor(Date.now() / 1000);
  const asking = { form: 'page', wording: 'w', ip: undefined, disposable: false };
  const address = 'asking@a.example' as Address;
  await audience.wish({ ...asking, address, name: '', at });
  const ids = [id, gone.id, audience.idOf(address), 'A'.repeat(16)];
  const tokens = ids.flatMap((person) =>
    TOKEN_PURPOSES.map((purpose) =>
      signToken(keys.tokenKeys, { purpose, id: person, issuedAt: at, issue: 7 }, its.slug),
    ),
  );
  return [...tokens, joining.stamp(0), 'nonsense'];
}

/** A send on its way and one that waits for its time, each with its jobs. */
async function beginSends({ config, redis, queues }: WebPublication): Promise<void> {
  const keys = keysOf(config.publication.slug);
  const ledger = createLedger(redis, keys);
  const sends = createSends(redis, keys, ledger);
  const freeze = (number: number) =>
    freezeIssue(config, { issue: issue({ number }), file: '' }, { today: new Date(), revision: 1 });
  await sends.create(await freeze(20));
  const { uncertain } = config.delivery;
  const stopping = new AbortController().signal;
  const { enqueue } = queues;
  await planSend(await recordOf(sends, 20), { ledger, sends, uncertain, enqueue, stopping });
  const appointment = { at: Date.now() + 3_600_000, queued: false, loopback: true };
  await sends.schedule(await freeze(21), appointment);
  await queues.enqueueFire(await recordOf(sends, 21));
}

async function recordOf(sends: Sends, number: number): Promise<SendRecord> {
  const record = await sends.get(number);
  assert.ok(record);
  return record;
}

/** A route's pattern as URLs: each of the tokens for a token, what there is and is not for the rest. */
function filledIn(route: string, tokens: string[]): string[] {
  if (route.includes(':token')) return tokens.map((token) => route.replace(':token', token));
  return ['12', '99999', 'x'].map((value) => route.replace(/:\w+|\*/g, value));
}

describe('the web server while something is broken', () => {
  const log: string[] = [];
  const broken = (error: Error): Promise<never> => Promise.reject(error);
  const build = (error: Error) => {
    const dependencies: WebDependencies = {
      config: testConfig(),
      log: createLogger({ pretty: false, to: { write: (line) => log.push(line) } }),
      instanceId: 'x',
      audience: {} as never,
      joining: { stamp: () => '' } as never,
      frozenIssues: { list: () => broken(error), get: () => broken(error) },
      episodes: { get: () => broken(error) },
      ready: async () => false,
    };
    return buildWeb(dependencies);
  };

  test('says 503 and when to come back while Redis is away', async () => {
    const app = await build(new AppError('redis_unreachable', 'redis at 10.0.0.1 does not answer'));
    const response = await app.inject({ url: '/issues' });
    assert.equal(response.statusCode, 503);
    assert.equal(response.headers['retry-after'], '60');
    assert.doesNotMatch(response.body, /10\.0\.0\.1|redis/i);
    assert.equal((await app.inject({ url: '/readyz' })).statusCode, 503);
    assert.equal((await app.inject({ url: '/healthz' })).statusCode, 200);
    await app.close();
  });

  test('shows nothing of the inside and logs it without the arguments', async () => {
    const fault = Object.assign(new Error('WRONGTYPE inside'), {
      command: { args: ['who@a.example'] },
    });
    const app = await build(fault);
    const response = await app.inject({ url: '/issues', headers: { accept: 'text/html' } });
    assert.equal(response.statusCode, 500);
    assert.doesNotMatch(response.body, /WRONGTYPE|at .*\.ts/);
    assert.match(log.join(''), /WRONGTYPE inside/);
    assert.doesNotMatch(log.join(''), /a\.example/);
    await app.close();
  });
});
