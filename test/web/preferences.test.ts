import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { parseAddress } from '../../src/audience/address.js';
import { signToken, type TokenPurpose } from '../../src/message/tokens.js';
import { type Sink, startSink } from '../support/smtp-sink.js';
import { type LetterBox, linkIn, startLetterBox } from './letters.js';
import { startWebPublication, type WebPublication } from './publication.js';

let sink: Sink;
let publication: WebPublication;
let box: LetterBox;
before(async () => {
  sink = await startSink();
  publication = await startWebPublication({ smtp: { url: sink.url } });
  box = await startLetterBox(publication, sink);
});
after(async () => {
  await box?.stop();
  await publication?.stop();
  await sink?.stop();
});

const post = (path: string, fields: Record<string, string> = {}) =>
  fetch(`${publication.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { accept: 'text/html' },
  });
const page = async (path: string) => (await fetch(`${publication.url}${path}`)).text();
const idOf = (address: string) => {
  const parsed = parseAddress(address);
  assert.ok(parsed.ok);
  return publication.audience.idOf(parsed.address);
};
const signed = (purpose: TokenPurpose, id: string, issuedAt?: number) => {
  const { keys, publication: its } = publication.config;
  return signToken(keys.tokenKeys, { purpose, id, ...(issuedAt && { issuedAt }) }, its.slug);
};
const get = (id: string) => publication.audience.get(id);
/** Somebody new with the token of their mails and of a fresh link. */
async function somebody(name: string) {
  const address = `${name}@${randomBytes(4).toString('hex')}.example`;
  const { id, token } = await publication.subscribe(address);
  return { address, id, token, fresh: signed('manage', id) };
}

describe('with the link of any mail', () => {
  test('a reader may pause, and is back by themselves or by their word', async () => {
    const { id, token } = await somebody('paused');
    assert.match(await page(`/u/${token}`), new RegExp(`href="/p/${token}"`));
    assert.match(await (await post(`/p/${token}`, { do: 'pause', weeks: '4' })).text(), /Paused/);
    const until = (await get(id))?.pausedUntil ?? 0;
    const weeks = (until - Date.now() / 1000) / (7 * 24 * 3_600);
    assert.ok(weeks > 3.99 && weeks <= 4);
    assert.equal((await get(id))?.status, 'active');
    await post(`/p/${token}`, { do: 'unpause' });
    assert.equal((await get(id))?.pausedUntil, undefined);
    await publication.audience.pause(id, Math.floor(Date.now() / 1000) - 1);
    assert.equal((await get(id))?.pausedUntil, undefined, 'over by itself');
  });

  test('a reader may choose the edition', async () => {
    const { id, token } = await somebody('chooser');
    const form = { do: 'edition', edition: 'highlights' };
    assert.match(await page(`/p/${token}`), /value="full" checked/);
    assert.match(await (await post(`/p/${token}`, form)).text(), /value="highlights" checked/);
    assert.equal((await get(id))?.edition, 'highlights');
    await post(`/p/${token}`, { do: 'edition', edition: 'short' });
    assert.equal((await get(id))?.edition, 'highlights');
    await publication.audience.unsubscribe(id);
    await post(`/p/${token}`, { do: 'edition', edition: 'full' });
    assert.equal((await get(id))?.edition, 'highlights', 'of who left nothing is changed');
  });

  test('nothing else can be seen or done: the address stays masked', async () => {
    const { id, token, address } = await somebody('shielded');
    const html = await page(`/p/${token}`);
    assert.doesNotMatch(html, new RegExp(address));
    assert.doesNotMatch(html, /value="(?:erase|name|address)"/);
    const before = await publication.dump();
    const tries: Record<string, string>[] = [
      { do: 'erase', sure: 'yes' },
      { do: 'name', name: 'Mallory' },
      { do: 'address', email: 'mallory@a.example' },
      { do: 'pause', weeks: '5000' },
      { do: '__proto__' },
    ];
    for (const fields of tries) {
      assert.equal((await post(`/p/${token}`, fields)).status, 200);
    }
    assert.equal((await fetch(`${publication.url}/p/${token}/data`)).status, 404);
    assert.deepEqual(await publication.dump(), before);
    assert.ok(await get(id));
  });

  test('a fresh link is mailed to the address on file, three times a day at most', async () => {
    const { token, address } = await somebody('asker');
    for (let times = 0; times < 5; times += 1) await post(`/p/${token}`, { do: 'link' });
    const link = linkIn(await box.letterTo(address), 'p');
    await box.idle();
    const mailed = sink.messages.filter(({ to }) => to.includes(address)).length;
    assert.ok(mailed >= 1 && mailed <= 3);
    assert.match(await page(link), new RegExp(address));
  });
});

describe('with a fresh link', () => {
  test('a name is changed, and can hold nothing but a name', async () => {
    const { id, fresh } = await somebody('named');
    await post(`/p/${fresh}`, { do: 'name', name: '  Grace\r\nHopper ' });
    assert.equal((await get(id))?.name, 'Grace Hopper');
    assert.match(await page(`/p/${fresh}`), /value="Grace Hopper"/);
    await post(`/p/${fresh}`, { do: 'name', name: '<img src=x>' });
    assert.equal((await get(id))?.name, '');
  });

  test('all data can be downloaded', async () => {
    const { address, id, fresh } = await somebody('curious');
    await publication.audience.chooseEdition(id, 'highlights');
    const response = await fetch(`${publication.url}/p/${fresh}/data`);
    assert.match(response.headers.get('content-disposition') ?? '', /attachment/);
    const data = (await response.json()) as Record<string, unknown>;
    assert.equal(data.address, address);
    assert.equal(data.edition, 'highlights');
    assert.deepEqual(data.consent, { source: 'operator', at: 1_790_000_000 });
  });

  test('an address changes once the new one says yes; old links follow, also to leave', async () => {
    const { id, token, fresh, address } = await somebody('mover');
    await publication.audience.rename(id, 'Mover');
    await publication.audience.chooseEdition(id, 'highlights');
    const { active } = await publication.audience.stats();
    const target = `new-${address}`;
    const asked = await post(`/p/${fresh}`, { do: 'address', email: target });
    assert.match(await asked.text(), /on its way to the new address/);
    const link = linkIn(await box.letterTo(target), 'move');
    assert.match(await page(link), /new-mover@/);
    assert.equal((await get(id))?.address, address, 'a GET moves nobody');
    assert.equal((await post(link)).status, 200);
    const newId = idOf(target);
    const moved = await get(newId);
    assert.equal(moved?.edition, 'highlights');
    assert.equal(moved?.status, 'active');
    assert.equal(moved?.name, 'Mover');
    assert.equal(moved?.consent?.source, 'operator');
    assert.equal((await get(id))?.id, newId);
    assert.equal((await publication.audience.stats()).active, active);
    const tombstone = await publication.redis.hgetall(`envelope:{${id[0]}}:s:${id.slice(1)}`);
    assert.deepEqual(Object.keys(tombstone).sort(), ['s', 't', 'to']);
    assert.equal((await post(link)).status, 404, 'used');
    assert.match(await page(`/u/${token}`), /n•••@/);
    await post(`/u/${token}`);
    assert.equal((await get(newId))?.status, 'unsubscribed');
  });

  test('a change that ended halfway is completed by pressing again', async () => {
    const { id, fresh, address } = await somebody('torn');
    const target = `new-${address}`;
    await post(`/p/${fresh}`, { do: 'address', email: target });
    const link = linkIn(await box.letterTo(target), 'move');
    // As after a crash behind the first of the three steps.
    const key = `envelope:{${id[0]}}:s:${id.slice(1)}`;
    await publication.redis.hset(key, { s: 'm', to: idOf(target) });
    assert.equal((await post(link)).status, 200);
    assert.equal((await get(idOf(target)))?.status, 'active');
  });

  test('nobody is moved to an address that complained, and the page does not tell', async () => {
    const { id, fresh } = await somebody('wisher');
    const enemy = await somebody('enemy');
    await publication.audience.suppress(enemy.id, 'complained');
    const pages = [];
    for (const email of [enemy.address, 'unheard@of.example']) {
      pages.push(await (await post(`/p/${fresh}`, { do: 'address', email })).text());
    }
    assert.equal(pages[0], pages[1]);
    await box.idle();
    assert.equal(
      sink.messages.some(({ to }) => to.includes(enemy.address)),
      false,
    );
    assert.equal((await get(id))?.id, id);
  });

  test('everything is erased with a box ticked, and not without', async () => {
    const { id, fresh, address } = await somebody('erased');
    await post(`/p/${fresh}`, { do: 'erase' });
    assert.ok(await get(id));
    assert.match(
      await (await post(`/p/${fresh}`, { do: 'erase', sure: 'yes' })).text(),
      /Everything is erased/,
    );
    assert.equal(await get(id), undefined);
    assert.equal((await publication.audience.suppression(id))?.reason, 'erased');
    assert.doesNotMatch(JSON.stringify(await publication.dump()), new RegExp(address));
    assert.equal((await post(`/p/${fresh}`, { do: 'name', name: 'x' })).status, 404);
  });

  test('one that is old, forged or of another kind opens nothing', async () => {
    const { id } = await somebody('guarded');
    const now = Math.floor(Date.now() / 1000);
    const bad = [
      signed('manage', id, now - 3 * 3_600),
      signed('manage', id, now + 3_600),
      signed('confirm', id, now),
      `${signed('manage', id).slice(0, -1)}!`,
      'A'.repeat(44),
    ];
    for (const token of bad) {
      for (const path of [`/p/${token}`, `/p/${token}/data`, `/move/${token}`]) {
        assert.equal((await fetch(`${publication.url}${path}`)).status, 404);
      }
      assert.equal((await post(`/p/${token}`, { do: 'erase', sure: 'yes' })).status, 404);
    }
    assert.ok(await get(id));
  });

  test('one of a test copy says so, and does nothing', async () => {
    const { id } = await somebody('rehearsed');
    const token = signed('test', id);
    const before = await publication.dump();
    const wishes: Record<string, string>[] = [
      { do: 'pause', weeks: '4' },
      { do: 'edition', edition: 'highlights' },
      { do: 'link' },
      { do: 'name', name: 'Eve' },
      { do: 'address', email: 'eve@a.example' },
      { do: 'erase', sure: 'yes' },
    ];
    const answers = [
      await fetch(`${publication.url}/p/${token}`),
      ...(await Promise.all(wishes.map((wish) => post(`/p/${token}`, wish)))),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /This was a test/);
    }
    for (const path of [`/p/${token}/data`, `/move/${token}`]) {
      assert.equal((await fetch(`${publication.url}${path}`)).status, 404);
    }
    assert.deepEqual(await publication.dump(), before);
  });
});

describe('after leaving', () => {
  test('a reason may be given, counts once, and is kept as text', async () => {
    const { token } = await somebody('leaver');
    const early = await post(`/u/${token}/reason`, { reason: 'too-much' });
    assert.equal(early.status, 200);
    assert.match(await (await post(`/u/${token}`)).text(), /Would you tell us why/);
    await post(`/u/${token}/reason`, { reason: 'too-much', words: 'So\r\nmany <b>mails</b>' });
    await post(`/u/${token}/reason`, { reason: 'other', words: 'again' });
    await post(`/u/${token}/reason`, { reason: 'invented' });
    const { counts, words } = await publication.audience.reasons();
    assert.deepEqual(counts, { 'too-much': 1 });
    assert.deepEqual(words, ['So many <b>mails</b>']);
  });

  test('a mail brings back whoever left by mistake, by its link alone', async () => {
    const { id, token, address } = await somebody('mistaken');
    await post(`/u/${token}/return`);
    await post(`/u/${token}`);
    await post(`/u/${token}/return`);
    const link = linkIn(await box.letterTo(address), 'confirm');
    assert.equal((await get(id))?.status, 'unsubscribed');
    await post(link);
    assert.equal((await get(id))?.status, 'active');
    assert.equal((await get(id))?.consent?.form?.name, 'return');
  });
});
