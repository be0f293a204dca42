import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readIssueFolder, watchIssueHeads } from '../../src/issue/issue-folder.js';

const WRITTEN = 1_790_000_000;

describe('a folder of issues', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pressrun-issues-'));
    await writeFile(join(folder, 'README.md'), 'How we write.\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** As editors save: a new file takes the place of the old one. */
  async function save(name: string, text: string): Promise<void> {
    const draft = join(folder, `${name}.new`);
    await writeFile(draft, text);
    await utimes(draft, WRITTEN, WRITTEN);
    await rename(draft, join(folder, name));
  }

  it('tells number, title and date of its issues, and what changed even within one tick', async () => {
    const heads = watchIssueHeads(folder);
    await save('5.md', 'number: 5\ntitle: One\ndate: 2026-03-04\n\nText.\n');
    const [first, ...others] = await heads();
    assert.deepEqual([first?.number, first?.title, first?.date], [5, 'One', '2026-03-04']);
    assert.deepEqual(others, []);
    assert.equal((await heads())[0]?.version, first?.version);
    await save('5.md', 'number: 5\ntitle: Two\ndate: 2026-03-04\n\nText.\n');
    const [second] = await heads();
    assert.equal(second?.title, 'Two');
    assert.notEqual(second?.version, first?.version);
  });

  it('is read without a file that went away while it was listed', async (t) => {
    // As one that is removed in between: it is listed, and there is nothing to read.
    const gone = join(folder, '6.md');
    await symlink(join(folder, 'nothing'), gone);
    t.after(() => rm(gone));
    assert.deepEqual(
      (await readIssueFolder(folder)).map(({ number }) => number),
      [5, undefined],
    );
    assert.equal((await watchIssueHeads(folder)()).length, 1);
  });
});
