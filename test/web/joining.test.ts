import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parseAddress } from '../../src/audience/address.js';
import { signToken } from '../../src/message/tokens.js';
import { type Sink, startSink } from '../support/smtp-sink.js';
import { type LetterBox, linkIn, startLetterBox } from './letters.js';
import { startWebPublication, type WebPublication } from './publication.js';

let sink: Sink;
let publication: WebPublication;
let box: LetterBox;
before(async () => {
  sink = await startSink();
  // Each test is a network of its own: the limits are about networks.
  publication = await startWebPublication({
    smtp: { url: sink.url },
    http: { trustProxy: ['loopback'] },
  });
  box = await startLetterBox(publication, sink);
});
after(async () => {
  await box?.stop();
  await publication?.stop();
  await sink?.stop();
});

// What everybody does together is limited as well.
beforeEach(async () => {
  await publication.redis.del('envelope:limit:all:sign-ups');
});

let networks = 0;
function freshNetwork(): string {
  networks += 1;
  return `192.0.2.${networks}`;
}
const html = { accept: 'text/html' };
const stampedAgo = (ms: number) => publication.joining.stamp(Date.now() - ms);

function signUp(fields: Record<string, string>, from = freshNetwork()): Promise<Response> {
  const body = new URLSearchParams({ form: 'page', stamp: stampedAgo(5_000), ...fields });
  const headers = { ...html, 'x-forwarded-for': from };
  return fetch(`${publication.url}/subscribe`, { method: 'POST', body, headers });
}
const post = (path: string, init: RequestInit = {}) =>
  fetch(`${publication.url}${path}`, {
    method: 'POST',
    headers: html,
    redirect: 'manual',
    ...init,
  });
const idOf = (address: string) => {
  const parsed = parseAddress(address);
  assert.ok(parsed.ok);
  return publication.audience.idOf(parsed.address);
};
const personAt = (address: string) => publication.audience.get(idOf(address));

describe('joining', () => {
  test('a form, a mail, a click: then they are on the list, with the record of their consent', async () => {
    const page = await signUp({ email: 'ada@a.example', name: 'Ada', form: 'footer' });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Look into your mail/);
    const letter = await box.letterTo('ada@a.example');
    assert.equal((await personAt('ada@a.example'))?.status, 'unconfirmed');
    assert.equal(
      letter.headers.find(({ key }) => key === 'auto-submitted')?.value,
      'auto-generated',
    );
    assert.equal(
      letter.headers.find(({ key }) => key === 'list-unsubscribe'),
      undefined,
    );
    const confirmed = await post(linkIn(letter, 'confirm'));
    assert.equal(confirmed.status, 200);
    assert.match(await confirmed.text(), /You are subscribed/);
    const ada = await personAt('ada@a.example');
    assert.equal(ada?.status, 'active');
    assert.equal(ada?.name, 'Ada');
    assert.equal(ada?.consent?.source, 'form');
    assert.equal(ada?.consent?.form?.name, 'footer');
    assert.ok(
      (ada?.consent?.form?.confirmedAt ?? 0) >= (ada?.consent?.at ?? Number.POSITIVE_INFINITY),
    );
    assert.match(ada?.consent?.ip ?? '', /^[\w-]{16}$/, 'a hash, no address');
    const words = await publication.redis.hget(
      'envelope:wordings',
      ada?.consent?.form?.wording ?? '',
    );
    assert.match(words ?? '', /I want to get The Envelope by email/);
    const welcome = await box.letterTo('ada@a.example', 2);
    assert.match(welcome.subject ?? '', /Welcome/);
    assert.match(welcome.raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  });

  test('a link confirms once; afterwards it says so, and brings nobody back who left', async () => {
    await signUp({ email: 'once@a.example' });
    const link = linkIn(await box.letterTo('once@a.example'), 'confirm');
    await post(link);
    assert.match(await (await post(link)).text(), /You are subscribed already/);
    await publication.audience.unsubscribe(idOf('once@a.example'));
    const replayed = await post(link);
    assert.equal(replayed.status, 404);
    assert.match(await replayed.text(), /This link has expired/);
    assert.equal((await personAt('once@a.example'))?.status, 'unsubscribed');
  });

  test('the answer is the same whether or not the address is on the list', async () => {
    await publication.subscribe('member@a.example');
    const { id } = await publication.subscribe('complainer@a.example');
    await publication.audience.suppress(id, 'complained');
    const pages = new Set<string>();
    for (const email of ['member@a.example', 'complainer@a.example', 'stranger@a.example']) {
      for (let times = 0; times < 2; times += 1) {
        const response = await signUp({ email });
        assert.equal(response.status, 200);
        pages.add(await response.text());
      }
    }
    assert.equal(pages.size, 1);
    await box.idle();
    const mailed = sink.messages.flatMap(({ to }) => to);
    assert.equal(mailed.filter((to) => to === 'member@a.example').length, 1);
    assert.equal(mailed.filter((to) => to === 'stranger@a.example').length, 1);
    assert.equal(mailed.includes('complainer@a.example'), false);
    assert.match((await box.letterTo('member@a.example')).subject ?? '', /already/);
  });

  test('whoever left stays away until they confirm, and then is back', async () => {
    const { id } = await publication.subscribe('back@a.example');
    await publication.audience.unsubscribe(id);
    await signUp({ email: 'back@a.example' });
    const letter = await box.letterTo('back@a.example');
    assert.equal((await publication.audience.get(id))?.status, 'unsubscribed');
    await post(linkIn(letter, 'confirm'));
    assert.equal((await publication.audience.get(id))?.status, 'active');
    assert.equal((await publication.audience.get(id))?.leftAt, undefined);
  });

  test('a confirmation lifts an erasure and an old bounce, but no complaint', async () => {
    const now = Math.floor(Date.now() / 1000);
    const cases = { erased: true, 'bounced-long-ago': true, bounced: false, complained: false };
    for (const [name, returns] of Object.entries(cases)) {
      const address = `${name}@lift.example`;
      const { id } = await publication.subscribe(address);
      if (name === 'erased') await publication.audience.erase(id);
      else if (name === 'complained') await publication.audience.suppress(id, 'complained');
      else {
        const at = name === 'bounced' ? now - 3_600 : now - 30 * 24 * 3_600;
        await publication.audience.suppress(id, 'bounced', { at });
      }
      await signUp({ email: address });
      if (returns) {
        assert.equal((await post(linkIn(await box.letterTo(address), 'confirm'))).status, 200);
      }
      await box.idle();
      const mailable = await publication.audience.suppression(id);
      assert.equal(mailable === undefined, returns, name);
      assert.equal(
        sink.messages.some(({ to }) => to.includes(address)),
        returns,
        name,
      );
    }
  });

  test('a complaint between the letter and the click wins', async () => {
    await signUp({ email: 'turned@a.example' });
    const letter = await box.letterTo('turned@a.example');
    await publication.audience.suppress(idOf('turned@a.example'), 'complained');
    assert.equal((await post(linkIn(letter, 'confirm'))).status, 404);
    assert.equal((await personAt('turned@a.example'))?.status, 'unconfirmed');
  });

  test('one mailbox gets one letter a day, however its address is spelt', async () => {
    for (const email of ['bomb@b.example', 'b.omb@b.example', 'bomb+1@b.example', 'BOMB@B.example'])
      await signUp({ email });
    await box.idle();
    const letters = sink.messages.flatMap(({ to }) => to).filter((to) => /b\.example$/i.test(to));
    assert.equal(letters.filter((to) => /bomb/i.test(to)).length, 1);
  });

  test('a form filled in faster than people do is shown again, with what was typed', async () => {
    const answer = await signUp({ email: 'quick@a.example', stamp: stampedAgo(100) });
    const page = await answer.text();
    assert.match(page, /press the button once more/);
    assert.match(page, /value="quick@a\.example"/);
    for (const stamp of [stampedAgo(48 * 3_600_000), 'A'.repeat(24), 'nonsense']) {
      assert.match(await (await signUp({ email: 'quick@a.example', stamp })).text(), /once more/);
    }
    await box.idle();
    assert.equal(await personAt('quick@a.example'), undefined);
  });

  test('a program that fills in the field people do not see is told the same and gets nothing', async () => {
    const answer = await signUp({ email: 'trapped@a.example', website: 'https://x.example' });
    assert.match(await answer.text(), /Look into your mail/);
    await box.idle();
    assert.equal(await personAt('trapped@a.example'), undefined);
  });

  test('an address that is none is refused beside its field', async () => {
    const answer = await signUp({ email: 'not an address' });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /role="alert">That is not an address/);
  });

  test('throw-away addresses are served and flagged', async () => {
    await signUp({ email: 'someone@mailinator.com' });
    await post(linkIn(await box.letterTo('someone@mailinator.com'), 'confirm'));
    assert.equal((await personAt('someone@mailinator.com'))?.consent?.form?.disposable, true);
    assert.equal((await personAt('ada@a.example'))?.consent?.form?.disposable, false);
  });

  test('a script of another site gets JSON, and so does what is wrong', async () => {
    const send = (fields: unknown) =>
      fetch(`${publication.url}/subscribe`, {
        method: 'POST',
        body: JSON.stringify(fields),
        headers: { 'content-type': 'application/json', 'x-forwarded-for': freshNetwork() },
      });
    const taken = await send({ email: 'script@a.example', form: 'landing-page' });
    assert.equal(taken.status, 202);
    assert.deepEqual(await taken.json(), { status: 'check-mail', later: false });
    assert.equal(taken.headers.get('access-control-allow-origin'), '*');
    assert.equal((await send({ email: 'nobody' })).status, 400);
    for (const nonsense of [{}, [], 'x', null, { email: 7 }])
      assert.equal((await send(nonsense)).status, 400);
    await post(linkIn(await box.letterTo('script@a.example'), 'confirm'));
    assert.equal((await personAt('script@a.example'))?.consent?.form?.name, 'landing-page');
  });

  test('GET and HEAD of the link in the letter change nothing', async () => {
    await signUp({ email: 'scanned@a.example' });
    const link = linkIn(await box.letterTo('scanned@a.example'), 'confirm');
    await box.idle();
    const before = await publication.audience.get(idOf('scanned@a.example'));
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await fetch(`${publication.url}${link}`, { method });
      assert.equal(page.status, 200);
      if (method === 'GET') assert.match(await page.text(), /s•••@a•••\.example/);
    }
    assert.deepEqual(await publication.audience.get(idOf('scanned@a.example')), before);
  });

  test('a link that is forged, cut, expired or of another kind confirms nobody', async () => {
    await signUp({ email: 'target@a.example' });
    const letter = await box.letterTo('target@a.example');
    const token = linkIn(letter, 'confirm').split('/').at(-1) ?? '';
    const { keys, publication: its } = publication.config;
    const id = idOf('target@a.example');
    const askedAt = (await publication.audience.get(id))?.wishedAt ?? 0;
    const bad = [
      token.slice(0, -1),
      `${token}A`,
      `${token.slice(0, 30)}${token[30] === 'A' ? 'B' : 'A'}${token.slice(31)}`,
      signToken(keys.tokenKeys, { purpose: 'confirm', id, issuedAt: askedAt }, 'another'),
      signToken(keys.tokenKeys, { purpose: 'confirm', id, issuedAt: askedAt - 1 }, its.slug),
      signToken(keys.tokenKeys, { purpose: 'confirm', id, issuedAt: 1 }, its.slug),
      signToken(keys.tokenKeys, { purpose: 'manage', id, issuedAt: askedAt }, its.slug),
      signToken(keys.tokenKeys, { purpose: 'unsubscribe', id }, its.slug),
    ];
    for (const forged of bad) {
      const response = await post(`/confirm/${encodeURIComponent(forged)}`);
      assert.equal(response.status, 404);
    }
    assert.equal((await personAt('target@a.example'))?.status, 'unconfirmed');
    assert.equal((await post(`/confirm/${token}`)).status, 200);
  });

  test('what is typed in ends up as text: no markup, no header, no line of the log', async () => {
    const evil = 'Eve\r\nBcc: all@a.example\u2028<script>alert(1)</script>{{subscriber.email}}';
    const answer = await signUp({ email: 'eve@a.example', name: evil, form: '"><b>', stamp: '' });
    assert.equal(answer.status, 200);
    const letter = await box.letterTo('eve@a.example');
    assert.equal(
      letter.headers.some(({ key }) => key === 'bcc'),
      false,
    );
    assert.equal((await personAt('eve@a.example'))?.name, '');
    const again = await signUp({ email: '"><script>@a.example', name: '"><script>alert(1)' });
    assert.doesNotMatch(await again.text(), /<script>/);
    await signUp({ email: 'a@b.example\r\nRCPT TO:<c@d.example>' });
    const log = publication.log.join('');
    assert.doesNotMatch(log, /eve@|Bcc|<script>|192\.0\.2\./);
    assert.doesNotMatch(log, /confirm\/[\w-]{44}/);
  });

  test('an unconfirmed wish is forgotten after its time, and nobody who was there before', async () => {
    const { id } = await publication.subscribe('stays@a.example');
    await publication.audience.unsubscribe(id);
    await signUp({ email: 'stays@a.example' });
    await signUp({ email: 'forgotten@a.example' });
    await box.letterTo('stays@a.example');
    await box.letterTo('forgotten@a.example');
    const { unconfirmed } = await publication.audience.stats();
    const soon = Math.floor(Date.now() / 1000) + 60;
    assert.ok((await publication.audience.purgeWishes(soon)) >= 2);
    assert.equal(await personAt('forgotten@a.example'), undefined);
    assert.equal((await personAt('stays@a.example'))?.status, 'unsubscribed');
    assert.equal((await personAt('stays@a.example'))?.wishedAt, undefined);
    assert.ok((await publication.audience.stats()).unconfirmed < unconfirmed);
    assert.equal((await publication.audience.stats()).unconfirmed, 0);
  });
});

describe('more sign-ups than one household makes', () => {
  test('are delayed, then have to work for it; the work done, the mail comes at once', async () => {
    const network = '198.51.100.7';
    const kinds: string[] = [];
    let challenge: { salt: string; challenge: string; maxnumber: number } | undefined;
    for (let n = 0; n < 32; n += 1) {
      const page = await (
        await signUp({ email: `attendee${n}@conference.example` }, network)
      ).text();
      const data = /data-challenge="([^"]+)"/.exec(page)?.[1];
      kinds.push(data ? 'prove' : /Very many people/.test(page) ? 'later' : 'now');
      if (data) challenge = JSON.parse(unescaped(data));
    }
    assert.equal(kinds.indexOf('later'), 5);
    assert.ok(kinds.indexOf('prove') > 5, kinds.join());
    assert.equal(kinds.includes('refused'), false);
    assert.ok(challenge);
    const proof = solve(challenge);
    const answer = await signUp({ email: 'worker@conference.example', proof, stamp: '' }, network);
    assert.match(await answer.text(), /Look into your mail/);
    await box.letterTo('worker@conference.example');
    const replayed = await signUp({ email: 'again@conference.example', proof, stamp: '' }, network);
    assert.match(await replayed.text(), /data-challenge/);
    const patient = await signUp(
      { email: 'p@conference.example', patient: 'yes', stamp: '' },
      network,
    );
    assert.match(await patient.text(), /Very many people/);
  });
});

function solve(challenge: { salt: string; challenge: string; maxnumber: number }): string {
  const { maxnumber, ...rest } = challenge;
  for (let number = 0; number <= maxnumber; number += 1) {
    const hash = createHash('sha256').update(`${challenge.salt}${number}`).digest('hex');
    if (hash !== challenge.challenge) continue;
    return Buffer.from(JSON.stringify({ ...rest, number })).toString('base64');
  }
  throw new Error('no solution');
}

/** As the browser reads an attribute. */
const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
