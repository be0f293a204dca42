/** What must be true of the repository itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES } from '../../src/errors.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

it('docs/errors.md explains every error code, and no other', () => {
  const documented = [...read('docs/errors.md').matchAll(/^## `(\w+)`$/gm)].map(([, code]) => code);
  assert.deepEqual(documented, Object.keys(ERROR_CODES));
});

it('package-lock.json names no place to download from', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
});

it('every Lua script opens with KEYS, ARGV, what it returns and what it guarantees', () => {
  const scripts = execFileSync('git', ['ls-files', 'src/**/*.lua'], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !file.endsWith('/texts.lua'));
  assert.ok(scripts.length > 10);
  for (const file of scripts) {
    for (const word of ['-- KEYS', '-- ARGV', '-- Returns', '-- Guarantee']) {
      assert.ok(read(file).includes(word), `${file} lacks "${word}"`);
    }
  }
});

it('every relative link in the docs leads to a file', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'docs/flow.md', 'docs/operations.md'];
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      const path = join(ROOT, page, '..', target);
      assert.ok(existsSync(path), `${page}: ${target}`);
    }
  }
});
