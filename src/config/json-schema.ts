/**
 * JSON Schema of pressrun.yaml, for editors: the shapes of schema.ts with the words and defaults of
 * config/defaults.yaml, so that each is written down once.
 * @see https://json-schema.org/draft/2020-12/schema
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import * as z from 'zod';
import { packageRoot } from '../package-root.js';
import { settingsSchema } from './schema.js';

interface Shape {
  properties?: Record<string, Shape>;
  required?: string[];
  description?: string;
  default?: unknown;
  [keyword: string]: unknown;
}

/** The file config/pressrun.schema.json as it should be. */
export async function jsonSchema(): Promise<string> {
  const defaults = await readFile(join(packageRoot(), 'config', 'defaults.yaml'), 'utf8');
  const shape = z.toJSONSchema(settingsSchema, { io: 'input' }) as Shape;
  const { contents } = parseDocument(defaults);
  if (!isMap(contents)) throw new Error('config/defaults.yaml holds no mapping');
  shape.title = 'pressrun.yaml';
  describe(shape, contents, defaults);
  return `${JSON.stringify(shape, null, 2)}\n`;
}

/** Gives each property its comment and its default; what has a default need not be written. */
function describe(shape: Shape, defaults: YAMLMap, source: string): void {
  for (const { key, value } of defaults.items) {
    const property = isScalar(key) ? shape.properties?.[String(key.value)] : undefined;
    if (!isScalar(key) || !property) throw new Error(`config/defaults.yaml: ${key} is no key`);
    property.description = commentAbove(source, key.range?.[0] ?? 0);
    if (isMap(value)) describe(property, value, source);
    else if (isScalar(value) && value.value === null) continue;
    else property.default = (value as { toJSON(): unknown }).toJSON();
    if (property.required === undefined) {
      shape.required = shape.required?.filter((name) => name !== key.value);
    }
  }
  if (shape.required?.length === 0) delete shape.required;
}

/** The comment lines right above what stands at `offset`, as one text. */
function commentAbove(source: string, offset: number): string {
  const above = source.slice(0, offset).split('\n').slice(0, -1);
  const start = above.findLastIndex((line) => !/^\s*#/.test(line)) + 1;
  return above
    .slice(start)
    .map((line) => line.replace(/^\s*#\s*/, ''))
    .join(' ');
}
