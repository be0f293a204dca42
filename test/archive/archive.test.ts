import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createArchive } from '../../src/archive/archive.js';
import { writeDatabase } from '../../src/archive/database.js';
import { mergeRows } from '../../src/archive/merge.js';
import { type PublishedIssues, publishedIssues } from '../../src/archive/published.js';
import { readSheet } from '../../src/archive/sheet.js';
import type { Sends } from '../../src/delivery/sends.js';
import { fullIssue, issue } from '../render/issue-fixture.js';
import { testConfig } from '../support/config.js';

const FILE = `---
number: 5
title: Five
date: 2026-03-01
---

## Highlights

[A fifth thing](https://a.example/5) (summarized by Ada): As [the first](https://a.example/1?utm_source=x) said, and <@its echo@>.

## Notes

**Without an address**: Words.
`;

const NO_SENDS = {
  list: async () => [],
  get: async () => undefined,
  published: async () => undefined,
};

const NO_EPISODES = { all: async () => new Map() };

describe('the archive', () => {
  let dir: string;
  let published: PublishedIssues;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pressrun-archive-'));
    await mkdir(join(dir, 'issues'));
    await writeFile(join(dir, 'issues', '5.md'), FILE);
    await writeFile(join(dir, 'issues', '9.md'), FILE.replace('number: 5', 'number: 9'));
    await writeFile(
      join(dir, 'db.csv'),
      `Title,Email,Summary,Summarizer,URL,Category,Highlight?
The first,AN #1,It came.,Bo,https://www.a.example/1,Water > Tides,yes
Its echo,AN #2,"As <@the FIRST@> did, and <@without an address@> later.",Bo,https://a.example/2,Air,
`,
    );
    const { rows } = mergeRows([], await readSheet(join(dir, 'db.csv')), new Map());
    await writeDatabase(dir, rows);
  });
  beforeEach(() => {
    const config = testConfig({ dir, archive: { before: 9 } });
    published = publishedIssues(config, NO_SENDS as unknown as Sends, NO_EPISODES);
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const open = () => createArchive(published, { prefix: 'AN', url: 'https://weekly.example' });

  test('has files from before and imported rows, and no draft', async () => {
    const { issues, items } = await open().now();
    assert.deepEqual(
      issues.map(({ number }) => number),
      [5, 2, 1],
    );
    assert.equal(items.length, 4);
  });

  test('what refers to an item is found by title, by address and by place', async () => {
    const snapshot = await open().now();
    const referrers = (issue: number, id: string) =>
      snapshot.referredBy({ issue, id }).map((item) => `${item.issue} ${item.title}`);
    assert.deepEqual(referrers(1, '1-the-first'), ['5 A fifth thing', '2 Its echo']);
    assert.deepEqual(referrers(2, '2-its-echo'), ['5 A fifth thing']);
    assert.deepEqual(referrers(5, '5-a-fifth-thing'), []);
  });

  test('an imported issue has sections, anchors and resolved references', async () => {
    const archive = open();
    const { issues } = await archive.now();
    const [, second, first] = issues;
    const echo = second && (await archive.issue(second))?.issue;
    assert.match(JSON.stringify(echo), /"url":"https:\/\/www\.a\.example\/1"/);
    assert.doesNotMatch(JSON.stringify(echo?.sections[0]?.blocks[0]), /"written":"<@the FIRST@>"/);
    const highlights = first && (await archive.issue(first))?.issue;
    assert.deepEqual(
      highlights?.sections.map(({ name }) => name),
      ['Highlights'],
    );
  });

  test('groups by contributor and by every name of a category', async () => {
    const { contributors, categories } = await open().now();
    assert.deepEqual(
      contributors.map(({ slug, items }) => [slug, items.length]),
      [
        ['bo', 2],
        ['ada', 1],
      ],
    );
    const names = categories.map(({ name }) => name).sort();
    assert.deepEqual(names, ['Air', 'Highlights', 'Notes', 'Tides', 'Water']);
  });

  test('is read anew when something is published, and only then', async () => {
    let reads = 0;
    const counting: PublishedIssues = {
      list: () => published.list(),
      get: async (number) => {
        reads += 1;
        return published.get(number);
      },
    };
    const archive = createArchive(counting, { prefix: 'AN', url: 'https://weekly.example' });
    const [first, second] = await Promise.all([archive.now(), archive.now()]);
    assert.equal(first, second);
    assert.equal(await archive.now(), first);
    assert.equal(reads, 3);
    await writeFile(join(dir, 'issues', '6.md'), FILE.replace('number: 5', 'number: 6'));
    const later = await archive.now();
    assert.equal(reads, 4);
    assert.notEqual(later.version, first.version);
    assert.equal(later.search.find({ text: 'fifth' }).length, 2);
    await rm(join(dir, 'issues', '6.md'));
    assert.equal((await archive.now()).search.find({ text: 'fifth' }).length, 1);
  });
});

describe('the sources of the archive', () => {
  const HOUR_MS = 3_600_000;
  /** One issue, listed by a source that counts how often it is asked; `fail` makes it fail once. */
  function source(lookEveryMs: number) {
    const shelf = [fullIssue()];
    const asked = { list: 0, get: 0 };
    let failure: Error | undefined;
    const published: PublishedIssues = {
      list: async () => {
        asked.list += 1;
        await setImmediate();
        const error = failure;
        failure = undefined;
        if (error) throw error;
        return shelf.map(({ number, title, date }) => ({ number, title, date, version: title }));
      },
      get: async (wanted) => {
        asked.get += 1;
        const found = shelf.find(({ number }) => number === wanted);
        return found && { issue: found };
      },
    };
    const url = 'https://weekly.example';
    const archive = createArchive(published, { prefix: 'AN', url, lookEveryMs });
    const fail = () => {
      failure = new Error('Redis is away');
    };
    return { archive, asked, shelf, fail };
  }

  test('are asked once by all who come while they are asked', async () => {
    const { archive, asked } = source(0);
    const snapshots = await Promise.all(Array.from({ length: 10 }, () => archive.now()));
    assert.equal(new Set(snapshots).size, 1);
    assert.deepEqual(asked, { list: 1, get: 1 });
    await archive.now();
    assert.deepEqual(asked, { list: 2, get: 1 });
  });

  test('are left alone for the time that a look counts, but for those who cannot wait', async () => {
    const { archive, asked, shelf } = source(HOUR_MS);
    const first = await archive.now();
    shelf.unshift(issue({ number: 13 }));
    assert.equal(await archive.now(), first);
    assert.deepEqual(asked, { list: 1, get: 1 });
    const numbers = (await archive.now(0)).issues.map(({ number }) => number);
    assert.deepEqual(numbers, [13, 12]);
    assert.deepEqual((await archive.now()).issues.length, 2);
    assert.deepEqual(asked, { list: 2, get: 2 });
  });

  test('are asked again by the next one when they failed', async () => {
    const { archive, asked, fail } = source(HOUR_MS);
    fail();
    const both = await Promise.allSettled([archive.now(), archive.now()]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal((await archive.now()).issues.length, 1);
    assert.deepEqual(asked, { list: 2, get: 1 });
  });

  test('include no folder of issues where none is from before pressrun', async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'pressrun-archive-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    // A folder that cannot be listed shows whether anybody tries.
    await writeFile(join(dir, 'issues'), '');
    const listed = (before: number | undefined) =>
      publishedIssues(
        testConfig({ dir, archive: { before } }),
        NO_SENDS as unknown as Sends,
        NO_EPISODES,
      ).list();
    await assert.rejects(listed(9), /ENOTDIR/);
    assert.deepEqual(await listed(undefined), []);
  });
});
