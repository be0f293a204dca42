import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOnce } from '../../src/issue/read-once.js';

test('a file is made something of once, until it is written; one that is fresh each time', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-read-once-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, '1.md');
  const made: string[] = [];
  const read = readOnce(10, (text) => {
    made.push(text);
    return text;
  });
  // Within one tick of the file's clock two texts of one length look alike.
  await writeFile(path, 'one');
  assert.equal(await read(path), 'one');
  await writeFile(path, 'two');
  assert.equal(await read(path), 'two');
  await utimes(path, 1_790_000_000, 1_790_000_000);
  assert.equal(await read(path), 'two');
  assert.equal(await read(path), 'two');
  assert.deepEqual(made, ['one', 'two', 'two']);
  await writeFile(path, 'six');
  await utimes(path, 1_790_000_060, 1_790_000_060);
  assert.equal(await read(path), 'six');
});

test('what was read longest ago is let go, and a file that is not there is an error', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-read-once-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  let times = 0;
  const read = readOnce(1, () => ++times);
  for (const name of ['a', 'b']) {
    await writeFile(join(folder, name), name);
    await utimes(join(folder, name), 1_790_000_000, 1_790_000_000);
  }
  for (const name of ['a', 'b', 'a']) await read(join(folder, name));
  assert.equal(times, 3);
  await assert.rejects(read(join(folder, 'none')), /ENOENT/);
});
