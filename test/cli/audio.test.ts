import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRssFeed } from 'feedsmith';
import { createEpisodes, type Episode } from '../../src/archive/episodes.js';
import { readArchive } from '../../src/backup/archive.js';
import { approve } from '../../src/cli/approve.js';
import { createTerminal } from '../../src/cli/command.js';
import { podcastVerdict } from '../../src/cli/doctor/podcast.js';
import { readIssue } from '../../src/issue/store.js';
import { keysOf } from '../../src/redis/keys.js';
import type { RenderedMail } from '../../src/render/types.js';
import { filled } from '../render/filled.js';
import { mp3 } from '../support/audio.js';
import { makePublication, type TestPublication } from '../support/publication.js';
import { freePort, startTestRedis, type TestRedis } from '../support/redis.js';
import { wellFormed } from '../support/xml.js';

const ISSUE = `---
number: 3
title: Three
date: 2026-05-01
audio: AUDIO
---

Words.

## Highlights

[A piece](https://a.example/3): As it was.
`;
const KEYS = keysOf('weekly');
const SOUND = mp3(61);
const OTHER = mp3(5, 1);

describe('pressrun audio', () => {
  let redis: TestRedis;
  let publication: TestPublication;
  let host: Server;
  let hosted: string;
  /** What the host elsewhere has. */
  const there = new Map<string, Buffer>();
  before(async () => {
    redis = await startTestRedis();
    host = createServer((request, response) => {
      const found = there.get(request.url ?? '');
      response.writeHead(found ? 200 : 404).end(found);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => host.once('listening', resolve));
    hosted = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    publication = await makePublication({ redis: redis.url, yaml: 'archive:\n  before: 9\n' });
    await publication.write('issues/3.md', ISSUE.replace('AUDIO', `${hosted}/late.mp3`));
    await publication.write(
      'issues/4.md',
      ISSUE.replace('number: 3', 'number: 4').replace('AUDIO', '4/said.mp3'),
    );
    await writeFile(join(publication.dir, 'sound.mp3'), SOUND);
    await writeFile(join(publication.dir, 'other.mp3'), OTHER);
  });
  after(async () => {
    await publication?.remove();
    host?.close();
    await redis?.stop();
  });

  const audio = (...args: string[]) => publication.run('audio', ...args, '--json');
  const file = (name: string) => join(publication.dir, name);
  const kept = () => readdir(join(publication.dir, '.pressrun', 'audio')).catch(() => []);

  test('attaches a file under a name made from its content, with its true length and duration', async () => {
    const { code, stdout, stderr } = await audio('3', file('sound.mp3'));
    assert.equal(code, 0, stdout + stderr);
    const said = JSON.parse(stdout);
    const [name = ''] = await kept();
    assert.match(name, /^3-[0-9a-f]{20}\.mp3$/);
    assert.deepEqual(
      [said.state, said.url, said.type, said.bytes, said.seconds],
      ['attached', `http://127.0.0.1:9/audio/${name}`, 'audio/mpeg', SOUND.length, 61],
    );
    assert.deepEqual(await readFile(join(publication.dir, '.pressrun', 'audio', name)), SOUND);
  });

  test('the same again changes nothing, and puts back a file that was lost', async () => {
    const before = await createEpisodes(redis.client(), KEYS).get(3);
    const [name = ''] = await kept();
    await rm(join(publication.dir, '.pressrun', 'audio', name));
    const listed = (await audio()).json();
    assert.equal(
      listed.episodes.find(({ issue }: { issue: number }) => issue === 3).state,
      'missing',
    );
    assert.equal((await audio('3', file('sound.mp3'))).json().state, 'unchanged');
    assert.deepEqual(await kept(), [name]);
    assert.deepEqual(await createEpisodes(redis.client(), KEYS).get(3), before);
  });

  test('another file takes its place, and nothing of the first stays', async () => {
    const before = await kept();
    assert.equal((await audio('3', file('other.mp3'))).json().state, 'replaced');
    const after = await kept();
    assert.equal(after.length, 1);
    assert.notDeepEqual(after, before);
  });

  test('what is no audio is refused, and everything stays as it was', async () => {
    const state = async () =>
      JSON.stringify([await kept(), await redis.client().hgetall(KEYS.episodes)]);
    const before = await state();
    await writeFile(file('text.mp3'), 'These are words. '.repeat(500));
    const { code, stdout } = await audio('3', file('text.mp3'));
    const { error } = JSON.parse(stdout);
    assert.deepEqual([code, error.code, error.file], [1, 'audio_invalid', file('text.mp3')]);
    assert.equal((await audio('77', file('sound.mp3'))).json().error.code, 'issue_missing');
    assert.equal((await audio('3', file('sound.mp3'), '--remove')).code, 2);
    assert.equal(await state(), before);
  });

  test('audio elsewhere is fetched for its length, or believed', async () => {
    there.set('/3', SOUND);
    const fetched = (await audio('3', '--url', `${hosted}/3`)).json();
    assert.deepEqual(
      [fetched.state, fetched.url, fetched.bytes, fetched.seconds],
      ['replaced', `${hosted}/3`, SOUND.length, 61],
    );
    assert.deepEqual(await kept(), [], 'the file it replaced is gone');
    const url = 'https://cdn.example/3.m4a';
    const given = await audio('3', '--url', url, '--bytes', '1234', '--duration', '1:00:05');
    assert.deepEqual(
      [given.json().url, given.json().type, given.json().bytes, given.json().seconds],
      [url, 'audio/mp4', 1234, 3605],
    );
  });

  test('what an issue announces is attached once it is up', async () => {
    const early = (await audio('3', '--announced')).json();
    assert.equal(early.error.code, 'audio_invalid');
    assert.match(early.error.message, /status 404/);
    there.set('/late.mp3', OTHER);
    assert.equal((await audio('3', '--announced')).json().url, `${hosted}/late.mp3`);
    await publication.write('issues/4/said.mp3', '');
    await writeFile(file('issues/4/said.mp3'), SOUND);
    assert.equal((await audio('4', '--announced')).json().bytes, SOUND.length);
  });

  test('a mail made from then on does not say that it may not be up', async () => {
    const system = await publication.open();
    const mailOf = async (number: number) => {
      const read = await readIssue(publication.dir, String(number), system.config.publication);
      const wishes = { revision: 1, loopback: true, force: true };
      const frozen = await approve(system, createTerminal(publication.dir, true), read, wishes);
      const { html, text } = (frozen as typeof frozen & { rendered: RenderedMail }).rendered;
      return `${filled(html)}\n${filled(text)}`;
    };
    try {
      const [here, elsewhere] = [await mailOf(4), await mailOf(3)];
      assert.match(here, /http:\/\/127\.0\.0\.1:9\/issues\/4#listen/);
      assert.ok(elsewhere.includes(`${hosted}/late.mp3`));
      for (const mail of [here, elsewhere]) assert.doesNotMatch(mail, /may not be up yet/);
    } finally {
      await system.close();
    }
  });

  test('a backup holds what is known of it, and names the file to be copied', async () => {
    const { episodeFiles } = (await publication.run('backup', file('all.backup'), '--json')).json();
    assert.deepEqual(episodeFiles, await kept());
    const records: unknown[] = [];
    for await (const record of readArchive(file('all.backup'))) records.push(record);
    const found = records.find((record) => (record as { key?: string }).key === KEYS.episodes);
    assert.match(String((found as { elements: Buffer[] }).elements), /late\.mp3/);
  });

  test('every web that runs shows it at once, and no longer when it is removed', async () => {
    const ports = [await freePort(), await freePort()];
    const webs = ports.map((port) =>
      publication.startWith({ PRESSRUN_HTTP_PORT: String(port) }, 'start', 'web'),
    );
    await Promise.all(webs.map((web) => web.says('web is ready')));
    const ask = async (port: number, path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const titles = async (port: number) =>
      parseRssFeed(wellFormed(await ask(port, '/podcast.xml'))).items?.map(({ link }) => link);
    for (const port of ports) assert.equal((await titles(port))?.length, 2);
    const [name = ''] = await kept();
    for (const port of ports) {
      const part = await fetch(`http://127.0.0.1:${port}/audio/${name}`, {
        headers: { range: 'bytes=100-199' },
      });
      assert.equal(part.status, 206);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), SOUND.subarray(100, 200));
    }
    assert.equal((await audio('4', '--remove')).json().state, 'removed');
    assert.equal((await audio('4', '--remove')).json().state, 'none');
    for (const port of ports) {
      // A look at what is published counts for a second.
      while ((await titles(port))?.length === 2) await sleep(20);
      assert.deepEqual(await titles(port), ['http://127.0.0.1:9/issues/3']);
      assert.doesNotMatch(await ask(port, '/issues/4'), /<audio|may not be up yet/);
    }
    for (const web of webs) web.child.kill('SIGTERM');
    for (const web of webs) assert.equal((await web.done).code, 0);
  });

  test('the doctor misses files that are not on this host, and a picture', async () => {
    const system = await publication.open();
    try {
      const name = `3-${'0'.repeat(20)}.mp3`;
      const episode = { source: { kind: 'file', name }, type: 'audio/mpeg' } as Episode;
      const { config } = system;
      const podcast = { ...config.podcast, image: 'https://a.example/show.png' };
      const episodes = (all: [number, Episode][]) =>
        ({ all: async () => new Map(all) }) as typeof system.episodes;
      const verdict = (all: [number, Episode][]) =>
        podcastVerdict({ config: { ...config, podcast }, episodes: episodes(all) });
      assert.equal(await verdict([]), undefined);
      assert.match(
        (await verdict([[3, episode]]))?.words ?? '',
        /not on this host: the files of 3/,
      );
      assert.match((await podcastVerdict(system))?.words ?? '', /podcast\.image/);
    } finally {
      await system.close();
    }
  });

  test('one that is attached after the mail was frozen is not in it, and how it gets there is said', async () => {
    const late = ISSUE.replace('number: 3', 'number: 12').replace('AUDIO', '12.mp3');
    await publication.write('issues/12.md', late);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const flags = ['--yes', '--loopback', '--force'];
    const scheduled = await publication.run('send', '12', '--at', tomorrow, ...flags);
    assert.equal(scheduled.code, 0, scheduled.stderr);
    const attached = await publication.run('audio', '12', file('sound.mp3'));
    assert.match(attached.stderr, /is scheduled, and its mail was frozen without this episode/);
    assert.match(attached.stderr, /`pressrun amend 12`/);
    const again = await publication.run('audio', '12', file('sound.mp3'));
    assert.doesNotMatch(again.stderr, /amend/);
    const amended = await publication.run('amend', '12', ...flags);
    assert.equal(amended.code, 0, amended.stderr);
  });
});
