import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Inbox, startInbox } from '../../src/cli/demo/inbox.js';
import { createLogger } from '../../src/log.js';
import { createTransport } from '../../src/smtp/transport.js';

const MAIL = [
  'From: "The Envelope" <news@envelope.example>',
  'To: =?UTF-8?Q?J=C3=BCrgen?= <reader@example.org>',
  'Subject: =?UTF-8?Q?Letters_=E2=80=93_=3Cb=3Ebold=3C/b=3E?=',
  'List-Unsubscribe: <mailto:leave@envelope.example>,',
  ' <https://envelope.example/u/token>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Plain words & <tags>',
  '--b',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<html><head><title>x</title></head><body><script>alert(1)</script><p>Rich <a href="https://a.example/">words</a> <a href="#x">x</a></p></body></html>',
  '--b--',
  '',
].join('\r\n');

async function inboxWith(t: TestContext, count: number): Promise<Inbox> {
  const inbox = await startInbox({ host: '127.0.0.1' });
  t.after(() => inbox.stop());
  const log = createLogger({ level: 'silent', pretty: false });
  const transport = createTransport({
    url: inbox.smtpUrl,
    connections: 10,
    messagesPerConnection: 100,
    log,
  });
  const sent = Array.from({ length: count }, (_, at) =>
    transport.send({ from: 'news@envelope.example', to: `r${at}@example.org` }, [
      Buffer.from(MAIL),
    ]),
  );
  for (const outcome of await Promise.all(sent)) assert.equal(outcome.kind, 'accepted');
  await transport.close();
  return inbox;
}

async function get(
  inbox: Inbox,
  path: string,
): Promise<{ status: number; body: string; csp: string }> {
  const response = await fetch(`${inbox.url}${path}`);
  const csp = response.headers.get('content-security-policy') ?? '';
  return { status: response.status, body: await response.text(), csp };
}

test('the inbox takes what is sent and lists it, newest first, with its words escaped', async (t) => {
  const inbox = await inboxWith(t, 60);
  assert.equal(inbox.received, 60);
  assert.equal(new Set(inbox.messages().map((mail) => mail.envelopeTo)).size, 60);
  assert.equal(inbox.messages()[0]?.raw.toString('latin1'), MAIL);

  const list = await get(inbox, '/');
  assert.match(list.body, /60 mails received/);
  assert.match(list.body, /Letters – &lt;b&gt;bold&lt;\/b&gt;/);
  assert.match(list.body, /Jürgen<\/span> reader@example\.org/);
  assert.equal(list.body.match(/href="\/mails\/\d+"/g)?.length, 50);
  assert.equal((await get(inbox, '/?page=2')).body.match(/href="\/mails\/\d+"/g)?.length, 10);
});

test('a mail is shown with its unsubscribe link, as HTML that can run nothing, as text, headers and source', async (t) => {
  const inbox = await inboxWith(t, 1);
  const page = await get(inbox, '/mails/1');
  assert.match(page.body, /<a href="https:\/\/envelope\.example\/u\/token"/);
  assert.match(page.body, /<iframe [^>]*src="\/mails\/1\/html"[^>]*sandbox="allow-popups/);
  assert.doesNotMatch(page.body, /allow-scripts|<script/);

  const framed = await get(inbox, '/mails/1/html');
  assert.match(framed.body, /Rich <a target="_blank" href="https:\/\/a\.example\/">words/);
  assert.match(framed.body, /<a href="#x">/);
  assert.match(framed.csp, /^sandbox allow-popups .*default-src 'none'/);
  assert.doesNotMatch(framed.csp, /allow-scripts|allow-same-origin/);

  assert.match((await get(inbox, '/mails/1?view=text')).body, /Plain words &amp; &lt;tags&gt;/);
  assert.match((await get(inbox, '/mails/1?view=headers')).body, /List-Unsubscribe: &lt;mailto/);
  assert.match((await get(inbox, '/mails/1?view=source')).body, /--b--/);
});

test('an empty inbox says so, and what it never had it does not know', async (t) => {
  const inbox = await inboxWith(t, 0);
  assert.match((await get(inbox, '/')).body, /Nothing has come yet/);
  for (const path of ['/mails/1', '/mails/x', '/mails/1/html', '/elsewhere']) {
    assert.equal((await get(inbox, path)).status, 404, path);
  }
});

test('beyond a thousand mails the oldest are let go, and the count goes on', async (t) => {
  const inbox = await inboxWith(t, 1_050);
  assert.equal(inbox.received, 1_050);
  assert.equal(inbox.messages().length, 1_000);
  assert.match((await get(inbox, '/')).body, /1,050 mails received/);
  assert.equal((await get(inbox, '/mails/50')).status, 404);
});
