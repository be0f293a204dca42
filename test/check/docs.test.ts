import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { ALL_CODES, severityOf } from '../../src/check/severities.js';
import { packageRoot } from '../../src/package-root.js';
import { testConfig } from '../support/config.js';

it('docs/check.md explains every rule with its severity, an example and how to mend it, and no other', async () => {
  const page = await readFile(join(packageRoot(), 'docs', 'check.md'), 'utf8');
  const sections = page.split(/^### /m).slice(1);
  const { check } = testConfig();
  const documented = sections.map((section) => {
    const [, code = '', severity = ''] = /^`([a-z-]+)`\n\n(Error|Warning)\. \S/.exec(section) ?? [];
    assert.equal(severity.toLowerCase(), severityOf(code, check), section.slice(0, 40));
    assert.match(section, /^- Example: \S/m, code);
    assert.match(section, /^- Mend: \S/m, code);
    return code;
  });
  assert.deepEqual(documented.sort(), [...ALL_CODES].sort());
});
