import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { canBeForced } from '../../src/check/severities.js';
import { issueSeven, makeFiles } from './publication.js';

it('a picture that readers would not get is an error at its place, with what to do', async () => {
  const publication = await makeFiles({
    'issues/7.md': issueSeven(
      '## News\n\n![A lamp](7/none.png)\nand ![a map](../map.png), ![one](7/map~1.png), ![two](/7/map.png)',
    ),
    'map.png': 'PNG',
    'issues/7/map~1.png': 'PNG',
    'issues/7/map.png': 'PNG',
  });
  const checked = await publication.check({ textOnly: true });
  await publication.remove();
  const findings = checked.findings.filter(({ code }) => code.startsWith('image-'));
  assert.deepEqual(
    findings.map(({ file, line, column, severity, code }) => [file, line, column, severity, code]),
    [
      ['issues/7.md', 7, 11, 'error', 'image-missing'],
      ['issues/7.md', 8, 14, 'error', 'image-missing'],
      ['issues/7.md', 8, 34, 'error', 'image-missing'],
      ['issues/7.md', 8, 55, 'error', 'image-missing'],
    ],
  );
  const messages = findings.map(({ message }) => message);
  assert.match(messages[0] ?? '', /^7\/none\.png is no image beside the issues \(issues\/7\/none/);
  assert.match(messages[1] ?? '', /leads out of issues\//);
  assert.match(messages[2] ?? '', /^issues\/7\/map~1\.png is not given out by the web: a name has/);
  assert.match(messages[3] ?? '', /leads out of issues\//);
});

it('a picture that cannot be sent is not read, by the rule or for the mail, and cannot be forced', async (t) => {
  const publication = await makeFiles({
    'issues/7.md': issueSeven('## News\n\n![A lamp](7/lamp.png)'),
    'issues/7/lamp.png': '',
  });
  t.after(publication.remove);
  // Nobody could read it at once.
  await truncate(join(publication.settings.dir, 'issues/7/lamp.png'), 3 * 2 ** 30);
  const { findings, size } = await publication.check();
  const images = findings.filter(({ code }) => code.startsWith('image-'));
  assert.deepEqual(
    images.map(({ line, severity, code }) => [line, severity, code]),
    [[7, 'error', 'image-refused']],
  );
  assert.match(images[0]?.message ?? '', /3221225472 bytes.* 5000000 .*archive\.maxImageBytes/);
  assert.ok(size, 'the mail is looked over all the same');
  assert.ok(!canBeForced('image-refused'));
});
