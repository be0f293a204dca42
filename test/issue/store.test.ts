import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AppError } from '../../src/errors.js';
import { findIssue, InvalidIssueError, loadIssue, readIssue } from '../../src/issue/store.js';
import { textOf } from './parsed.js';

const PUBLICATION = { prefix: 'LH', url: 'https://lh.example' };
const head = (number: number) => `---\nnumber: ${number}\ntitle: Issue ${number}\n---\n`;

const FILES: Record<string, string> = {
  'issues/fog.md': `${head(1)}## News\n\n[Fog](https://a.example/fog): Wet.\n`,
  'issues/2.md': `${head(2)}As in <@fog@>; see (LH #1).\n\n## News\n\n[Fog again](https://a.example/fog): Wet.\n`,
  'issues/3.md': `${head(3)}See <@Nothing@>.\n\n## News\n\n[Rain](https://a.example/rain)\n\n**My opinion:** Wet.\n`,
  'issues/4.md': `${head(4)}One.\n`,
  'issues/four.md': `${head(4)}Another.\n`,
  'issues/broken.md': '---\nnumber: 9\ntitle: a: b\n---\n',
  'issues/README.md': '# How we write\n',
  'issues/.draft.md': `${head(1)}`,
  'issues/notes.txt': `${head(1)}`,
  'draft.md': `${head(5)}See <@Fog@>.\n`,
  'again.md': `${head(1)}The first, once more.\n`,
};

describe('issues on disk', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pressrun-issues-'));
    await mkdir(join(dir, 'issues'));
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(dir, name), text);
  });
  after(() => rm(dir, { recursive: true }));

  it('are found by number, whatever the file is called, and by path', async () => {
    assert.equal(await findIssue(dir, '1'), join(dir, 'issues/fog.md'));
    assert.equal(await findIssue(dir, '#2'), join(dir, 'issues/2.md'));
    assert.equal(await findIssue(dir, 'issues/2.md'), join(dir, 'issues/2.md'));
    assert.equal(await findIssue(dir, join(dir, 'draft.md')), join(dir, 'draft.md'));
  });

  it('have their references resolved against each other; broken ones are only a warning', async () => {
    const { issue, findings, file } = await loadIssue(dir, '2', PUBLICATION);
    assert.equal(file, 'issues/2.md');
    assert.equal(textOf(issue.intro), 'As in fog (LH #1); see (LH #1).');
    assert.deepEqual(findings.map(({ severity, code }) => `${severity} ${code}`).sort(), [
      'warning duplicate-url',
      'warning other-issue-broken',
    ]);
    const broken = findings.find(({ code }) => code === 'other-issue-broken');
    assert.match(broken?.message ?? '', /issues\/broken\.md:3/);
  });

  it('that stand elsewhere are read against those of the publication', async () => {
    const { issue, file } = await loadIssue(dir, 'draft.md', PUBLICATION);
    assert.deepEqual([file, textOf(issue.intro)], ['draft.md', 'See Fog (LH #1).']);
  });

  it('with errors are refused with the first, and all of them beside it', async () => {
    await assert.rejects(loadIssue(dir, '3', PUBLICATION), (error) => {
      assert.ok(error instanceof InvalidIssueError);
      assert.equal(error.code, 'issue_invalid');
      assert.match(error.located, /^issues\/3\.md:5: the reference <@Nothing@> .* \(and 1 more\)$/);
      const errors = error.findings.filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        errors.map(({ code }) => code),
        ['reference-unresolved', 'opinion-without-summary'],
      );
      return true;
    });
    const { issue } = await readIssue(dir, '3', PUBLICATION);
    assert.equal(issue?.sections.length, 1);
  });

  it('with one number are an error that names both files', async () => {
    await assert.rejects(findIssue(dir, '4'), (error) => {
      assert.ok(error instanceof AppError && error.code === 'issue_invalid');
      assert.match(error.located, /issues\/4\.md.*issues\/four\.md/);
      return true;
    });
    const { findings } = await readIssue(dir, 'again.md', PUBLICATION);
    const taken = findings.find(({ code }) => code === 'number-taken');
    assert.match(taken?.message ?? '', /issues\/fog\.md/);
  });

  it('that are not there are named, with those that are', async () => {
    await assert.rejects(findIssue(dir, '8'), (error) => {
      assert.ok(error instanceof AppError && error.code === 'issue_missing');
      assert.match(error.message, /there are 1–4$/);
      return true;
    });
    await assert.rejects(findIssue(dir, 'issues/8.md'), { code: 'file_missing' });
    await assert.rejects(findIssue(join(dir, 'nowhere'), '8'), { code: 'issue_missing' });
    await assert.rejects(findIssue(dir, 'issues'), { code: 'file_missing' });
  });
});
