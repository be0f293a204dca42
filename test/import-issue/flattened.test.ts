/** Our own issue, flattened in every way that archives do, comes back as it was. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { importIssue } from '../../src/import-issue/import-issue.js';
import { parseIssue } from '../../src/issue/parse.js';
import type { Issue } from '../../src/issue/types.js';
import { itemsOf } from '../../src/issue/visit.js';
import { flattenings, WAYS } from './flatten.js';
import { outlineOf } from './outline.js';

const SOURCE = `---
number: 77
title: Clocks that agree
---
Every week we read about slow machines. An [archive](https://slow.example/issues) has all of it.

## Highlights

[Drifting clocks in cold rooms](https://clocks.example/drift) *(Ida Berg and Tom Holm)* (summarized by Ada): Quartz slows down when it freezes. Does it matter? The authors measured for two winters (see SSW #12) and found a drift of 3 s a day.

They propose a heated shelf.

**Ada's opinion:** I would have insulated the room. Still, a careful study.

## Machines

### Repair

[Who mends the menders? A survey of workshops](https://mend.example/survey) *(Jo Lind et al)* (summarized by Ben) (H/T Cy Young): A survey of 40 workshops. Most keep no records.

**Read more:** [The first survey](https://mend.example/first)

**Ben's opinion:** The number that stays with me is nine: so many tools were made on site.

[Oil, old and new](https://oil.example/) *(Kai Moe)* (summarized by Ada): Old oil is not always bad oil.

### Measurement

[What a ruler knows](https://ruler.example/) *(Lea Sand, Max Holt et al)* (summarized by Ben): Rulers lie by a little, and always in one direction.

**Prerequisites:** [Errors and their signs](https://ruler.example/signs)

**Ada's opinion:** A short paper with a long shadow.

**Ben's opinion:** I agree with Ada.

## News

[Workshop on patience](https://patience.example/) (summarized by Ada): It takes place in October, or later.
`;

/** An earlier issue had the same sections: on one line nothing else tells where a heading ends. */
const optionsFor = (issue: Issue | undefined) => ({
  nextNumber: 1,
  sections: issue?.sections ?? [],
});

describe('a flattened issue', () => {
  let issue: Issue | undefined;
  let flattened: Map<string, string>;

  before(async () => {
    issue = parseIssue(SOURCE).issue;
    assert.ok(issue);
    flattened = await flattenings(issue);
  });

  for (const way of WAYS) {
    it(`comes back whole: ${way}`, async () => {
      const imported = await importIssue(Buffer.from(flattened.get(way) ?? ''), optionsFor(issue));
      assert.deepEqual(outlineOf(imported.issue), outlineOf(issue));
      assert.deepEqual(imported.lostWords, []);
      assert.equal(imported.issue?.number, 77);
      const errors = imported.findings.filter(({ severity }) => severity === 'error');
      assert.deepEqual(errors, []);
    });
  }

  it('has its addresses again where the text still had them', async () => {
    for (const way of ['the text part', 'one line, links in [brackets]', 'the HTML', 'a mail']) {
      const imported = await importIssue(Buffer.from(flattened.get(way) ?? ''), optionsFor(issue));
      const urls = imported.issue && itemsOf(imported.issue).map(({ urls: [url] }) => url);
      assert.deepEqual(urls, issue && itemsOf(issue).map(({ urls: [url] }) => url), way);
    }
  });
});
