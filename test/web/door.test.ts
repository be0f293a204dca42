import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Config } from '../../src/config/types.js';
import { AppError } from '../../src/errors.js';
import { checkDoor, isLoopback } from '../../src/web/door.js';
import { freePort } from '../support/redis.js';
import { INSTANCE, startWebPublication, type WebPublication } from './publication.js';

describe('the door', () => {
  let publication: WebPublication;
  before(async () => {
    publication = await startWebPublication();
  });
  after(() => publication?.stop());

  const withUrl = (url: string): Config => ({
    ...publication.config,
    publication: { ...publication.config.publication, url },
  });
  const refusal = async (config: Config, instance = INSTANCE): Promise<string> => {
    const refused = await checkDoor(config, instance, { loopback: false }).catch((error) => error);
    assert.ok(refused instanceof AppError, 'the door was open');
    assert.equal(refused.code, 'door_closed');
    return refused.message;
  };
  const answering = async (listener: RequestListener): Promise<{ server: Server; url: string }> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    return { server, url: `http://127.0.0.1:${address.port}` };
  };

  test('opens when this installation answers at the public URL, and nothing changes', async () => {
    const before = await publication.dump();
    const door = await checkDoor(withUrl(publication.url), INSTANCE, { loopback: false });
    assert.deepEqual(door, { kind: 'answered', loopback: true });
    assert.deepEqual(await publication.dump(), before);
  });

  test('opens under a path, whether the proxy passes the path on or cuts it off', async () => {
    const inner = await startWebPublication({ publication: { url: 'http://127.0.0.1/weekly' } });
    try {
      for (const path of ['/weekly', '']) {
        const config = { ...inner.config };
        config.publication = { ...config.publication, url: `${inner.url}${path}` };
        const door = await checkDoor(config, INSTANCE, { loopback: false });
        assert.equal(door.kind, 'answered', path);
      }
    } finally {
      await inner.stop();
    }
  });

  test('stays closed when nobody listens, and says what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const message = await refusal(withUrl(url));
    assert.match(message, new RegExp(`POST ${url}/u/…`));
    assert.match(message, /refused/);
    assert.match(message, /pressrun start web/);
    assert.match(message, /publication\.url/);
    assert.match(message, /--loopback/);
  });

  test('with --loopback a loopback URL is accepted although nobody listens', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.9.9.9']) {
      const config = withUrl(`http://${host}:${await freePort()}`);
      assert.deepEqual(await checkDoor(config, INSTANCE, { loopback: true }), {
        kind: 'rehearsal',
      });
    }
  });

  test('with --loopback any other URL must answer all the same', async () => {
    const config = withUrl('http://weekly.invalid');
    await assert.rejects(checkDoor(config, INSTANCE, { loopback: true }), { code: 'door_closed' });
  });

  test('a host name that does not resolve is named as the reason', async () => {
    const message = await refusal(withUrl('http://weekly.invalid'));
    assert.match(message, /does not resolve/);
    assert.doesNotMatch(message, /--loopback/);
  });

  test('stays closed when a pressrun with another Redis answers', async () => {
    const message = await refusal(withUrl(publication.url), 'another-redis');
    assert.match(message, /another Redis/);
  });

  test('stays closed when the pressrun there has other token keys', async () => {
    const config = withUrl(publication.url);
    const keys = { ...config.keys, tokenKeys: [randomBytes(32)] as [Buffer] };
    assert.match(await refusal({ ...config, keys }), /other token keys/);
  });

  const strangers: Record<string, { listener: RequestListener; says: RegExp }> = {
    'another web site': { listener: (_q, reply) => reply.end('<p>Hello</p>'), says: /another web/ },
    'a site that answers with JSON of its own': {
      listener: (_q, reply) => reply.end('{"instance": 1}'),
      says: /another web/,
    },
    'an endless page': {
      listener: (_q, reply) => {
        const timer = setInterval(() => reply.write('x'.repeat(2_000)), 1);
        reply.once('close', () => clearInterval(timer));
      },
      says: /another web/,
    },
    'a redirect': {
      listener: (_q, reply) => reply.writeHead(301, { location: 'https://www.a.example/x' }).end(),
      says: /redirect \(301\) to https:\/\/www\.a\.example/,
    },
    'a login page': { listener: (_q, reply) => reply.writeHead(401).end(), says: /status 401/ },
    'a proxy without us': {
      listener: (_q, reply) => reply.writeHead(502).end(),
      says: /status 502/,
    },
    'a server that hangs up': { listener: (q) => q.socket.destroy(), says: /no connection/ },
  };
  for (const [name, { listener, says }] of Object.entries(strangers)) {
    test(`stays closed for ${name}`, async () => {
      const { server, url } = await answering(listener);
      try {
        const message = await refusal(withUrl(url));
        assert.match(message, says);
        assert.doesNotMatch(message, /\/u\/[\w-]{20}/, 'the nonce is not told');
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  }

  test('knows a loopback host by its name and by its number', () => {
    for (const host of ['localhost', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])
      assert.equal(isLoopback(host), true, host);
    for (const host of [
      'localhost.example',
      '127.0.0.1.nip.example',
      '10.0.0.1',
      '[::2]',
      '0.0.0.0',
    ])
      assert.equal(isLoopback(host), false, host);
  });
});
