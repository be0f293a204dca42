import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { packageRoot } from '../../src/package-root.js';

const GOOD =
  '---\nnumber: 7\ntitle: Fog\ndate: 2026-03-01\n---\nDear {{subscriber.name}}.\n\n## News\n\n[Fog](https://a.example/1) *(Kai and Li)* (summarized by Ada) (H/T Bo): Wet.\n\n**Ada’s opinion:** Very.\n\n* [Rain]()\n';
const BROKEN =
  '---\nnumber: 8\ntitle: Rain\n---\n## News\n\n[Rain](https://a.example/2)\n\n**Ada’s opinion:** Wet.\n';

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

describe('pressrun show', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pressrun-show-'));
    await writeFile(join(dir, 'good.md'), GOOD);
    await writeFile(join(dir, 'broken.md'), BROKEN);
    await writeFile(join(dir, 'nothing.md'), 'No metadata.\n');
  });
  after(() => rm(dir, { recursive: true }));

  function show(...args: string[]): Promise<Run> {
    const main = join(packageRoot(), 'src/cli/main.ts');
    const loader = import.meta.resolve('tsx');
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', loader, main, '--dir', dir, 'show', ...args],
        (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
        },
      );
    });
  }

  it('prints the tree, without a publication around the file, and warnings with file and line', async () => {
    const { code, stdout, stderr } = await show('good.md');
    assert.equal(code, 0);
    assert.match(stdout, /^#7 Fog\n2026-03-01 · 1 section · 1 item · 1 opinion\n/);
    assert.match(stdout, /Dear \{\{subscriber\.name\}\}\./);
    assert.match(
      stdout,
      /## News\n {2}\* Fog {2}\(line 10\)\n {6}by Kai, Li · summarized by Ada · H\/T Bo\n {6}summary: 1 word · Ada's opinion: /,
    );
    assert.equal(stderr, '');
  });

  it('prints one JSON document', async () => {
    const { code, stdout } = await show('good.md', '--json');
    assert.equal(code, 0);
    const { number, sections, findings } = JSON.parse(stdout);
    assert.deepEqual([number, sections[0].blocks[0].title, findings], [7, 'Fog', []]);
  });

  it('shows what could be parsed of an issue with errors, and fails', async () => {
    const { code, stdout, stderr } = await show('broken.md');
    assert.equal(code, 1);
    assert.match(stdout, /\* Rain/);
    assert.match(stderr, /^broken\.md:9: error: opinion without a summary: "Rain"$/m);
    const json = await show('broken.md', '--json');
    const { error, sections } = JSON.parse(json.stdout);
    assert.equal(json.code, 1);
    assert.deepEqual([error.code, error.line, sections.length], ['issue_invalid', 9, 1]);
  });

  it('fails with a message when there is nothing to show', async () => {
    const { code, stderr } = await show('nothing.md');
    assert.equal(code, 1);
    assert.match(stderr, /nothing\.md:1: the issue has no number/);
    const json = await show('7', '--json');
    assert.equal(json.code, 1);
    assert.equal(JSON.parse(json.stdout).error.code, 'issue_missing');
  });
});
