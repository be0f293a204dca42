import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { on as eventsOn, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { dialogue } from '../inbound/dialogue.js';
import { freePort, startTestRedis, type TestRedis } from '../support/redis.js';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const SETTINGS = `publication:
  name: The Envelope
  slug: envelope
  prefix: ENV
  from: The Envelope <weekly@envelope.example>
  url: http://127.0.0.1:8080
  postalAddress: 12 Sample Street
smtp:
  url: smtp://127.0.0.1:2525
`;

describe('pressrun start', () => {
  let redis: TestRedis;
  let dir: string;
  const children: ChildProcess[] = [];
  before(async () => {
    redis = await startTestRedis();
    dir = await mkdtemp(join(tmpdir(), 'pressrun-start-'));
    await writeFile(join(dir, 'pressrun.yaml'), SETTINGS);
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await redis?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const start = (port: number, ...services: string[]) => startWith({}, port, ...services);
  function startWith(more: Record<string, string>, port: number, ...services: string[]) {
    const args = ['--import', 'tsx', MAIN, '--dir', dir, 'start', ...services];
    const env = {
      ...process.env,
      PRESSRUN_SECRET: 'a secret for this test alone, long enough',
      PRESSRUN_REDIS: redis.url,
      PRESSRUN_HTTP_PORT: String(port),
      ...more,
    };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stderr });
    reader.on('line', (line) => lines.push(line));
    const ended = once(child, 'close').then(([code]) => ({ code, output: lines.join('\n') }));
    const said = async (words: string) => {
      for (const line of lines) if (line.includes(words)) return;
      for await (const [line] of on(reader)) if (line.includes(words)) return;
    };
    return { child, ended, said };
  }

  test('serves the web until SIGTERM, then stops cleanly', async () => {
    const port = await freePort();
    const { child, ended, said } = start(port, 'web');
    await said('web is ready');
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.deepEqual(await health.json(), { status: 'ok' });
    child.kill('SIGTERM');
    const { code, output } = await ended;
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`web listens at http://127.0.0.1:${port}`));
  });

  test('shows figures on an address of its own, and none of them on the pages', async () => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const env = { PRESSRUN_METRICS_PORT: String(metricsPort) };
    const { child, ended, said } = startWith(env, port, 'web');
    await said('web is ready');
    await fetch(`http://127.0.0.1:${port}/u/nonsense`, { method: 'POST' });
    assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 404);
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    assert.match(text, /^pressrun_subscribers\{status="active"\} 0$/m);
    assert.match(text, /^pressrun_queue_jobs\{queue="letters",state="waiting"\} 0$/m);
    const leaving = 'method="POST",route="/u/:token",status="404"';
    assert.match(text, new RegExp(`^pressrun_http_requests_total\\{${leaving}\\} 1$`, 'm'));
    child.kill('SIGTERM');
    assert.equal((await ended).code, 0);
  });

  test('a port that is taken is named with the key that sets it', async () => {
    const port = Number(new URL(redis.url).port);
    const { code, output } = await start(port, 'web').ended;
    assert.equal(code, 1);
    assert.match(output, new RegExp(`127\\.0\\.0\\.1:${port} is taken .*http\\.port`));
  });

  test('inbound says what it would need', async () => {
    const { code, output } = await start(0, 'inbound').ended;
    assert.equal(code, 2);
    assert.match(output, /set inbound\.domain/);
  });

  test('takes mail once inbound.domain is set, tells how it is, and stops cleanly', async () => {
    const [port, smtpPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    await writeFile(join(dir, 'pressrun.yaml'), `${SETTINGS}inbound: { domain: in.example.org }\n`);
    const env = {
      PRESSRUN_INBOUND_PORT: String(smtpPort),
      PRESSRUN_METRICS_PORT: String(metricsPort),
    };
    const { child, ended, said } = startWith(env, port, 'inbound');
    await said('inbound is ready');
    const talk = await dialogue(smtpPort);
    await talk.say('MAIL FROM:<me@reader.example>');
    assert.match(await talk.say('RCPT TO:<unsub+x@in.example.org>'), /^550 /);
    const [health, figures] = ['readyz', 'metrics'].map((path) =>
      fetch(`http://127.0.0.1:${metricsPort}/${path}`),
    );
    assert.equal((await health)?.status, 200);
    const refused = /^pressrun_inbound_recipients_total\{outcome="refused"\} 1$/m;
    assert.match((await (await figures)?.text()) ?? '', refused);
    child.kill('SIGTERM');
    const { code, output } = await ended;
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`inbound listens at smtp://127.0.0.1:${smtpPort}`));
    await talk.ended;
  });

  test('a service that does not exist is refused with those that do', async () => {
    const { code, output } = await start(0, 'wab').ended;
    assert.equal(code, 2);
    assert.match(output, /"wab": web, worker, inbound/);
  });
});

/** Lines as they come, for as long as there are any. */
function on(reader: NodeJS.EventEmitter): AsyncIterable<[string]> {
  return eventsOn(reader, 'line', { close: ['close'] }) as AsyncIterable<[string]>;
}
