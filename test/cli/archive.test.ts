import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makePublication, type TestPublication } from '../support/publication.js';
import { startTestRedis, type TestRedis } from '../support/redis.js';

const ISSUE = `---
number: 3
title: Three
date: 2026-05-01
---

## Highlights

[=HYPERLINK("x")](https://a.example/3) *(Ada)* (summarized by Bo): As said of <@The old tide@>.

**Bo's opinion:** Good.
`;
const DRAFT = ISSUE.replace('number: 3', 'number: 4').replace('2026-05-01', '2999-01-01');
const OLD = `Title,Email,Summary,URL
The old tide,WK #1,It came.,https://a.example/1
Its echo,WK #2,As <@the OLD tide@> did.,https://a.example/2
,WK #2,No title.,
`;

describe('pressrun archive and compose', () => {
  let redis: TestRedis;
  let publication: TestPublication;
  before(async () => {
    redis = await startTestRedis();
    publication = await makePublication({ redis: redis.url });
    await publication.write('issues/3.md', ISSUE);
    await publication.write('issues/4.md', DRAFT);
    await publication.write('old.csv', OLD);
  });
  after(async () => {
    await publication?.remove();
    await redis?.stop();
  });

  const show = () => publication.run('show', '3', '--json');

  test('with --strict a faulty row refuses the file, and nothing is kept', async () => {
    const { code, stdout } = await publication.run(
      ...['archive', 'import', join(publication.dir, 'old.csv'), '--strict', '--json'],
    );
    assert.equal(code, 1);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([error.code, error.line], ['sheet_invalid', 4]);
    await assert.rejects(readFile(join(publication.dir, 'archive', 'database.jsonl')));
  });

  test('an imported item can be referred to from then on', async () => {
    const unresolved = await show();
    assert.match(unresolved.stderr, /matches the title of no item/);
    const { code, stdout } = await publication.run(
      ...['archive', 'import', join(publication.dir, 'old.csv'), '--json'],
    );
    assert.equal(code, 0, stdout);
    const { imported, invalid } = JSON.parse(stdout);
    assert.equal(imported, 2);
    assert.deepEqual(invalid, [{ line: 4, reason: 'the Title is empty' }]);
    const resolved = await show();
    assert.doesNotMatch(resolved.stderr, /reference/);
    assert.match(resolved.stdout, /The old tide \(WK #1\)/);
  });

  test('the export has what was imported and the issues, no draft, and no formula', async () => {
    const { stdout } = await publication.run('archive', 'export');
    const lines = stdout.split('\n');
    assert.match(stdout, /"'=HYPERLINK\(""x""\)"/);
    assert.match(stdout, /WK #3,Bo,As said of <@The old tide@>\.,Good\.,/);
    assert.match(stdout, /Its echo,,,,,WK #2,,As <@the OLD tide@> did\./);
    assert.equal(lines.length, 5, stdout);
    const published = await publication.run('archive', 'export', '--published');
    assert.doesNotMatch(published.stdout, /WK #3/);
  });

  test('an issue file is composed from rows of a workbook, and nothing is overwritten', async () => {
    const file = join(publication.dir, 'all.xlsx');
    assert.equal((await publication.run('archive', 'export', '--out', file)).code, 0);
    const args = ['compose', '2', '--from', file, '--title', 'Two', '--json'];
    const composed = (await publication.run(...args)).json();
    assert.deepEqual([composed.file, composed.items, composed.unsure], ['issues/2.md', 1, []]);
    const again = (await publication.run(...args)).json();
    assert.equal(again.error.code, 'file_exists');
  });
});
