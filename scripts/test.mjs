/**
 * Runs the tests: `node scripts/test.mjs [PART-OF-A-PATH…] [--test-…]`.
 *
 * The exit code is the runner's, but for two faults it cannot see: a process that is still running
 * afterwards, and (in CI) a test skipped for want of something the set-up provides.
 *
 * Properties are tried with a seed made from the commit, so that a commit that passes here passes
 * elsewhere; TEST_SEED=NUMBER sets another.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildWhenStale } from './setup/packages.mjs';
import { inCi } from './setup/report.mjs';
import { leftoversOf } from './test/leftovers.mjs';
import { countsIn, wronglySkipped } from './test/summary.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith('-'));
const parts = args.filter((arg) => !arg.startsWith('-'));

const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((name) => join('test', String(name)))
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`no test file matches ${parts.join(' ')}\n`);
  process.exit(2);
}

const seed = process.env.TEST_SEED ?? seedOfCommit();
process.stdout.write(`seed of the properties: ${seed}\n`);

// Tests that run the program run the built one.
buildWhenStale(root);
// Short: the sockets of private Redis servers live in it, and their paths may have 108 bytes.
const folder = mkdtempSync(join(tmpdir(), 'pt-'));
// Servers that give up root (Postfix) must get through to their own folders in it.
chmodSync(folder, 0o711);
const { code, output } = await runTests();
const faults = [...(await stillRunning()), ...(inCi ? wronglySkipped(output) : [])];
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

for (const fault of faults) process.stdout.write(`✖ ${fault}\n`);
process.stdout.write(`\n${countsIn(output)}\n`);
process.exitCode = code === 0 && faults.length > 0 ? 1 : code;

async function runTests() {
  const runner = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--test', '--test-reporter=spec'],
      // A file that never ends must not keep CI waiting for ever.
      ...[`--test-concurrency=${availableParallelism()}`, '--test-timeout=600000'],
      ...options,
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: environment() },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
  let printed = '';
  runner.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
    process.stdout.write(text);
  });
  const ended = await new Promise((resolve) => {
    runner.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code: ended, output: printed };
}

function environment() {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('PRESSRUN_'));
  return {
    ...Object.fromEntries(ours),
    ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
    TMPDIR: folder,
    TEST_SEED: seed,
    // The private copies, where set-up had to make them; the machine's own come first.
    PATH: [process.env.PATH, ...['chromium', 'postfix'].map(toolsOf)].join(delimiter),
  };
}

/** @returns a whole number of 28 bits, in decimal; of the clock where there is no repository */
function seedOfCommit() {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return String(Number.parseInt(stdout?.slice(0, 7) || Date.now().toString(16).slice(-7), 16));
}

function toolsOf(name) {
  return join(root, '.tools', name, 'bin');
}

/** What a test started and did not end; a moment is granted to those about to leave. */
async function stillRunning() {
  for (let second = 0; second < 5 && leftoversOf(folder).length > 0; second += 1) await wait(1_000);
  return leftoversOf(folder).map(({ pid, command }) => {
    process.kill(pid, 'SIGKILL');
    return `still running after the tests, now ended: ${pid} ${command}`;
  });
}
