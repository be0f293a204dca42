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
    // What is included by others says so, and has no arguments of its own.
    .filter((file) => !read(file).startsWith('-- Included by'));
  assert.ok(scripts.length > 10);
  for (const file of scripts) {
    for (const word of ['-- KEYS', '-- ARGV', '-- Returns', '-- Guarantee']) {
      assert.ok(read(file).includes(word), `${file} lacks "${word}"`);
    }
  }
});

/** Tracked text files, without the lock file. */
function trackedFiles(...patterns: string[]): string[] {
  const listed = execFileSync('git', ['ls-files', ...patterns], { cwd: ROOT, encoding: 'utf8' });
  return listed
    .trim()
    .split('\n')
    .filter((file) => !/\.png$|^package-lock\.json$/.test(file) && existsSync(join(ROOT, file)));
}

/** A page without its code: what looks like a link there is none. */
const prose = (page: string): string => read(page).replace(/^ *```[\s\S]*?^ *```|`[^`\n]+`/gm, '');

it('every relative link in the docs leads to a file', () => {
  for (const page of trackedFiles('*.md').filter((file) => !file.includes('issues/'))) {
    for (const [, target = ''] of prose(page).matchAll(/\]\((?!https?:|mailto:|#|…)([^)#\s]+)/g)) {
      const path = join(ROOT, page, '..', target);
      assert.ok(existsSync(path), `${page}: ${target}`);
    }
  }
});

it('no file names a folder of the machine it was written on', () => {
  const home = ['/wo', 'rk/|/ro', 'ot/|/ho', 'me/[a-z]'].join('');
  for (const file of trackedFiles()) {
    const found = new RegExp(`(?<![\\w.~-])(?:${home})`).exec(read(file));
    assert.equal(found, null, `${file}: ${found?.[0]}`);
  }
});

it('Redis keys are spelt in src/redis/keys.ts alone', () => {
  for (const file of trackedFiles('src/**/*.ts', 'workers/*.ts')) {
    if (file === 'src/redis/keys.ts') continue;
    // A key begins with the slug and a colon.
    assert.doesNotMatch(read(file), /`\$\{[\w.]*slug\}:/, file);
  }
});
