import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makePublication, type TestPublication } from '../support/publication.js';

const issue = (number: number, body: string) =>
  `---\nnumber: ${number}\ntitle: Number ${number}\n---\n## News\n\n[The lamp](https://a.example/${number}): Lit.\n\n${body}\n`;

describe('pressrun check', () => {
  let publication: TestPublication;

  before(async () => {
    publication = await makePublication({ smtpUrl: 'smtp://127.0.0.1:9' });
    await publication.write('issues/1.md', issue(1, 'As in <@Nowhere@>.'));
    await publication.write('issues/2.md', issue(2, 'See [one](http://arxiv.org/abs/1).'));
    await publication.write('issues/README.md', 'How we work.\n');
  });

  after(() => publication.remove());

  it('checks the newest issue, and passes with warnings', async () => {
    const { code, stdout } = await publication.run('check');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^issues\/2\.md:9:11: warning link-insecure: .* \(--fix\)$/m);
    assert.match(stdout, /^issues\/2\.md: 1 warning; [\d,]+ bytes of HTML \(\d+ % of 100,000\)/m);
    assert.doesNotMatch(stdout, /issues\/1\.md/);
  });

  it('fails with warnings under --strict', async () => {
    assert.equal((await publication.run('check', '2', '--strict')).code, 1);
  });

  it('checks every issue under --all, and fails with an error', async () => {
    const run = await publication.run('check', '--all', '--json');
    assert.equal(run.code, 1, run.stderr);
    const { ok, errors, warnings, issues } = run.json();
    assert.deepEqual([ok, errors, warnings], [false, 1, 1]);
    assert.deepEqual(
      issues.map(({ number, errors: count }: { number: number; errors: number }) => [
        number,
        count,
      ]),
      [
        [1, 1],
        [2, 0],
      ],
    );
    const { message, ...finding } = issues[1].findings[0];
    assert.deepEqual(finding, {
      code: 'link-insecure',
      severity: 'warning',
      file: 'issues/2.md',
      line: 9,
      column: 11,
      fixable: true,
    });
    assert.match(message, /arxiv\.org answers on https:/);
    assert.ok(issues[1].htmlBytes.longest > 1_000);
    assert.equal(issues[1].htmlBytes.highlights, undefined);
  });

  it('refuses a wrong command line with 2', async () => {
    assert.equal((await publication.run('check', '1', '--all')).code, 2);
    assert.equal((await publication.run('check', '--fox')).code, 2);
    assert.equal((await publication.run('check', '99')).code, 1);
  });

  it('never asks this machine with --links', async () => {
    const text = '---\nnumber: 3\ntitle: Three\n---\nSee [it](http://localhost:1/).\n';
    await publication.write('issues/3.md', text);
    const run = await publication.run('check', '3', '--links', '--json');
    const { links } = run.json().issues[0];
    const local = links.find(({ url }: { url: string }) => url === 'http://localhost:1/');
    assert.equal(local.kind, 'refused');
  });

  it('mends the file under --fix and says how', async () => {
    const { code, stdout } = await publication.run('check', '2', '--fix');
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /^issues\/2\.md:9: fixed link-insecure: http:\/\/arxiv\.org\/abs\/1 → https:\/\/arxiv\.org\/abs\/1$/m,
    );
    assert.match(stdout, /^issues\/2\.md: nothing to say/m);
    const text = await readFile(join(publication.dir, 'issues/2.md'), 'utf8');
    assert.equal(text, issue(2, 'See [one](https://arxiv.org/abs/1).'));
  });
});
