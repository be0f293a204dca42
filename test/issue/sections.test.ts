import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outline, parseBody, textOf } from './parsed.js';

describe('headings', () => {
  it('are sections, with the way to an item as its category', () => {
    const { issue, items } = parseBody(
      '# Sea\n\n## Highlights\n\n[Fog](https://a.example/1): Wet.\n\n### Sound\n\n[Horn](https://a.example/2): Loud.\n\n# Land\n\n### Rain\n\n* [Drops](https://a.example/3)\n',
    );
    assert.deepEqual(
      issue.sections.map(({ level, name }) => `${level} ${name}`),
      ['1 Sea', '2 Highlights', '3 Sound', '1 Land', '3 Rain'],
    );
    assert.deepEqual(
      items.map(({ category, highlight }) => [category.join('/'), highlight]),
      [
        ['Sea/Highlights', true],
        ['Sea/Highlights/Sound', true],
        ['Land/Rain', false],
      ],
    );
  });

  it('that repeat the title are dropped, and the intro goes on', () => {
    const { issue } = parseBody('Hello.\n\n# lighthouses\n\nGood morning.\n\n## News\n\nFog.\n');
    assert.equal(textOf(issue.intro), 'Hello.\n\nGood morning.');
    assert.deepEqual(
      issue.sections.map(({ name }) => name),
      ['News'],
    );
  });

  it('with nothing below them are left out with a warning', () => {
    const { issue, rules } = parseBody(
      '## Empty\n\n## Sea\n\n### Fog\n\nWet.\n\n### Rain\n\n<!-- soon -->\n',
    );
    assert.deepEqual(
      issue.sections.map(({ name }) => name),
      ['Sea', 'Fog'],
    );
    assert.deepEqual(rules, ['warning 5 empty-section', 'warning 13 empty-section']);
  });

  it('keep their links', () => {
    const { issue } = parseBody('## [Fog](https://a.example/1) & horns\n\nWet.\n');
    assert.equal(issue.sections[0]?.name, 'Fog & horns');
    assert.equal(issue.sections[0]?.heading[0]?.type, 'link');
  });

  it('have anchors that are unique, in any script', () => {
    const { issue, items } = parseBody(
      '## 灯台\n\n[Fog](https://a.example/1)\n\n[Fog](https://a.example/2)\n\n## Été\n\n[???](https://a.example/3)\n\n## Été\n\nx\n\n## !\n\nx\n',
    );
    assert.deepEqual(
      issue.sections.map(({ id }) => id),
      ['灯台', 'été', 'été-2', 'section'],
    );
    assert.deepEqual(
      items.map(({ id }) => id),
      ['7-fog', '7-fog-2', '7-item'],
    );
  });

  it('inside the text of one item stay there, with a warning', () => {
    const { items, issue, rules } = parseBody(
      '## Sea\n\n[Fog](https://a.example/1) *(Kai)*: Wet.\n\n## How wet\n\nVery.\n\n### Really\n\nYes.\n\n**Ada’s opinion:** Wet.\n\n[Rain](https://a.example/2): Also.\n',
    );
    assert.deepEqual(
      issue.sections.map(({ name }) => name),
      ['Sea'],
    );
    assert.match(textOf(items[0]?.summary) ?? '', /How wet\n\nVery\.\n\nReally\n\nYes\./);
    assert.equal(items[0]?.opinions.length, 1);
    assert.deepEqual(items[1]?.category, ['Sea']);
    assert.deepEqual(rules, ['warning 9 heading-in-item', 'warning 13 heading-in-item']);
  });

  it('with an opinion right below them are an error, for what is it about', () => {
    const { rules } = parseBody(
      '## Sea\n\n[Fog](https://a.example/1): Wet.\n\n## Land\n\n**Ada’s opinion:** Dry.\n',
    );
    assert.deepEqual(rules, ['error 11 opinion-without-summary']);
  });
});

describe('what comes before the first heading', () => {
  it('has no headings inside it', () => {
    const { issue } = parseBody(
      '[Fog](https://a.example/1) *(Kai)*: Wet.\n\n## News\n\nText.\n\n**Ada’s opinion:** Dry.\n',
    );
    assert.deepEqual(
      issue.sections.map(({ name }) => name),
      ['News'],
    );
  });

  it('is the intro, links and lists included', () => {
    const { issue, items, rules } = parseBody(
      '[Fog](https://a.example/1)\n\n* [Rain](https://a.example/2)\n\n## News\n\nx\n',
    );
    assert.equal(items.length, 0);
    assert.equal(textOf(issue.intro), 'Fog\n\nRain');
    assert.deepEqual(rules, []);
  });

  it('is reported when it looks like an item', () => {
    const { rules } = parseBody('[Fog](https://a.example/1) *(Kai)*: Wet.\n');
    assert.deepEqual(rules, ['warning 5 item-in-intro']);
  });
});

it('free Markdown between items keeps its place', () => {
  const { issue } = parseBody(
    '## News\n\nBefore.\n\n* [Fog](https://a.example/1)\n* None.\n* [Rain](https://a.example/2)\n\nAfter.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
  );
  assert.deepEqual(outline(issue), [
    '<Before.>',
    'Fog',
    '<None.>',
    'Rain',
    '<After.\n\na\tb\n1\t2>',
  ]);
});
