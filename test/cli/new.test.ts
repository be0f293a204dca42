/** `pressrun new` as a person runs it. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { folder, pressrun } from './pressrun.js';

it('new makes the sample first, then the next number under the same kind of name, and overwrites nothing', async (t) => {
  const dir = join(await folder(t), 'weekly');
  assert.equal((await pressrun(['init', dir])).code, 0);
  const second = await pressrun(['--dir', dir, '--json', 'new']);
  assert.equal(second.code, 0, second.stderr);
  const made = JSON.parse(second.stdout);
  assert.deepEqual([made.file, made.number, made.after], ['issues/2.md', 2, 'issues/1.md']);
  const text = await readFile(join(dir, made.file), 'utf8');
  assert.match(text, /^---\nnumber: 2\ntitle: TK\ndate: \d{4}-\d\d-\d\d\n---\n/);
  assert.match(text, /\n## Highlights\n\n\[TK\]/);

  const again = await pressrun(['--dir', dir, '--json', 'new', '2']);
  assert.equal(again.code, 1);
  assert.equal(JSON.parse(again.stdout).error.code, 'file_exists');
});

it('new in an empty publication is the sample of the format', async (t) => {
  const dir = await folder(t);
  assert.equal((await pressrun(['init', join(dir, 'a')])).code, 0);
  await mkdir(join(dir, 'b'));
  const configuration = await readFile(join(dir, 'a', 'pressrun.yaml'), 'utf8');
  await writeFile(join(dir, 'b', 'pressrun.yaml'), configuration);
  const { code, stdout } = await pressrun(['--dir', join(dir, 'b'), 'new', '12']);
  assert.equal(code, 0);
  assert.match(stdout, /^issues\/12\.md: issue 12, the sample of the format/);
  assert.match(await readFile(join(dir, 'b/issues/12.md'), 'utf8'), /^---\nnumber: 12\n/);
});
