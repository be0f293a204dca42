/** `pressrun import-issue` as a person runs it. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { folder, pressrun } from './pressrun.js';

const FLAT =
  "Welcome. HIGHLIGHTS One (Ann Lee) (summarized by Bo): It walks. Bo's opinion: Slowly. Copyright © 2020 Ann.";

async function withSource(t: TestContext, text = FLAT): Promise<{ dir: string; file: string }> {
  const dir = await folder(t);
  const file = join(dir, 'flat.txt');
  await writeFile(file, text);
  return { dir, file };
}

describe('import-issue', () => {
  it('writes the issue, and says what was unsure and left out, with places', async (t) => {
    const { dir, file } = await withSource(t);
    await mkdir(join(dir, 'issues'));
    const { code, stdout, stderr } = await pressrun([
      '--dir',
      dir,
      'import-issue',
      file,
      '--number',
      '7',
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^issues\/7\.md: issue 7, "One"/);
    assert.match(stderr, /from text: 1 items, 1 opinions, 1 sections/);
    assert.match(stderr, /flat\.txt:1:1: unsure: the source names no title/);
    assert.match(stderr, /left out \(part of the mail, not of the issue\): Copyright © 2020 Ann\./);
    assert.match(
      await readFile(join(dir, 'issues/7.md'), 'utf8'),
      /\*\*One\*\* \*\(Ann Lee\)\* \(summarized by Bo\): It walks\./,
    );
  });

  it('never overwrites, nor gives a number twice', async (t) => {
    const { dir, file } = await withSource(t);
    const run = (...args: string[]) =>
      pressrun(['--dir', dir, '--json', 'import-issue', file, ...args]);
    await mkdir(join(dir, 'issues'));
    assert.equal((await run('--number', '7')).code, 0);
    const again = await run('--number', '7');
    assert.equal(again.code, 1);
    assert.equal(JSON.parse(again.stdout).error.code, 'file_exists');
    const twin = await run('--number', '7', '--out', join(dir, 'issues', 'twin.md'));
    assert.equal(JSON.parse(twin.stdout).error.code, 'file_exists');
    assert.deepEqual(await readdir(join(dir, 'issues')), ['7.md']);
  });

  it('is one document with --json, and the file on stdout with --out -', async (t) => {
    const { dir, file } = await withSource(t);
    const { stdout } = await pressrun(['--dir', dir, '--json', 'import-issue', file, '--out', '-']);
    const document = JSON.parse(stdout);
    assert.deepEqual(document.counts, { sections: 1, items: 1, opinions: 1 });
    assert.equal(document.source, 'text');
    assert.deepEqual(document.lostWords, []);
    assert.match(document.text, /^---\nnumber: 1\n/);
    assert.deepEqual(await readdir(dir), ['flat.txt']);
  });

  it('refuses what is no text, with the file', async (t) => {
    const { dir, file } = await withSource(t, '\0\0');
    const { code, stdout } = await pressrun(['--dir', dir, '--json', 'import-issue', file]);
    assert.equal(code, 1);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([error.code, error.file], ['issue_invalid', file]);
  });
});
