import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MODULES } from '../../src/cli/catalogue.js';
import { createProgram } from '../../src/cli/program.js';
import { folder, pressrun } from './pressrun.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('help', () => {
  it('lists every verb with what it does, without loading one', async () => {
    const { code, stdout, stderr } = await pressrun(['--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const [verb, line] of MODULES.flatMap(({ verbs }) => Object.entries(verbs))) {
      const shown = stdout.split('\n').find((one) => one.startsWith(`  ${verb} `));
      assert.ok(shown?.includes(line.slice(0, 20)), `${verb} in the help: ${shown}`);
    }
    assert.match(stdout, /Examples:/);
  });

  it('of a verb is the same before and after it', async () => {
    const [before, after] = await Promise.all([
      pressrun(['help', 'send']),
      pressrun(['send', '--help']),
    ]);
    assert.equal(before.stdout, after.stdout);
    assert.match(before.stdout, /--dry-run/);
  });

  it('stands on stderr with exit code 2 when no verb is given', async () => {
    const { code, stdout, stderr } = await pressrun([]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Usage: pressrun/);
  });
});

it('every module registers the verbs it is listed with', async () => {
  for (const { verbs } of MODULES) {
    for (const verb of Object.keys(verbs)) {
      const program = await createProgram([verb]);
      const command = program.commands.find((candidate) => candidate.name() === verb);
      assert.ok(command?.description(), `${verb} has no description`);
      assert.equal(program.commands.filter((other) => other.name() === verb).length, 1, verb);
    }
  }
});

it('--version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { code, stdout } = await pressrun(['--version']);
  assert.equal(code, 0);
  assert.equal(stdout, `${version}\n`);
});

describe('a wrong command line', () => {
  const cases: [args: string[], words: RegExp][] = [
    [['sned'], /unknown command 'sned'; did you mean send\?/],
    [['send'], /missing required argument 'issue'/],
    [['send', '1', '2'], /too many arguments/],
    [['status', '--hwo', 'x'], /unknown option '--hwo'; did you mean --who\?/],
    [['status', '--dir'], /argument missing/],
    [['toString'], /unknown command 'toString'/],
  ];
  for (const [args, words] of cases) {
    it(`is told with a hint and exit code 2: ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await pressrun(args);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^pressrun: /);
      assert.match(stderr, words);
      assert.match(stderr, /pressrun --help/);
    });
  }

  it('is one document with --json, also when no verb is given', async () => {
    for (const args of [['sned', '--json'], ['--json', 'send'], ['--json']]) {
      const { code, stdout } = await pressrun(args);
      assert.equal(code, 2);
      assert.equal(JSON.parse(stdout).error.code, 'usage');
    }
  });
});

describe('an expected failure', () => {
  it('is one line on stderr that says what to do, with exit code 1', async (t) => {
    const dir = await folder(t);
    const { code, stdout, stderr } = await pressrun(['--dir', dir, 'status']);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^pressrun: no pressrun\.yaml in .*pressrun init/);
    assert.equal(stderr.trim().split('\n').length, 1);
  });

  it('is the error document with --json, wherever --dir and --json stand', async (t) => {
    const dir = await folder(t);
    for (const args of [
      ['--dir', dir, '--json', 'status'],
      ['status', '--json', '--dir', dir],
      ['--json', 'status', '--dir', dir],
    ]) {
      const { code, stdout } = await pressrun(args);
      assert.equal(code, 1);
      const { error } = JSON.parse(stdout);
      assert.equal(error.code, 'config_missing');
      assert.ok(error.message.includes(dir));
    }
  });
});

it('a reader that leaves early is no failure', () => {
  const main = join(ROOT, 'src', 'cli', 'main.ts');
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', 'set -o pipefail; "$0" --import tsx "$1" --help | true', process.execPath, main],
    { cwd: ROOT, encoding: 'utf8' },
  );
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
