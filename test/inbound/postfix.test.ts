/** Mail to leave by that a Postfix hands over, set up as docs/operations.md says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import nodemailer from 'nodemailer';
import { createInboundServer } from '../../src/inbound/server.js';
import { returnPathLocalPart } from '../../src/message/verp.js';
import { noPostfix, startPostfix } from '../support/postfix.js';
import { makePublication } from '../support/publication.js';
import { startTestRedis } from '../support/redis.js';

const DOCS = new URL('../../docs/operations.md', import.meta.url);
const DOMAIN = 'in.example.org';

test('a Postfix hands mail over, and refuses what nobody signed at its own door', {
  skip: noPostfix,
}, async (t) => {
  const redis = await startTestRedis();
  t.after(() => redis.stop());
  const publication = await makePublication({ smtpUrl: 'smtp://127.0.0.1:9', redis: redis.url });
  t.after(() => publication.remove());
  const system = await publication.open();
  t.after(() => system.close());
  const { config, log, audience } = system;
  const server = createInboundServer({ config, log, audience }, DOMAIN);
  const port = await server.listen('127.0.0.1', 0);
  t.after(() => server.close());
  const settings = await documentedSettings(port);
  const postfix = await startPostfix({ ...settings, address_verify_poll_delay: '1s' });
  t.after(() => postfix.remove());

  await audience.put([{ address: 'reader@a.example' as never }], { source: 'test', at: 1 });
  const id = audience.idOf('reader@a.example' as never);
  const claims = { id, issue: 101 };
  const local = returnPathLocalPart(config.keys.tokenKeys, 'weekly', 'unsub', claims);
  const { hostname, port: postfixPort } = new URL(postfix.url);
  const client = nodemailer.createTransport({ host: hostname, port: Number(postfixPort) });
  t.after(() => client.close());
  const mail = (to: string) => client.sendMail({ from: 'me@reader.example', to, text: '' });

  await assert.rejects(mail(`${local.slice(0, -1)}@${DOMAIN}`), /550 /);
  assert.equal((await audience.get(id))?.status, 'active');
  await mail(`${local}@${DOMAIN}`);
  while ((await audience.get(id))?.status !== 'unsubscribed') await sleep(20);
});

/** The lines of main.cf on the page, with the port of this test. */
async function documentedSettings(port: number): Promise<Record<string, string>> {
  const page = await readFile(DOCS, 'utf8');
  const [block = ''] = /^ +relay_domains = [^`]+/m.exec(page) ?? [];
  const lines = block.trim().split(/\n\s*/);
  assert.equal(lines.length, 4);
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\w+) = (.+)$/.exec(line) ?? [];
      return [name, value.replace(':2526', `:${port}`)];
    }),
  );
}
