/**
 * Real issues of two newsletters, counted by hand. They are not ours to distribute, so they stand
 * beside a checkout, and without them these tests are skipped.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseIssue } from '../../src/issue/parse.js';
import { plainText } from '../../src/issue/plain-text.js';
import type { Issue } from '../../src/issue/types.js';
import { itemsOf } from '../../src/issue/visit.js';
import { packageRoot } from '../../src/package-root.js';
import {
  linksOfIssue,
  linksOfMarkdown,
  missingWords,
  textOfIssue,
  wordsOfMarkdown,
} from '../issue/nothing-lost.js';

const FOLDER = join(packageRoot(), '../shared/newsletter/issues');

/** Items, opinions, "Read more", "Prerequisites". */
const COUNTS: Record<string, [number, number, number, number]> = {
  'an-088.md': [9, 7, 1, 0],
  'an-093.md': [7, 5, 2, 0],
  'an-098.md': [11, 7, 2, 1],
  'an-101.md': [8, 7, 2, 1],
  'an-105.md': [9, 8, 2, 1],
  'an-110.md': [10, 8, 0, 0],
  'an-120.md': [8, 5, 0, 0],
  'an-133.md': [6, 4, 0, 0],
  'an-145.md': [5, 3, 0, 0],
  '2019-10-08-this-week-in-rust.md': [78, 0, 0, 0],
  '2023-03-22-this-week-in-rust.md': [112, 0, 0, 0],
};

function listFiles(): string[] {
  try {
    return readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
  } catch {
    return [];
  }
}

function parseFile(name: string): { issue: Issue; body: string } {
  const source = readFileSync(join(FOLDER, name), 'utf8');
  const { issue, findings } = parseIssue(source);
  assert.ok(issue, JSON.stringify(findings));
  assert.deepEqual(
    findings.filter(({ code }) => code !== 'metadata-unknown'),
    [],
  );
  const body = source.replace(/^(?:---\n[\s\S]*?\n---\n|(?:\w+:.*\n)+)/, '');
  return {
    issue,
    body: body.replace(/<!--[\s\S]*?-->/g, '').replace(/<\/?(?:small|br)\b[^>]*>/g, ''),
  };
}

const names = listFiles();
const skip =
  names.length === 0 && 'no real issues beside this checkout (../shared/newsletter/issues)';

describe('real issues', { skip }, () => {
  for (const name of names) {
    it(`${name}: every item, opinion, link and word is found`, () => {
      const { issue, body } = parseFile(name);
      const items = itemsOf(issue);
      const opinions = items.reduce((sum, item) => sum + item.opinions.length, 0);
      const readMore = items.filter((item) => item.readMore).length;
      const prerequisites = items.filter((item) => item.prerequisites).length;
      assert.deepEqual(
        [items.length, opinions, readMore, prerequisites],
        COUNTS[name] ?? 'not counted yet',
      );
      const links = linksOfIssue(issue);
      assert.deepEqual(
        linksOfMarkdown(body).filter((url) => !links.has(url)),
        [],
      );
      assert.deepEqual(missingWords(wordsOfMarkdown(body), textOfIssue(issue)), []);
    });
  }

  it('an-101.md: who said what', () => {
    const items = itemsOf(parseFile('an-101.md').issue);
    assert.deepEqual(
      items.map(({ summarizer, opinions }) =>
        [summarizer, ...opinions.map(({ by }) => by)].join(' '),
      ),
      [
        'Rohin Rohin',
        'Rohin Rohin',
        'Rohin',
        'Zach Zach',
        'Robert Robert',
        'Rohin Rohin',
        'Robert Robert',
        'Rohin Rohin',
      ],
    );
    assert.deepEqual(items.map(({ highlight }) => highlight).lastIndexOf(true), 0);
    assert.equal(items[7]?.hatTip, 'Stuart Russell');
    assert.deepEqual(items[7]?.category, ['Technical AI alignment', 'Miscellaneous (Alignment)']);
    assert.deepEqual(items[3]?.authors, ['Chao Yang', 'Xiaojian Ma', 'et al']);
  });

  it('an-098.md: opinions of two people, lists inside them, a misspelt label', () => {
    const [first, ...others] = itemsOf(parseFile('an-098.md').issue);
    assert.deepEqual(
      first?.opinions.map(({ by }) => by),
      ['Robert', 'Rohin'],
    );
    const second = first?.opinions[1]?.text.nodes ?? [];
    assert.equal(second.filter(({ type }) => type === 'list').length, 1);
    assert.equal(second.filter(({ type }) => type === 'paragraph').length, 5);
    const misspelt = others.filter(({ prerequisites }) => prerequisites !== undefined);
    assert.deepEqual(
      misspelt.map((item) => plainText(item.prerequisites?.nodes ?? [])),
      ['DualDICE'],
    );
  });

  it('2023-03-22-this-week-in-rust.md: tags, nested event lists, headings with links', () => {
    const { issue } = parseFile('2023-03-22-this-week-in-rust.md');
    const tags = itemsOf(issue).flatMap((item) => item.tags);
    assert.deepEqual(
      [
        tags.filter((tag) => tag === 'video').length,
        tags.filter((tag) => tag === 'disposition: merge').length,
      ],
      [2, 6],
    );
    const virtual = issue.sections.find(({ name }) => name === 'Virtual');
    assert.deepEqual(
      virtual?.blocks.map(({ kind }) => kind),
      ['markdown'],
    );
    assert.equal(issue.sections.filter(({ heading }) => heading[0]?.type === 'link').length, 3);
  });
});
