/** The mutants of `npm run test:mutants` are of the code as it is; that they are killed takes minutes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/package-root.js';
import { MUTATIONS } from './mutations.js';

test('each mutation finds what it changes exactly once', () => {
  for (const { name, edits } of MUTATIONS) {
    for (const { file, from } of edits) {
      const found = readFileSync(join(packageRoot(), file), 'utf8').split(from).length - 1;
      assert.equal(found, 1, `${name}: ${file} holds "${from.trim()}" ${found} times`);
    }
  }
});
