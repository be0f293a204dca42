/** Writes config/pressrun.schema.json anew: `npm run schema`, after a change of keys or defaults. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchema } from '../src/config/json-schema.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
writeFileSync(join(root, 'config', 'pressrun.schema.json'), await jsonSchema());
