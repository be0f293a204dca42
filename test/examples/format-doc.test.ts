import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/package-root.js';

const PARSER = join(packageRoot(), 'src', 'issue');
const REPORTED = /(?:error|warn)\(\s*'([a-z-]+)'|code: '([a-z-]+)'/g;

function rulesOfTheParser(): Set<string> {
  const sources = readdirSync(PARSER)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(PARSER, name), 'utf8'));
  const matches = sources.flatMap((source) => [...source.matchAll(REPORTED)]);
  return new Set(matches.map(([, called, listed]) => called ?? listed ?? ''));
}

function rulesOfTheDocument(): Set<string> {
  const text = readFileSync(join(packageRoot(), 'docs', 'format.md'), 'utf8');
  const [, reported = ''] = text.split('## What is reported');
  const cells = reported.split('\n').map((line) => line.split('|')[1] ?? '');
  return new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, rule = '']) => rule)),
  );
}

test('docs/format.md lists every rule the parser reports, and no other', () => {
  assert.deepEqual([...rulesOfTheDocument()].sort(), [...rulesOfTheParser()].sort());
});
