/** The bench runs from end to end; what it measures is no test's business. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readOptions } from '../../bench/options.js';
import { ratesOf } from '../../bench/rate.js';
import { show, summarize, table } from '../../bench/table.js';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

test('a run with tiny numbers measures ours and others, prints tables and writes JSON', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const json = join(folder, 'bench.json');
  const only = 'pressrun;nodemailer raw buffer;growth;archive;leaving';
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', MAIN, '--recipients', '40', '--repeat', '1', '--only', only],
    ...['--json', json],
  ]);
  assert.match(stdout, /^\| pressrun +\| +40 \|/m);
  assert.match(stdout, /^\| subscribers /m);
  const document = JSON.parse(await readFile(json, 'utf8'));
  const names = document.contestants.map(
    (one: { contestant: { name: string } }) => one.contestant.name,
  );
  assert.deepEqual(names, ['pressrun', 'nodemailer raw buffer']);
  const [ours] = document.contestants[0].runs;
  assert.ok(ours.messages === 40 && ours.cpuMicros > 0 && ours.messageBytes > 56_000);
  assert.equal(document.growth[0].subscribers, 40);
  const { leaving, archive } = document;
  assert.equal(leaving.leavers, 40);
  assert.equal(leaving.accepted + leaving.skipped, leaving.readers);
  const shown = archive.pages.map((one: { page: string; status: number }) => [
    one.page,
    one.status,
  ]);
  assert.deepEqual(shown, [
    ['/issues', 200],
    ['/issues/N', 200],
    ['/issues/N, known', 304],
    ['/search', 200],
    ['/feed.xml', 200],
    ['/feed.xml, known', 304],
  ]);
});

test('what is measured without a relay is written as JSON, too', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const json = join(folder, 'search.json');
  const options = ['--recipients', '40', '--only', 'search', '--json', json];
  await promisify(execFile)(process.execPath, ['--import', 'tsx', MAIN, ...options]);
  const { search, contestants } = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual([search.items, contestants], [40, []]);
  assert.ok(search.p99CpuMs > 0);
});

test('options are read, and wrong ones named', () => {
  assert.equal(readOptions(['--help']), 'help');
  const quick = readOptions(['--quick', '--million', '--only', 'a;b']);
  assert.ok(quick !== 'help');
  assert.deepEqual([quick.recipients, quick.repeat], [2_000, 1]);
  assert.deepEqual([quick.only, quick.sizes.at(-1)], [['a', 'b'], 1_000_000]);
  assert.throws(() => readOptions(['--repeat', 'often']), /--repeat is often/);
  assert.throws(() => readOptions(['--fast']), /--fast/);
});

test('a rate is measured in every window of half a minute but the first second and the last tenth', () => {
  const even = Array.from({ length: 350 }, () => 10);
  assert.deepEqual(new Set(ratesOf(even)), new Set([100]));
  const [burst, end] = [even.with(0, 500), even.with(-1, 1)];
  assert.deepEqual(new Set([...ratesOf(burst), ...ratesOf(end)]), new Set([100]));
  const gap = ratesOf(even.map((count, tenth) => (tenth === 200 ? 0 : count)));
  assert.ok(gap.length > 30 && gap.every((rate) => Math.abs(rate - 99.667) < 0.001));
});

test('medians and spread', () => {
  assert.deepEqual(summarize([3, 1, 2]), { median: 2, low: 1, high: 3 });
  assert.equal(summarize([1, 2, 3, 10]).median, 2.5);
  assert.equal(show(summarize([1000, 3000, 2000])), '2,000 (1,000–3,000)');
  assert.equal(show(summarize([7])), '7');
  assert.equal(
    table([
      ['a', 'b'],
      ['xyz', '1'],
    ]),
    '| a   |   b |\n| --- | --: |\n| xyz |   1 |',
  );
});
