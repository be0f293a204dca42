/** Leaving by mail: the address an issue carries, over real SMTP, into a real Redis. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import nodemailer, { type SendMailOptions } from 'nodemailer';
import PostalMime from 'postal-mime';
import type { Config } from '../../src/config/types.js';
import {
  createInboundServer,
  type InboundDependencies,
  type InboundServer,
} from '../../src/inbound/server.js';
import { createLogger } from '../../src/log.js';
import { createComposer } from '../../src/message/compose.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { signToken } from '../../src/message/tokens.js';
import { type ReturnPathKind, returnPathLocalPart } from '../../src/message/verp.js';
import type { System } from '../../src/system.js';
import { SAMPLE_MAIL, SENT_AT, sampleRecipient, sampleSettings } from '../message/samples.js';
import { fc } from '../support/fast-check.js';
import { makePublication, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';
import { dialogue } from './dialogue.js';

const DOMAIN = 'in.weekly.example';
const ISSUE = 101;

describe('leaving by mail', () => {
  let redis: TestRedis;
  let publication: TestPublication;
  let system: System;
  let server: InboundServer;
  let port: number;
  const log: string[] = [];
  const counted: string[] = [];

  before(async () => {
    redis = await startTestRedis();
    publication = await makePublication({ smtpUrl: 'smtp://127.0.0.1:9', redis: redis.url });
    system = await publication.open();
    server = inbound();
    port = await server.listen('127.0.0.1', 0);
  });
  after(async () => {
    await server?.close();
    await system?.close();
    await publication?.remove();
    await redis?.stop();
  });

  function inbound(changes: Partial<InboundDependencies> = {}): InboundServer {
    const logger = createLogger({
      ...{ level: 'debug', pretty: false },
      to: { write: (line) => log.push(line) },
    });
    const meters = { inbound: (outcome: string) => counted.push(outcome) };
    const { config, audience } = system;
    return createInboundServer({ config, audience, meters, log: logger, ...changes }, DOMAIN);
  }

  async function reader(name = randomBytes(6).toString('hex')): Promise<string> {
    const address = `${name}@a.example` as never;
    await system.audience.put([{ address }], { source: 'test', at: 1 });
    return system.audience.idOf(address);
  }
  const statusOf = async (id: string) => (await system.audience.get(id))?.status;
  function addressOf(id: string, kind: ReturnPathKind = 'unsub', keys?: Config['keys']): string {
    const { tokenKeys } = keys ?? system.config.keys;
    return `${returnPathLocalPart(tokenKeys, 'weekly', kind, { id, issue: ISSUE })}@${DOMAIN}`;
  }
  /** As a mail program does it. */
  async function mail(to: string | string[], more: SendMailOptions = {}) {
    const client = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
    const mail = { from: 'me@reader.example', to, subject: 'unsubscribe', text: '', ...more };
    try {
      return await client.sendMail(mail);
    } finally {
      client.close();
    }
  }

  test('a mail to the address in an issue lets its reader leave, and the journal keeps it', async () => {
    const id = await reader();
    const settings = sampleSettings({ slug: 'weekly', issue: ISSUE, inboundDomain: DOMAIN });
    const composer = createComposer(prepareMessage(SAMPLE_MAIL, settings), {
      tokenKeys: system.config.keys.tokenKeys,
    });
    const { chunks } = await composer.compose(sampleRecipient({ id }), SENT_AT);
    const { headers } = await PostalMime.parse(Buffer.concat(chunks));
    const field = headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '';
    const [, address = ''] = /^<https:[^>]+>,\s*<mailto:([^>]+)>$/.exec(field) ?? [];
    assert.equal((await mail(address)).response.slice(0, 3), '250');
    assert.equal(await statusOf(id), 'unsubscribed');
    assert.match(await journalOf(system), new RegExp(`left ${id} mailto `));
    assert.ok(counted.includes('left'));
  });

  test('letters in another case do no harm, and leaving twice is no error', async () => {
    const id = await reader();
    await mail(addressOf(id).toUpperCase());
    assert.equal(await statusOf(id), 'unsubscribed');
    await mail(addressOf(id));
    assert.equal(counted.at(-1), 'already-left');
  });

  test('one mail lets several people leave, and nobody else', async () => {
    const [one, other, third] = [await reader(), await reader(), await reader()];
    await mail([addressOf(one), addressOf(other)]);
    assert.deepEqual(
      [await statusOf(one), await statusOf(other), await statusOf(third)],
      ['unsubscribed', 'unsubscribed', 'active'],
    );
  });

  test('an address signed by an older token key still works', async () => {
    const id = await reader();
    const { keys } = system.config;
    const [current] = keys.tokenKeys;
    const rotated: Config['keys'] = { ...keys, tokenKeys: [randomBytes(32), current] };
    const later = inbound({ config: { ...system.config, keys: rotated } });
    const at = await later.listen('127.0.0.1', 0);
    const client = nodemailer.createTransport({ host: '127.0.0.1', port: at, ignoreTLS: true });
    await client.sendMail({ from: 'me@reader.example', to: addressOf(id), text: '' });
    client.close();
    await later.close();
    assert.equal(await statusOf(id), 'unsubscribed');
  });

  test('the address of a test copy takes mail and lets nobody leave', async () => {
    const id = await reader();
    await mail(addressOf(id, 'test'));
    assert.equal(counted.at(-1), 'test');
    assert.equal(await statusOf(id), 'active');
  });

  test('what is not an address of ours is refused at RCPT, and changes nothing', async () => {
    const id = await reader();
    const good = addressOf(id);
    const local = good.slice(0, good.indexOf('@'));
    const { tokenKeys } = system.config.keys;
    const claims = { id, issue: ISSUE };
    const token = signToken(tokenKeys, { purpose: 'unsubscribe', ...claims }, 'weekly');
    const foreign = returnPathLocalPart([randomBytes(32)], 'weekly', 'unsub', claims);
    const daily = returnPathLocalPart(tokenKeys, 'daily', 'unsub', claims);
    const refused = {
      'a relay’s work': 'somebody@elsewhere.example',
      'a token at another domain': `${local}@elsewhere.example`,
      'a token below our domain': `${local}@x.${DOMAIN}`,
      'no token': `unsub@${DOMAIN}`,
      'the postmaster': `postmaster@${DOMAIN}`,
      'a key that is not ours': `${foreign}@${DOMAIN}`,
      'another publication': `${daily}@${DOMAIN}`,
      'the end missing': `${local.slice(0, -1)}@${DOMAIN}`,
      'a letter more': `${local}a@${DOMAIN}`,
      'a bounce': addressOf(id, 'b'),
      'the other kind of token': `unsub+${token}@${DOMAIN}`,
      'a route of old': `${local}%${DOMAIN}@elsewhere.example`,
    };
    const before = await everything(redis);
    for (const [name, address] of Object.entries(refused)) {
      const talk = await dialogue(port);
      await talk.say('MAIL FROM:<me@reader.example>');
      assert.match(await talk.say(`RCPT TO:<${address}>`), /^550 5\.1\.1 No such/, name);
      assert.match(await talk.say('DATA'), /^503 /, name);
      talk.hangUp();
    }
    assert.equal(counted.at(-1), 'refused');
    assert.deepEqual(await everything(redis), before);
  });

  test('whoever guesses on is hung up on', async () => {
    const talk = await dialogue(port);
    await talk.say('MAIL FROM:<me@reader.example>');
    const replies: string[] = [];
    while (replies.length === 0 || replies.at(-1)?.startsWith('550')) {
      replies.push(await talk.say(`RCPT TO:<guess${replies.length}@${DOMAIN}>`));
    }
    assert.match(replies.at(-1) ?? '', /^421 /);
    assert.equal(replies.length, 11);
    await talk.ended;
  });

  test('no local part opens the door, ends the line or gets into the log', async () => {
    const id = await reader();
    const good = addressOf(id);
    const before = await everything(redis);
    const linesBefore = log.length;
    const piece = fc.oneof(
      fc.constantFrom(
        ...[
          'unsub+',
          'UNSUB+',
          '"',
          '\\',
          '<',
          '>',
          '\r\n',
          '\0',
          '\t',
          ' ',
          '@',
          '..',
          'é',
          '%40',
        ],
        ...['DATA\r\n', good.slice(0, 30), good.slice(6, 46), '\r\nRCPT TO:<', `@${DOMAIN}`],
      ),
      fc.string({ maxLength: 10 }),
    );
    const local = fc
      .array(piece, { maxLength: 6 })
      .map((pieces) => pieces.join(''))
      .filter((text) => `${text}@${DOMAIN}`.toLowerCase() !== good);
    await fc.assert(
      fc.asyncProperty(fc.array(local, { minLength: 8, maxLength: 8 }), async (locals) => {
        const talk = await dialogue(port);
        await talk.say('MAIL FROM:<me@reader.example>');
        for (const text of locals) talk.write(`RCPT TO:<${text}@${DOMAIN}>\r\n`);
        talk.write('QUIT\r\n');
        for (let line = await talk.hear(); line !== ''; line = await talk.hear()) {
          assert.match(line, /^(?:[45]\d\d|221) /);
        }
      }),
      { numRuns: 25 },
    );
    const said = log.slice(linesBefore).map((line) => JSON.parse(line).msg);
    assert.deepEqual([...new Set(said)], ['a recipient was refused']);
    assert.deepEqual(await everything(redis), before);
    assert.equal(await statusOf(id), 'active');
  });

  test('what a machine answers lets nobody leave; what it was asked to send does', async () => {
    const id = await reader();
    const automatic = [
      { 'Auto-Submitted': 'auto-replied' },
      { 'auto-submitted': 'Auto-Replied (vacation); x=y' },
      { 'Auto-Submitted': 'auto-notified' },
    ];
    for (const headers of automatic) {
      await mail(addressOf(id), { headers });
      assert.equal(counted.at(-1), 'automatic');
    }
    const report = 'Content-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n';
    await mail(addressOf(id), {
      raw: report,
      envelope: { from: 'a@b.example', to: addressOf(id) },
    });
    assert.equal(await statusOf(id), 'active');
    await mail(addressOf(id), { headers: { 'Auto-Submitted': 'auto-generated' } });
    assert.equal(await statusOf(id), 'unsubscribed');
  });

  test('what stands in the body is nobody’s header', async () => {
    const id = await reader();
    await mail(addressOf(id), { text: 'Auto-Submitted: auto-replied\n\nAuto-Submitted: no' });
    assert.equal(await statusOf(id), 'unsubscribed');
  });

  test('a report from the null sender may be tried out, is refused, and changes nothing', async () => {
    const id = await reader();
    const talk = await dialogue(port);
    await talk.say('MAIL FROM:<>');
    assert.match(await talk.say(`RCPT TO:<${addressOf(id)}>`), /^250 /);
    assert.match(await talk.say('DATA'), /^354 /);
    assert.match(await talk.say('Subject: gone\r\n\r\n.'), /^550 /);
    talk.hangUp();
    assert.equal(await statusOf(id), 'active');
  });

  test('nobody leaves before the mail was received in full', async () => {
    const id = await reader();
    const tried = await dialogue(port);
    await tried.say('MAIL FROM:<me@reader.example>');
    assert.match(await tried.say(`RCPT TO:<${addressOf(id)}>`), /^250 /);
    assert.match(await tried.say('QUIT'), /^221 /);
    const cut = await dialogue(port);
    await cut.say('MAIL FROM:<me@reader.example>');
    await cut.say(`RCPT TO:<${addressOf(id)}>`);
    await cut.say('DATA');
    cut.write('Subject: unsubscribe\r\n\r\nI want to\r\n');
    const failures = () => counted.filter((outcome) => outcome === 'failed').length;
    const before = failures();
    cut.hangUp();
    while (failures() === before) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await statusOf(id), 'active');
  });

  test('a mail over the limit is refused and changes nothing', async () => {
    const id = await reader();
    const talk = await dialogue(port);
    assert.match(await talk.say('MAIL FROM:<me@reader.example> SIZE=2000000'), /^552 /);
    await talk.say('MAIL FROM:<me@reader.example>');
    await talk.say(`RCPT TO:<${addressOf(id)}>`);
    await talk.say('DATA');
    talk.write(`Subject: unsubscribe\r\n\r\n${'x'.repeat(998)}\r\n`.repeat(1_100));
    assert.match(await talk.say('.'), /^552 /);
    talk.hangUp();
    assert.equal(await statusOf(id), 'active');
  });

  test('neither logins nor other services are offered', async () => {
    const talk = await dialogue(port);
    for (const line of ['AUTH PLAIN AGEAYg==', 'STARTTLS', 'EXPN all', 'TURN']) {
      assert.match(await talk.say(line), /^5\d\d /, line);
    }
    assert.doesNotMatch(await talk.say('VRFY postmaster'), /^25[01] /);
    talk.hangUp();
  });

  test('hundreds leave at the same time over many connections, some of them twice', async () => {
    const ids = await Promise.all(Array.from({ length: 300 }, () => reader()));
    const client = nodemailer.createTransport({
      ...{ host: '127.0.0.1', port, ignoreTLS: true },
      ...{ pool: true, maxConnections: 20, maxMessages: Infinity },
    });
    const all = [...ids, ...ids.slice(0, 100)];
    const from = 'me@reader.example';
    await Promise.all(all.map((id) => client.sendMail({ from, to: addressOf(id), text: 'bye' })));
    client.close();
    for (const id of ids) assert.equal(await statusOf(id), 'unsubscribed');
  });

  test('a connection too many is asked to come again', async () => {
    const talks = await Promise.all(Array.from({ length: 50 }, () => dialogue(port)));
    const late = await dialogue(port, false);
    assert.match(await late.hear(), /^421 /);
    for (const talk of talks) await talk.say('QUIT');
    await Promise.all(talks.map(({ ended }) => ended));
  });

  test('while Redis is away the mail comes again, and the log says why without whom', async () => {
    const id = await reader();
    const away = { unsubscribe: () => Promise.reject(new Error(`no answer for ${id}@a.example`)) };
    const broken = inbound({ audience: away });
    const talk = await dialogue(await broken.listen('127.0.0.1', 0));
    await talk.say('MAIL FROM:<me@reader.example>');
    await talk.say(`RCPT TO:<${addressOf(id)}>`);
    await talk.say('DATA');
    assert.match(await talk.say('Subject: unsubscribe\r\n\r\n.'), /^451 4\./);
    await broken.close();
    assert.match(log.join(''), /could not be taken/);
  });

  test('a stop ends idle connections at once and the mail in flight after it', async () => {
    const id = await reader();
    const stopping = inbound();
    const at = await stopping.listen('127.0.0.1', 0);
    const [idle, busy] = [await dialogue(at), await dialogue(at)];
    await busy.say('MAIL FROM:<me@reader.example>');
    await busy.say(`RCPT TO:<${addressOf(id)}>`);
    await busy.say('DATA');
    const closed = stopping.close();
    assert.match(await idle.hear(), /^421 /);
    assert.match(await busy.say('Subject: unsubscribe\r\n\r\n.'), /^250 /);
    await closed;
    assert.equal(await statusOf(id), 'unsubscribed');
    await Promise.all([idle.ended, busy.ended]);
  });

  test('no log line holds an address, a token or an id', async () => {
    const id = await reader('rosalind');
    await mail([addressOf(id)], { from: 'rosalind@science.example', subject: 'rosalind leaves' });
    await mail(`rosalind@${DOMAIN}`).catch(() => {});
    const lines = log.join('');
    assert.match(lines, /"outcome":"left","issue":101,"msg":"a mail to leave by"/);
    assert.match(lines, /a recipient was refused/);
    const secrets = ['rosalind', 'science', '@', id, addressOf(id).slice(6, 30), 'me@reader'];
    for (const secret of secrets) assert.ok(!lines.includes(secret), secret);
  });
});

async function journalOf({ journal }: System): Promise<string> {
  const files = await readdir(journal.folder);
  return (
    await Promise.all(files.map((file) => readFile(join(journal.folder, file), 'utf8')))
  ).join('');
}

/** Every key of Redis with its value. */
async function everything(server: TestRedis): Promise<Record<string, string>> {
  const client = server.client();
  const entries = (await client.keys('*')).sort().map(async (key) => {
    return [key, (await client.dumpBuffer(key))?.toString('base64') ?? ''] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
