import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { jsonSchema } from '../../src/config/json-schema.js';
import { packageRoot } from '../../src/package-root.js';

interface Shape {
  properties?: Record<string, Shape>;
  description?: string;
}

const inConfig = (name: string) => readFile(join(packageRoot(), 'config', name), 'utf8');

/** `smtp.url`, for every key of a mapping and of those in it. */
function pathsIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}${key}`,
    ...pathsIn(inner, `${path}${key}.`),
  ]);
}

function shapesIn(shape: Shape, path = ''): [path: string, shape: Shape][] {
  return Object.entries(shape.properties ?? {}).flatMap(([key, inner]) => [
    [`${path}${key}`, inner] as [string, Shape],
    ...shapesIn(inner, `${path}${key}.`),
  ]);
}

test('the schema for editors is the one the code checks with (npm run schema writes it)', async () => {
  const same = (await inConfig('pressrun.schema.json')) === (await jsonSchema());
  assert.ok(same, 'config/pressrun.schema.json is out of date: npm run schema');
});

test('every key stands in defaults.yaml with words of its own, and no other', async () => {
  // The rules of a check are explained one by one in docs/check.md, which has a test of its own.
  const shapes = shapesIn(JSON.parse(await jsonSchema()) as Shape).filter(
    ([path]) => !path.startsWith('check.rules.'),
  );
  const written = pathsIn(parse(await inConfig('defaults.yaml')));
  assert.deepEqual(
    shapes.map(([path]) => path),
    written,
  );
  for (const [path, { description }] of shapes) assert.ok(description, `${path} is not explained`);
});

test('editors offer every rule of check that may be set, each as off, warning or error', async () => {
  const schema = JSON.parse(await jsonSchema());
  const rules = schema.properties.check.properties.rules;
  const page = await readFile(join(packageRoot(), 'docs', 'check.md'), 'utf8');
  // What breaks the format cannot be turned off.
  const behindTheFormat = page.slice(page.indexOf('## Items and sections'));
  const documented = [...behindTheFormat.matchAll(/^### `([a-z-]+)`$/gm)].map(([, code]) => code);
  assert.deepEqual(Object.keys(rules.properties).sort(), documented.sort());
  for (const [code, rule] of Object.entries<{ enum?: string[] }>(rules.properties)) {
    assert.deepEqual(rule.enum, ['off', 'warning', 'error'], code);
  }
});

test('editors demand what has no default, and nothing else', async () => {
  const schema = JSON.parse(await jsonSchema());
  assert.deepEqual(schema.required, ['publication']);
  assert.deepEqual(schema.properties.publication.required, [
    'name',
    'slug',
    'prefix',
    'from',
    'url',
    'postalAddress',
  ]);
  for (const section of ['redis', 'smtp', 'delivery', 'dkim', 'http']) {
    assert.equal(schema.properties[section].required, undefined);
  }
});
