/** What is frozen of an issue: one message, or one for each edition, under one hash. */
import assert from 'node:assert/strict';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { freezeIssue } from '../../src/delivery/freeze.js';
import { contentHashOf, messageOf } from '../../src/delivery/send-record.js';
import type { AppError } from '../../src/errors.js';
import { parseIssue } from '../../src/issue/parse.js';
import { testConfig } from '../support/config.js';

const ISSUE = `---
number: 7
title: Seven
---
## Highlights

[One](https://one.example): Text.

## News

[Two](https://two.example): Text.
`;

describe('freezing', () => {
  const config = testConfig();
  after(() => rm(config.dir, { recursive: true, force: true }));

  const freeze = (text: string, editions: Partial<typeof config.publication.editions> = {}) => {
    const { issue } = parseIssue(text);
    assert.ok(issue);
    const publication = {
      ...config.publication,
      editions: { ...config.publication.editions, ...editions },
    };
    const loaded = { issue, file: 'issues/7.md' };
    return freezeIssue({ ...config, publication }, loaded, { today: new Date(0), revision: 1 });
  };

  it('keeps both editions, with a note behind the subject of the highlights if there is one', async () => {
    const frozen = await freeze(ISSUE, { subjectNote: '(highlights)' });
    const { highlights, message } = frozen;
    assert.ok(highlights);
    assert.equal(highlights.subject.join(''), `${message.subject.join('')} (highlights)`);
    assert.ok(JSON.stringify(message.body).includes('two.example'));
    assert.ok(!JSON.stringify(highlights.body).includes('two.example'));
    assert.equal(messageOf(frozen, 'highlights'), highlights);
    const { highlights: plain } = await freeze(ISSUE);
    assert.deepEqual(plain?.subject, message.subject);
  });

  it('has a hash that changes with either edition', async () => {
    const hashes = await Promise.all([
      freeze(ISSUE),
      freeze(ISSUE.replace('Two', 'Three')),
      freeze(ISSUE, { subjectNote: '(highlights)' }),
    ]).then((all) => all.map(contentHashOf));
    assert.equal(new Set(hashes).size, hashes.length);
    assert.equal(contentHashOf(await freeze(ISSUE)), hashes[0]);
  });

  it('has one message, under its own hash, where there are no highlights or nobody is to choose', async () => {
    const frozen = [
      await freeze(ISSUE.replace('Highlights', 'Notes')),
      await freeze(ISSUE, { highlights: false }),
    ];
    for (const one of frozen) {
      assert.equal(one.highlights, undefined);
      assert.equal(contentHashOf(one), one.message.contentHash);
      assert.equal(messageOf(one, 'highlights'), one.message);
    }
  });

  it('refuses a picture that is too large to be sent, without reading it', async () => {
    const picture = join(config.dir, 'issues', 'tower.png');
    await mkdir(join(config.dir, 'issues'), { recursive: true });
    await writeFile(picture, '');
    // Nobody could read it at once.
    await truncate(picture, 3 * 2 ** 30);
    const issue = `${ISSUE}\n![The tower](tower.png)\n`;
    await assert.rejects(freeze(issue), (error: AppError) => {
      assert.equal(error.code, 'issue_invalid');
      assert.deepEqual([error.file, error.line], ['issues/7.md', 13]);
      assert.match(error.message, /^tower\.png has 3221225472 bytes, .*5000000 .*maxImageBytes/);
      return true;
    });
    await truncate(picture, config.archive.maxImageBytes);
    assert.match(JSON.stringify((await freeze(issue)).message.body), /tower\.png\?/);
  });
});
