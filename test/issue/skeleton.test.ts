/** The next issue in the shape of the last. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toJson } from '../../src/issue/json.js';
import { parseIssue } from '../../src/issue/parse.js';
import { skeletonOf } from '../../src/issue/skeleton.js';
import { itemsOf } from '../../src/issue/visit.js';

const issueFile = (number: number, intro: string, title: string) => `---
number: ${number}
title: ${title}
---
${intro}

## Highlights

[${title}](https://a.example) *(Ann)* (summarized by Bo): Text.

**Bo's opinion:** Good.

[More](https://b.example)

### [Talks](https://talks.example)

* [A talk](https://c.example)
* [Another](https://d.example)

## Colophon

Made by hand for {{subscriber.name}}.
`;

function skeleton(introBefore: string, intro: string): string {
  const source = issueFile(8, intro, 'Eight');
  const [earlier, last] = [issueFile(7, introBefore, 'Seven'), source].map((text) => {
    const { issue } = parseIssue(text);
    assert.ok(issue);
    return toJson(issue);
  });
  assert.ok(earlier && last);
  return skeletonOf(9, '2026-11-26', { issue: last, lines: source.split('\n') }, earlier);
}

describe('a skeleton', () => {
  it('has the sections as they were written, one placeholder each, and keeps what stands twice', () => {
    assert.equal(
      skeleton('Hello.', 'Hello.'),
      `---
number: 9
title: TK
date: 2026-11-26
---

Hello.

## Highlights

[TK](https://example.org/TK) *(TK)* (summarized by TK): TK

**TK's opinion:** TK

### [Talks](https://talks.example)

* [TK](https://example.org/TK)

## Colophon

Made by hand for {{subscriber.name}}.
`,
    );
  });

  it('leaves an introduction that was new to be written anew', () => {
    assert.match(skeleton('Hello.', 'Hello again.'), /---\n\nTK\n\n## Highlights/);
  });

  it('is an issue whose every gap lint finds', () => {
    const { issue, findings } = parseIssue(skeleton('A', 'B'));
    assert.deepEqual(issue && itemsOf(issue).map(({ title }) => title), ['TK', 'TK']);
    assert.ok(findings.filter(({ code }) => code === 'tk-marker').length >= 5);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error'),
      [],
    );
  });
});
