/** Two editions under one ledger: kills, second thoughts, amendments, a restore. Real processes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { parseAddress } from '../../src/audience/address.js';
import type { RecipientStory } from '../../src/delivery/tally.js';
import { EDITIONS, type Edition } from '../../src/issue/editions.js';
import type { System } from '../../src/system.js';
import { makePublication, type TestPublication } from '../support/publication.js';
import { type Sink, type SinkMessage, startSink } from '../support/smtp-sink.js';

const COUNT = 60;
const addressOf = (n: number): string => `reader${n}@example.org`;
const issueWith = (number: number, link: string): string => `---
number: ${number}
title: Two sizes
date: 2026-03-04
---
Dear {{default subscriber.name "reader"}}.

## Highlights

[The piece](https://example.org/${link}) *(Ada Author)* (summarized by Ines): What it says.

## News

[The rest](https://example.org/rest): What it says as well.
`;
/** The relay puts this reader off until it is told otherwise. */
const PUT_OFF = addressOf(1);

let publication: TestPublication;
let sink: Sink;
let system: System;
/** Whether their mailbox is. */
let full = false;

before(async () => {
  sink = await startSink({
    reply: ({ stage, to }) => {
      if (stage === 'rcpt' && to === PUT_OFF && full) return '452 4.2.2 mailbox full';
      return stage === 'message' ? { afterMs: 60 } : undefined;
    },
  });
  const yaml = `  editions: {subjectNote: (highlights)}
smtp: {connections: 2}
delivery: {retry: [1s], lockDuration: 2s}
`;
  publication = await makePublication({ smtpUrl: sink.url, yaml });
  system = await publication.open();
});
after(async () => {
  await system?.close();
  await publication?.remove();
  await sink?.stop();
});

function idOf(address: string): string {
  const parsed = parseAddress(address);
  assert.ok(parsed.ok);
  return system.audience.idOf(parsed.address);
}

interface Got {
  edition: Edition;
  /** Of the highlight. */
  link: string;
}

async function read({ raw }: SinkMessage): Promise<Got> {
  const { html = '', text = '', subject = '' } = await PostalMime.parse(raw ?? '');
  const edition = html.includes('example.org/rest') ? 'full' : 'highlights';
  assert.equal(text.includes('example.org/rest'), edition === 'full');
  assert.equal(
    html.includes('/issues/6">Read all') || html.includes('/issues/7">Read all'),
    edition !== 'full',
  );
  assert.equal(subject.endsWith(' (highlights)'), edition === 'highlights');
  return { edition, link: /example\.org\/(wrong|right)/.exec(html)?.[1] ?? '' };
}

/** Address → what came, from this message on; nobody got two. */
async function gotSince(first: number): Promise<Map<string, Got>> {
  const got = new Map<string, Got>();
  for (const message of sink.messages.slice(first)) {
    const [to = ''] = message.to;
    assert.ok(!got.has(to), `${to} got two`);
    got.set(to, await read(message));
  }
  return got;
}

async function storyOf(issue: number, address: string): Promise<RecipientStory> {
  const story = await system.tally.story(issue, idOf(address));
  assert.ok(story, address);
  return story;
}

/** The ledger says of everybody what their mailbox says, and its counts are those of its rows. */
async function assertTold(issue: number, got: Map<string, Got>): Promise<void> {
  const counted: Record<Edition, number> = { full: 0, highlights: 0 };
  for (let n = 0; n < COUNT; n++) {
    const { state, edition } = await storyOf(issue, addressOf(n));
    const mailed = state === 'accepted' || state === 'uncertain';
    if (mailed && edition) counted[edition] += 1;
    const copy = got.get(addressOf(n));
    if (copy) assert.equal(edition, copy.edition, `${addressOf(n)}, ${state}`);
    else assert.notEqual(state, 'accepted', addressOf(n));
  }
  const status = (await publication.run('status', `${issue}`, '--json')).json();
  assert.deepEqual(status.editions, counted);
  const { counts, recount } = system.tally;
  assert.deepEqual(await counts(issue), await recount(issue));
  assert.equal(status.ledger.planned, COUNT);
}

// Or a failure would have the next send wait for ever.
afterEach(() => {
  full = false;
});

describe('editions', () => {
  it('are imported, and one that does not exist is refused with its line', async () => {
    const rows = Array.from({ length: COUNT }, (_, n) =>
      [addressOf(n), n % 2 === 0 ? 'Highlights' : ''].join(','),
    );
    const csv = `email,edition\n${rows.join('\n')}\nodd@example.org,short\n`;
    await publication.write('readers.csv', csv);
    const file = join(publication.dir, 'readers.csv');
    const { imported, invalid } = (
      await publication.run('subscribers', 'import', file, '--json')
    ).json();
    assert.equal(imported, COUNT);
    assert.deepEqual(invalid, [
      { line: COUNT + 2, reason: 'the edition is "short"; write full or highlights' },
    ]);
    await publication.write(
      'readers.csv',
      `email,edition\n${addressOf(0)},\n${addressOf(2)},full\n`,
    );
    const again = (await publication.run('subscribers', 'import', file, '--json')).json();
    assert.deepEqual([again.unchanged, again.updated], [1, 1], 'an empty cell says nothing');
    assert.equal((await system.audience.get(idOf(addressOf(0))))?.edition, 'highlights');
    assert.equal((await system.audience.get(idOf(addressOf(2))))?.edition, 'full');
  });

  it('are those of an export that comes back, unless its column is taken out, as the help says', async () => {
    const file = join(publication.dir, 'export.csv');
    assert.equal((await publication.run('subscribers', 'export', '--out', file)).code, 0);
    const exported = await readFile(file, 'utf8');
    const lines = exported.trimEnd().split('\n');
    assert.deepEqual(lines[0]?.split(',').slice(2, 4), ['attributes', 'edition']);
    const withoutColumn = lines.map((line) => line.split(',').toSpliced(3, 1).join(','));
    const reader = idOf(addressOf(4));
    const afterImport = async (text: string) => {
      await system.audience.chooseEdition(reader, 'full');
      await publication.write('export.csv', text);
      assert.equal((await publication.run('subscribers', 'import', file)).code, 0);
      return (await system.audience.get(reader))?.edition;
    };
    assert.equal(await afterImport(`${withoutColumn.join('\n')}\n`), 'full');
    assert.equal(await afterImport(exported), 'highlights');
    const { stdout } = await publication.run('subscribers', 'import', '--help');
    assert.match(stdout, /take that column out of an export before you import it again/);
  });

  it('are chosen for one person by name', async () => {
    const choose = (address: string, edition: string) =>
      publication.run('subscribers', 'edition', address, edition, '--json');
    assert.deepEqual((await choose(addressOf(2), 'highlights')).json(), { edition: 'highlights' });
    assert.equal((await system.audience.get(idOf(addressOf(2))))?.edition, 'highlights');
    assert.equal((await choose(addressOf(2), 'short')).code, 2);
    const nobody = (await choose('nobody@example.org', 'full')).json();
    assert.equal(nobody.error.code, 'subscriber_unknown');
  });

  it('go out under one ledger: a kill and a change of mind bring nobody two', async () => {
    full = true;
    await publication.write('issues/6.md', issueWith(6, 'wrong'));
    const args = ['send', '6', '--yes', '--wait', '--loopback', '--json'];
    const killed = publication.start(...args);
    await sink.waitFor(15);
    killed.child.kill('SIGKILL');
    await killed.done;

    const changed = new Map<string, Edition>();
    // Planned or not yet, but not tried.
    for (let n = COUNT - 1; changed.size < 2; n--) {
      const id = idOf(addressOf(n));
      const reader = await system.audience.get(id);
      const story = await system.tally.story(6, id);
      const edition = reader?.edition === 'full' ? 'highlights' : 'full';
      const isTried = story !== undefined && story.state !== 'pending';
      if (isTried || addressOf(n) === PUT_OFF || [...changed.values()].includes(edition)) continue;
      assert.ok(await system.audience.chooseEdition(id, edition));
      changed.set(addressOf(n), edition);
    }
    assert.deepEqual([...changed.values()].sort(), [...EDITIONS]);

    const send = publication.start(...args);
    while ((await storyOf(6, PUT_OFF)).state !== 'deferred') await sleep(50);
    await system.audience.chooseEdition(idOf(PUT_OFF), 'highlights');
    full = false;
    const done = await send.done;
    assert.ok(done.code === 0 || done.code === 3, done.stderr);

    const got = await gotSince(0);
    await assertTold(6, got);
    for (const [address, edition] of changed) assert.equal(got.get(address)?.edition, edition);
    assert.equal(got.get(PUT_OFF)?.edition, 'highlights', 'the wish of the moment');
    const who = await publication.run('status', '6', '--who', PUT_OFF);
    assert.match(who.stdout, /edition highlights/);
  });

  it('are amended together, and the ledger knows both of everybody', async () => {
    const first = sink.messages.length;
    await publication.write('issues/7.md', issueWith(7, 'wrong'));
    const send = publication.start('send', '7', '--yes', '--wait', '--loopback', '--json');
    await sink.waitFor(first + 10);
    await system.sends.pause(7);
    await publication.write('issues/7.md', issueWith(7, 'right'));
    const amended = await publication.run('amend', '7', '--yes', '--loopback', '--json');
    assert.equal(amended.code, 0, amended.stderr);
    await system.sends.resume(7);
    await system.queues.sweepNow();
    assert.equal((await send.done).code, 0);

    const got = await gotSince(first);
    assert.equal(got.size, COUNT);
    await assertTold(7, got);
    const kinds = new Set<string>();
    for (const [address, { edition, link }] of got) {
      kinds.add(`${edition} ${link}`);
      assert.equal((await storyOf(7, address)).revision, link === 'wrong' ? 1 : 2);
    }
    assert.equal(kinds.size, 4, 'both editions of both revisions');
  });

  it('are kept by a backup: who wants which, and who has which', async () => {
    const { revisions, editions } = await system.tally.copies(7);
    const file = join(publication.dir, 'backup');
    assert.equal((await publication.run('backup', file)).code, 0);
    await system.audience.chooseEdition(idOf(addressOf(4)), 'full');
    await system.close();
    const restored = await publication.run('restore', file, '--replace', '--yes');
    assert.equal(restored.code, 0, restored.stderr);
    system = await publication.open();
    assert.equal((await system.audience.get(idOf(addressOf(4))))?.edition, 'highlights');
    assert.deepEqual(await system.tally.copies(7), { revisions, editions });
    const frozen = await system.sends.frozen(7, 2);
    assert.ok(frozen?.highlights);
  });
});
