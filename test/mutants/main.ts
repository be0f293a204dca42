/**
 * `npm run test:mutants [-- PART-OF-A-NAME]`: proves that the tests bite.
 *
 * In a copy of the project one guarantee at a time is taken away (mutations.ts), and the suite that
 * stands for it must turn red. A mutation whose text is not found exactly once is a failure too: the
 * code moved on, and nobody would notice.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTATIONS, type Mutation, type Suite } from './mutations.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = [
  ...['src', 'workers', 'test', 'config', 'templates', 'scripts', 'dist'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
];

/** Arguments of node that run each suite. */
const SUITES: Record<Suite, string[]> = {
  ledger: tests('delivery/ledger.test.ts', 'delivery/ledger-model.test.ts'),
  sweep: tests('delivery/sweep.test.ts'),
  crash: [...tsx('test/crash/main.ts'), '--rounds', '2', '--seed', '7', '--kind', 'all workers'],
};

function tsx(...args: string[]): string[] {
  return ['--import', 'tsx', ...args];
}

function tests(...files: string[]): string[] {
  return tsx('--test', '--test-reporter=spec', ...files.map((file) => `test/${file}`));
}

/** A mutant that makes a suite hang is killed with it. */
const PATIENCE_MS = 10 * 60_000;

interface Run {
  passed: boolean;
  output: string;
}

function run(copy: string, suite: Suite): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, SUITES[suite], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1e9,
    timeout: PATIENCE_MS,
  });
  return { passed: status === 0, output: `${stdout}${stderr}` };
}

/** What turned red, in the suite's words. */
function killerIn(output: string): string {
  const red = output.split('\n').filter((line) => line.includes('✖'));
  const named = red.find((line) => !/failing tests/.test(line)) ?? 'no line says what';
  return named.replace('✖', '').trim().slice(0, 120);
}

function makeCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'pm-'));
  // With their times: set-up in the copy must find nothing stale, for it would install and build.
  const options = { recursive: true, preserveTimestamps: true };
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), options);
  for (const name of ['node_modules', '.tools']) symlinkSync(join(ROOT, name), join(copy, name));
  return copy;
}

/** @returns what undoes it, or a fault */
function apply(copy: string, { edits }: Mutation): { undo(): void } | { fault: string } {
  const originals = new Map<string, string>();
  const undo = (): void => {
    for (const [file, text] of originals) writeFileSync(join(copy, file), text);
  };
  for (const { file, from, to } of edits) {
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(from).length !== 2) {
      undo();
      return { fault: `${file} does not hold this text exactly once: ${from.trim()}` };
    }
    if (!originals.has(file)) originals.set(file, text);
    writeFileSync(
      join(copy, file),
      text.replace(from, () => to),
    );
  }
  build(copy);
  return { undo };
}

/** Makes the program anew; its types may be wrong now. */
function build(copy: string): void {
  const script = join(copy, 'scripts', 'build.mjs');
  const { status } = spawnSync(process.execPath, [script, '--unchecked'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('a mutant could not be built');
}

function faultOf(copy: string, mutation: Mutation): string | undefined {
  const applied = apply(copy, mutation);
  if ('fault' in applied) return applied.fault;
  const startedAt = Date.now();
  const { passed, output } = run(copy, mutation.suite);
  applied.undo();
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  if (passed) return `the ${mutation.suite} suite stayed green`;
  process.stdout.write(
    `killed    ${mutation.name} (${mutation.suite}, ${seconds} s): ${killerIn(output)}\n`,
  );
  return undefined;
}

function main(part: string): number {
  const chosen = MUTATIONS.filter(({ name }) => name.includes(part));
  const copy = makeCopy();
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  // Red must come from the mutation: without one everything is green.
  for (const suite of new Set(chosen.map(({ suite }) => suite))) {
    const { passed, output } = run(copy, suite);
    if (passed) continue;
    process.stdout.write(`the ${suite} suite is red without any mutation:\n${output}\n`);
    return 1;
  }
  let survived = 0;
  for (const mutation of chosen) {
    const fault = faultOf(copy, mutation);
    if (fault === undefined) continue;
    survived += 1;
    process.stdout.write(`SURVIVED  ${mutation.name}: ${fault}\n`);
  }
  process.stdout.write(`${chosen.length} mutants, ${survived} survived\n`);
  return survived === 0 && chosen.length > 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = main(process.argv[2] ?? '');
