/**
 * Real issues, flattened in every way that archives do. They are not ours to distribute, so they
 * stand beside a checkout, and without them these tests are skipped.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { importIssue } from '../../src/import-issue/import-issue.js';
import { parseIssue } from '../../src/issue/parse.js';
import { itemsOf } from '../../src/issue/visit.js';
import { packageRoot } from '../../src/package-root.js';
import { flattenings } from '../import-issue/flatten.js';
import { outlineOf } from '../import-issue/outline.js';

const FOLDER = join(packageRoot(), '../shared/newsletter');
/** The text of an issue as it was mailed, on one line. */
const MAILED = '000_bb8e6a30da4e8636.txt';

function listIssues(): string[] {
  try {
    return readdirSync(join(FOLDER, 'issues')).filter((name) => name.startsWith('an-'));
  } catch {
    return [];
  }
}

const names = listIssues();
const skip = names.length === 0 && 'no real issues beside this checkout (../shared/newsletter)';

describe('a real issue', { skip }, () => {
  it('as it was mailed comes back with its items, opinions, sections and people', async () => {
    const { issue, lostWords } = await importIssue(readFileSync(join(FOLDER, MAILED)), {
      nextNumber: 101,
    });
    const items = issue ? itemsOf(issue) : [];
    assert.equal(items.length, 8);
    assert.equal(
      items.reduce((sum, { opinions }) => sum + opinions.length, 0),
      7,
    );
    assert.deepEqual(
      issue?.sections.map(({ name, level }) => `${level} ${name}`),
      [
        '2 Highlights',
        '2 Technical AI alignment',
        '3 Learning human intent',
        '3 Interpretability',
        '3 Miscellaneous (Alignment)',
        '2 Podcast',
      ],
    );
    assert.deepEqual(
      items.map(({ summarizer }) => summarizer),
      ['Rohin', 'Rohin', 'Rohin', 'Zach', 'Rohin', 'Robert', 'Robert', 'Rohin'],
    );
    assert.deepEqual(
      items.flatMap(({ opinions }) => opinions.map(({ by }) => by)),
      [...['Rohin', 'Rohin', 'Zach', 'Rohin', 'Robert', 'Robert', 'Rohin']],
    );
    assert.deepEqual(
      items.map(({ hatTip }) => hatTip ?? ''),
      ['', '', '', '', '', '', '', 'Stuart Russell'],
    );
    assert.deepEqual(
      items.map(({ authors }) => authors[0]),
      [
        ...['Arden Koehler', 'Bryan Wilder', 'Mark K. Ho', 'Chao Yang', 'Robert Kirk'],
        ...['Akanksha Atrey', 'Sara Hooker', 'Daniel Shapiro'],
      ],
    );
    assert.deepEqual(lostWords, []);
  });

  for (const name of names) {
    it(`flattened in every way comes back, and loses no word: ${name}`, async () => {
      const { issue } = parseIssue(readFileSync(join(FOLDER, 'issues', name), 'utf8'));
      assert.ok(issue);
      const expected = outlineOf(issue);
      for (const [way, text] of await flattenings(issue)) {
        const imported = await importIssue(Buffer.from(text), { nextNumber: 1 });
        const found = outlineOf(imported.issue);
        const missing = expected.filter((line) => !found.includes(line.replace(/\s+/g, ' ')));
        assert.deepEqual(missing, [], way);
        assert.deepEqual(imported.lostWords, [], way);
      }
    });
  }
});
