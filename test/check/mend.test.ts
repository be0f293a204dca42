import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { applyMends, mendIssue } from '../../src/check/mend.js';
import { issueSeven, lines, makeFiles } from './publication.js';

const SECTION = '## News\r\n\r\n';
const BROKEN = issueSeven(
  `${SECTION}##Glass\r\n\r\nSee [one](http://arxiv.org/abs/1?fbclid=x&page=2#top), [again](http://arxiv.org/abs/1?fbclid=x&page=2#top)\r\nand [two](http://arxiv.org/abs/1) and [three](<https://a.example/the fog>).`,
);
const MENDED = issueSeven(
  `${SECTION}## Glass\r\n\r\nSee [one](https://arxiv.org/abs/1?page=2#top), [again](https://arxiv.org/abs/1?page=2#top)\r\nand [two](https://arxiv.org/abs/1) and [three](<https://a.example/the%20fog>).`,
);

describe('--fix', () => {
  it('mends what needs no decision, keeps every other byte, and has nothing to do the second time', async () => {
    const publication = await makeFiles({ 'issues/7.md': BROKEN });
    const { settings } = publication;
    const mended = await mendIssue(settings, 'issues/7.md');
    assert.equal(await readFile(join(settings.dir, 'issues/7.md'), 'utf8'), MENDED);
    assert.deepEqual([...new Set(mended.map(({ code }) => code))].sort(), [
      'heading-without-space',
      'link-insecure',
      'link-tracking',
      'link-whitespace',
    ]);
    assert.deepEqual(await mendIssue(settings, 'issues/7.md'), []);
    assert.deepEqual(
      (await publication.check({ textOnly: true })).findings.filter(({ fixable }) => fixable),
      [],
    );
    await publication.remove();
  });

  it('changes nothing that a publication has turned off', async () => {
    const files = { 'issues/7.md': issueSeven('## News\n\nSee [one](http://arxiv.org/abs/1).') };
    const publication = await makeFiles(files, { rules: { 'link-insecure': 'off' } });
    assert.deepEqual(await mendIssue(publication.settings, 'issues/7.md'), []);
    await publication.remove();
  });

  it('never changes a word', () => {
    const mend = { code: 'x', line: 1, start: 0, end: 3, before: 'Fog', after: 'Rain' };
    assert.deepEqual(applyMends('Fog and rain', [mend]), { text: 'Fog and rain', applied: [] });
    const stale = { ...mend, before: 'Mud', after: '# Mud' };
    assert.equal(applyMends('Fog and rain', [stale]).text, 'Fog and rain');
  });
});

describe('severities', () => {
  it('are what pressrun.yaml says, and a rule that is off says nothing', async () => {
    const files = {
      'issues/7.md': issueSeven('## News\n\nIn TK, see [here](https://a.example/).'),
    };
    const publication = await makeFiles(files, {
      rules: { 'tk-marker': 'error', 'link-text-vague': 'off' },
    });
    const checked = await publication.check({ textOnly: true });
    assert.deepEqual(lines(checked), ['3 preheader-missing', '7 tk-marker']);
    assert.equal(checked.findings[1]?.severity, 'error');
    await publication.remove();
  });
});

describe('places', () => {
  it('are those of the address itself, also some lines below the start of its link', async () => {
    const body =
      '## News\n\nSee é [a link\nwhose text is\nlong](http://arxiv.org/abs/12 "x") and [one](http://arxiv.org/abs/1).';
    const publication = await makeFiles({ 'issues/7.md': issueSeven(body) });
    const checked = await publication.check({ textOnly: true });
    assert.deepEqual(
      lines(checked).filter((line) => line.includes('insecure')),
      ['9:7 link-insecure', '9:46 link-insecure'],
    );
    await publication.remove();
  });
});
