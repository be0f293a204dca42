/**
 * The lint over real issues. Each finding was looked at: what an editor would thank for is listed as
 * such below, and of the others an issue may have one. The issues are not ours to distribute, so
 * they stand beside a checkout, and without them these tests are skipped.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkIssue } from '../../src/check/check.js';
import { packageRoot } from '../../src/package-root.js';
import { testConfig } from '../support/config.js';

const FOLDER = join(packageRoot(), '../shared/newsletter');

/** True of these issues, each looked at: addresses on http:, "here", a shortener, campaigns. */
const RIGHT = new Set(['link-insecure', 'link-text-vague', 'link-shortened', 'link-tracking']);
/** True, and the author's own way: a key of theirs, a thread every issue links, an outline. */
const DOUBTFUL_BUT_KNOWN: Record<string, string[]> = {
  '2019-10-08-this-week-in-rust.md': ['metadata-unknown'],
  '2023-03-22-this-week-in-rust.md': ['duplicate-url'],
};
/** The heading of its first section really is missing; the key really is unknown. */
const RIGHT_HERE: Record<string, string[]> = {
  '2023-03-22-this-week-in-rust.md': ['heading-order', 'metadata-unknown'],
};

function listFiles(): string[] {
  try {
    return readdirSync(join(FOLDER, 'issues')).filter((name) => name.endsWith('.md'));
  } catch {
    return [];
  }
}

const names = listFiles();
const skip = names.length === 0 && 'no real issues beside this checkout (../shared/newsletter)';

describe('check of real issues', { skip }, () => {
  const { publication, archive, check } = testConfig({
    publication: { prefix: 'AN', url: 'https://news.example' },
  });
  const settings = { dir: FOLDER, publication, archive, check };

  for (const name of names) {
    it(`${name}: no error, at most one doubtful warning, within the size limit`, async (t) => {
      const { findings, size } = await checkIssue(settings, join(FOLDER, 'issues', name));
      const doubtful = findings.filter(
        ({ code }) => !RIGHT.has(code) && !(RIGHT_HERE[name] ?? []).includes(code),
      );
      assert.deepEqual(
        doubtful.map(({ code }) => code),
        DOUBTFUL_BUT_KNOWN[name] ?? [],
      );
      assert.ok(size);
      assert.ok(size.longest <= 100_000, `${size.longest} bytes`);
      t.diagnostic(
        `${size.longest} bytes, ${size.averageItem} an item, ${findings.length} findings`,
      );
    });
  }
});
