import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { highlightsOf, whyWhole } from '../../src/issue/editions.js';
import type { Issue } from '../../src/issue/types.js';
import { itemsOf } from '../../src/issue/visit.js';
import { fc } from '../support/fast-check.js';
import { parseBody } from './parsed.js';

const outlineOf = (issue: Issue | undefined): string[] | undefined =>
  issue?.sections.flatMap(({ level, name, blocks }) => [
    `${'#'.repeat(level)} ${name}`,
    ...blocks.map((block) => (block.kind === 'item' ? block.title : block.source)),
  ]);

describe('the edition of the highlights', () => {
  it('has the highlights, what is written between them, and the headings above', () => {
    const { issue } = parseBody(
      'Hello.\n\n# Sea\n\nAbout the sea.\n\n## Highlights\n\nTwo of them.\n\n[Fog](https://a.example/1): Wet.\n\n### Sound\n\n[Horn](https://a.example/2): Loud.\n\n## Waves\n\n[Tide](https://a.example/3): High.\n\n# Land\n\n### Rain\n\n* [Drops](https://a.example/4)\n',
    );
    const highlights = highlightsOf(issue);
    assert.deepEqual(outlineOf(highlights), [
      ...['# Sea', '## Highlights', 'Two of them.', 'Fog', '### Sound', 'Horn'],
    ]);
    assert.equal(highlights?.intro, issue.intro);
    assert.equal(whyWhole(issue), undefined);
  });

  it('keeps the heading above a subsection of highlights, though nothing stands right below it', () => {
    const { issue } = parseBody(
      '## Highlights\n\n### Sea\n\n[Fog](https://a.example/1): Wet.\n\n## News\n\n[Tide](https://a.example/3): High.\n',
    );
    assert.deepEqual(outlineOf(highlightsOf(issue)), ['## Highlights', '### Sea', 'Fog']);
  });

  it('is none of its own where nothing is a highlight, or everything', () => {
    const nothing = parseBody('## News\n\n[Fog](https://a.example/1): Wet.\n').issue;
    assert.equal(highlightsOf(nothing), undefined);
    assert.match(whyWhole(nothing) ?? '', /nothing in it/);
    const everything = parseBody('## Highlights\n\n[Fog](https://a.example/1): Wet.\n').issue;
    assert.equal(highlightsOf(everything), undefined);
    assert.match(whyWhole(everything) ?? '', /everything in it/);
  });

  it('has exactly the highlights of any issue, in their order, and no heading without a reason', () => {
    const heading = fc.constantFrom('#', '##', '###');
    const name = fc.constantFrom('Highlights', 'News', 'Sea', 'Land');
    const blocks = fc.array(fc.boolean(), { maxLength: 3 });
    const section = fc.record({ heading, name, blocks });
    fc.assert(
      fc.property(fc.array(section, { maxLength: 8 }), (sections) => {
        let count = 0;
        const body = sections.map(({ heading: marks, name: said, blocks: items }) => {
          const texts = items.map((isItem) => {
            count += 1;
            return isItem
              ? `[Piece ${count}](https://a.example/${count}): Said.`
              : `Free ${count}.`;
          });
          return [`${marks} ${said}`, ...texts].join('\n\n');
        });
        const { issue, items } = parseBody(`${body.join('\n\n')}\n`);
        const marked = items.filter(({ highlight }) => highlight).map(({ id }) => id);
        const highlights = highlightsOf(issue);
        const kept = highlights ? itemsOf(highlights).map(({ id }) => id) : marked;
        assert.deepEqual(kept, marked);
        for (const [at, { level, blocks: left }] of (highlights?.sections ?? []).entries()) {
          const below = highlights?.sections[at + 1]?.level ?? 0;
          assert.ok(left.length > 0 || below > level, 'a heading with nothing below it');
        }
      }),
    );
  });
});
