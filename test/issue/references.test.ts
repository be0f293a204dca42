import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIssue } from '../../src/issue/parse.js';
import {
  findRepeatedUrls,
  type Publication,
  resolveReferences,
} from '../../src/issue/references.js';
import { TitleIndex } from '../../src/issue/title-index.js';
import type { Finding, Issue } from '../../src/issue/types.js';
import { nodeListsOf, visitNodes } from '../../src/issue/visit.js';
import { textOf } from './parsed.js';

const PUBLICATION = { prefix: 'LH', url: 'https://lh.example' };

function issueOf(number: number, body: string): Issue {
  const { issue } = parseIssue(`---\nnumber: ${number}\ntitle: Issue ${number}\n---\n${body}\n`);
  assert.ok(issue);
  return issue;
}

const EARLIER = issueOf(
  3,
  '## News\n\n[Why we need a *theory* of fog](https://a.example/fog): Wet.\n\n**Lamps & “Lenses”** *(Kai)*: Rings.\n\n[One](https://a.example/1) and [two](https://a.example/2): Both.',
);

function resolve(
  body: string,
  publication: Publication = PUBLICATION,
): { issue: Issue; findings: Finding[] } {
  const issue = issueOf(7, body);
  const findings = resolveReferences(issue, new TitleIndex([EARLIER, issue], [5]), publication);
  return { issue, findings };
}

function linksOf(issue: Issue): string[] {
  const links: string[] = [];
  for (const { nodes } of nodeListsOf(issue)) {
    visitNodes(nodes, (node) => {
      if (node.type === 'link') links.push(node.url);
    });
  }
  return links;
}

describe('a reference', () => {
  it('finds a title in any case and markup, and becomes a link with its issue', () => {
    const { issue, findings } = resolve('See <@why we need a theory\nof FOG@>.');
    assert.deepEqual(findings, []);
    assert.equal(textOf(issue.intro), 'See why we need a theory of FOG (LH #3).');
    assert.deepEqual(linksOf(issue), ['https://a.example/fog', 'https://lh.example/issues/3']);
  });

  it('may show other words', () => {
    const { issue } = resolve('A <@foggy_one [sic]@>(@Why we need a *theory* of fog@) at sea');
    assert.equal(textOf(issue.intro), 'A foggy_one [sic] (LH #3) at sea');
    assert.equal(
      issue.intro?.source,
      'A <@foggy_one [sic]@>(@Why we need a *theory* of fog@) at sea',
    );
  });

  it('leads to the archive when the piece has no address, and is text without an archive', () => {
    assert.equal(
      linksOf(resolve('<@lamps & "lenses"@>').issue)[0],
      'https://lh.example/issues/3#3-lamps-lenses',
    );
    const { issue } = resolve('<@Lamps & "Lenses"@>', {});
    assert.equal(textOf(issue.intro), 'Lamps & "Lenses" (#3)');
    assert.deepEqual(linksOf(issue), []);
  });

  it('finds one of several links by its own words, and pieces of the same issue', () => {
    assert.equal(linksOf(resolve('<@Two@>').issue)[0], 'https://a.example/2');
    const { issue } = resolve('<@Rain@>\n\n## News\n\n[Rain](https://a.example/rain): Wet.');
    assert.equal(textOf(issue.intro), 'Rain (LH #7)');
  });

  it('says the issue once when the author has said it', () => {
    assert.equal(textOf(resolve('<@One@> (LH #3), see').issue.intro), 'One (LH #3), see');
  });

  it('that nothing has is an error with item and line', () => {
    const { findings, issue } = resolve(
      '## News\n\n[Rain](https://a.example/rain): Wet.\n\nSee\n<@Foq@>.',
    );
    assert.deepEqual(
      findings.map(({ code, severity, line }) => [severity, code, line]),
      [['error', 'reference-unresolved', 10]],
    );
    assert.match(findings[0]?.message ?? '', /<@Foq@> in "Rain"/);
    assert.ok(JSON.stringify(issue).includes('crossReference'));
  });

  it('inside a link, code or heading does no harm', () => {
    const { issue, findings } = resolve(
      '[see <@One@>](https://a.example/x) `<@Nothing@>` [y](<https://a.example/<@One@>>)\n\n## On <@One@>\n\nx',
    );
    assert.deepEqual(findings, []);
    assert.match(textOf(issue.intro) ?? '', /^see One \(LH #3\) <@Nothing@>/);
    assert.equal(issue.sections[0]?.name, 'On One');
  });
});

describe('a mention of an issue', () => {
  it('becomes a link when that issue is known', () => {
    const { issue } = resolve(
      'Then (LH #3), (LH #3, LH #5 and LH #9) and LH #3 or (AN #3) or [(LH #3)](https://a.example)',
    );
    assert.equal(
      textOf(issue.intro),
      'Then (LH #3), (LH #3, LH #5 and LH #9) and LH #3 or (AN #3) or (LH #3)',
    );
    assert.deepEqual(linksOf(issue), [
      'https://lh.example/issues/3',
      'https://lh.example/issues/3',
      'https://lh.example/issues/5',
      'https://a.example',
    ]);
  });
});

it('an address of an earlier issue is a warning, one of a later issue is not', () => {
  const issue = issueOf(7, '## News\n\n[Fog again](http://www.a.example/fog/?utm_source=x): Wet.');
  const index = new TitleIndex([
    issue,
    EARLIER,
    issueOf(9, '## N\n\n[Fog](https://a.example/fog)'),
  ]);
  const findings = findRepeatedUrls(issue, index, PUBLICATION);
  assert.deepEqual(
    findings.map(({ code, line }) => [code, line]),
    [['duplicate-url', 7]],
  );
  assert.match(findings[0]?.message ?? '', /LH #3/);
  assert.deepEqual(findRepeatedUrls(EARLIER, index, PUBLICATION), []);
});
