import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createArchive } from '../../src/archive/archive.js';
import { writeDatabase } from '../../src/archive/database.js';
import { mergeRows } from '../../src/archive/merge.js';
import { type PublishedIssues, publishedIssues } from '../../src/archive/published.js';
import { readSheet } from '../../src/archive/sheet.js';
import type { Sends } from '../../src/delivery/sends.js';
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
  frozen: async () => undefined,
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
