import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Reach } from '../../src/check/links/ask.js';
import { draftsOf } from '../../src/check/links/check-links.js';
import { rememberLinks } from '../../src/check/links/memory.js';
import { createProbe } from '../../src/check/links/probe.js';
import { issueSeven, lines, makeFiles } from './publication.js';

/** Every name leads to this machine, except those that do not exist. */
const HERE: Reach = {
  resolve: async (host) => {
    if (host.startsWith('gone.')) throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
    return host.startsWith('inside.') ? ['10.1.2.3'] : ['127.0.0.1'];
  },
  isAllowed: (address) => address === '127.0.0.1',
};

const asked: string[] = [];
let running = 0;
let most = 0;

const answers: Record<string, RequestListener> = {
  '/ok': (_, response) => response.end('ok'),
  '/get-only': ({ method }, response) => {
    response.statusCode = method === 'HEAD' ? 405 : 200;
    response.end();
  },
  '/missing': (_, response) => {
    response.statusCode = 404;
    response.end();
  },
  '/closed': (_, response) => {
    response.statusCode = 403;
    response.end();
  },
  '/busy': (_, response) => {
    response.statusCode = 429;
    response.end();
  },
  '/broken': (_, response) => {
    response.statusCode = 503;
    response.end();
  },
  '/moved': (_, response) => response.writeHead(301, { location: '/ok' }).end(),
  '/elsewhere': (_, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/moved-to-missing': (_, response) => response.writeHead(308, { location: '/missing' }).end(),
  '/circle': (_, response) => response.writeHead(302, { location: '/circle' }).end(),
  '/inside': (_, response) => response.writeHead(302, { location: 'http://inside.example/' }).end(),
  '/file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/silent': () => {},
  '/endless': ({ method }, response) => {
    if (method === 'HEAD') return response.writeHead(405).end();
    const timer = setInterval(() => response.write('x'.repeat(10_000)), 5);
    return response.on('close', () => clearInterval(timer));
  },
  '/slow': (_, response) => {
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      response.end();
    }, 20);
  },
};

let server: Server;
let base: string;

before(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const path = (request.url ?? '').replace(/\?.*/, '');
    (answers[path] ?? answers['/missing'])?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://page.example:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const probeHere = (timeoutMs = 10_000) => createProbe({ timeoutMs, perHost: 2, reach: HERE });

describe('asking a link', () => {
  it('tells the living from the dead, and says nothing of those that answer no programs', async () => {
    const probe = probeHere();
    const kinds = async (path: string) => (await probe(base + path)).kind;
    assert.equal(await kinds('/ok'), 'alive');
    assert.equal(await kinds('/get-only'), 'alive');
    assert.equal(await kinds('/missing'), 'dead');
    assert.equal(await kinds('/closed'), 'unknown');
    assert.equal(await kinds('/busy'), 'unknown');
    assert.equal(await kinds('/broken'), 'unreachable');
    assert.equal((await probe('http://gone.example/')).kind, 'dead');
  });

  it('asks with HEAD, and with GET only where that says too little', async () => {
    asked.length = 0;
    const probe = probeHere();
    await probe(`${base}/ok?head`);
    await probe(`${base}/get-only?head`);
    assert.deepEqual(asked, ['HEAD /ok?head', 'HEAD /get-only?head', 'GET /get-only?head']);
  });

  it('follows redirects and reports each', async () => {
    const probe = probeHere();
    assert.deepEqual(await probe(`${base}/moved`), {
      kind: 'alive',
      status: 200,
      redirects: [{ status: 301, to: `${base}/ok` }],
    });
    const circle = await probe(`${base}/circle`);
    assert.equal(circle.kind, 'unreachable');
    assert.equal(circle.redirects.length, 11);
  });

  it('asks each page once, whatever part of it is linked', async () => {
    asked.length = 0;
    const probe = probeHere();
    await Promise.all([probe(`${base}/ok#a`), probe(`${base}/ok#b`), probe(`${base}/ok`)]);
    assert.deepEqual(asked, ['HEAD /ok']);
  });

  it('gives up on a server that says nothing', async () => {
    const outcome = await probeHere(200)(`${base}/silent`);
    assert.deepEqual(
      [outcome.kind, 'why' in outcome && outcome.why],
      ['unreachable', 'it does not answer in time'],
    );
  });

  it('reads no endless page', async () => {
    assert.equal((await probeHere()(`${base}/endless`)).kind, 'alive');
  });

  it('makes no more requests to a host at a time than it may', async () => {
    const probe = probeHere();
    await Promise.all(Array.from({ length: 8 }, (_, n) => probe(`${base}/slow?${n}`)));
    assert.ok(most >= 1 && most <= 2, `${most} at a time`);
  });
});

describe('private addresses', () => {
  const outside = () => createProbe({ timeoutMs: 10_000, perHost: 2 });

  it('are never asked, in any spelling', async () => {
    asked.length = 0;
    const { port } = server.address() as AddressInfo;
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '10.0.0.1',
      '169.254.169.254',
      '[fe80::1]',
      '[fd00::1]',
    ]) {
      assert.equal((await outside()(`http://${host}:${port}/ok`)).kind, 'refused', host);
    }
    assert.deepEqual(asked, []);
  });

  it('are refused at the end of a redirect, and so is what is no web page', async () => {
    const probe = probeHere();
    assert.equal((await probe(`${base}/inside`)).kind, 'refused');
    assert.equal((await probe(`${base}/file`)).kind, 'refused');
  });

  it('are refused when only one of several answers is one', async () => {
    const reach = { ...HERE, resolve: async () => ['127.0.0.1', '10.0.0.1'] };
    const probe = createProbe({ timeoutMs: 10_000, perHost: 2, reach });
    assert.equal((await probe(`${base}/ok`)).kind, 'refused');
  });

  it('gain nothing from a name that changes its answer: it is resolved once a request', async () => {
    let resolved = 0;
    const reach: Reach = {
      ...HERE,
      resolve: async () => (resolved++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']),
    };
    const probe = createProbe({ timeoutMs: 10_000, perHost: 2, reach });
    assert.equal((await probe(`${base}/ok`)).kind, 'alive');
    assert.equal(resolved, 1);
  });
});

describe('what is reported of links', () => {
  it('is what an author can do something about, with its place', async () => {
    const text = ['/ok', '/missing', '/moved', '/elsewhere', '/broken', '/closed', '/inside']
      .map((path) => `[the page](${base}${path})`)
      .join('\n');
    const publication = await makeFiles({ 'issues/7.md': issueSeven(`## News\n\n${text}`) });
    const checked = await publication.check({ probe: probeHere(), textOnly: true });
    await publication.remove();
    assert.deepEqual(
      lines(checked).filter((line) => /link-(?:dead|moved|unreachable|private)/.test(line)),
      ['8:12 link-dead', '9:12 link-moved', '11:12 link-unreachable', '13:12 link-private'],
    );
    assert.equal(checked.links.length, 7);
  });

  it('is no error in announced audio that is not up yet', async () => {
    const announced = issueSeven(`## News\n\n[the page](${base}/missing)`).replace(
      'title:',
      `audio: ${base}/missing?late\ntitle:`,
    );
    const publication = await makeFiles({ 'issues/7.md': announced });
    const checked = await publication.check({ probe: probeHere(), textOnly: true });
    await publication.remove();
    const found = lines(checked).filter((line) => /link-(?:dead|unreachable)/.test(line));
    assert.deepEqual(
      found.map((line) => line.replace(/^\S+ /, '')),
      ['link-unreachable', 'link-dead'],
    );
  });

  it('is not that a page answers under https, or with a slash', () => {
    const outcome = {
      kind: 'alive',
      status: 200,
      redirects: [{ status: 301, to: 'https://www.a.example/fog/' }],
    } as const;
    const asked = [
      {
        url: 'http://a.example/fog',
        line: 1,
        outcome: { ...outcome, redirects: [...outcome.redirects] },
      },
    ];
    assert.deepEqual(draftsOf(asked), []);
  });

  it('is remembered for a day when the link was alive', async () => {
    const publication = await makeFiles({});
    const day = 24 * 3_600_000;
    const run = async (now: number) => {
      asked.length = 0;
      const memory = await rememberLinks(publication.settings.dir, probeHere(), now);
      await memory.probe(`${base}/ok`);
      await memory.probe(`${base}/missing`);
      await memory.save();
      return asked.filter((line) => line.startsWith('HEAD'));
    };
    assert.deepEqual(await run(day), ['HEAD /ok', 'HEAD /missing']);
    assert.deepEqual(await run(day + 1), ['HEAD /missing']);
    assert.deepEqual(await run(2 * day), ['HEAD /ok', 'HEAD /missing']);
    await publication.remove();
  });
});
