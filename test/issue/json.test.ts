import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toJson } from '../../src/issue/json.js';
import { parseBody } from './parsed.js';

describe('the JSON of an issue', () => {
  const { issue } = parseBody(
    'Dear {{subscriber.name}}.\n\n## [News](https://a.example)\n\nFree.\n\n[Fog](https://a.example/1) *(Kai)* (summarized by Ada): *Wet*, {{subscriber.name}}.\n\n**Bo’s opinion:** Yes.\n',
  );
  const json = toJson(issue);
  const [free, item] = json.sections[0]?.blocks ?? [];

  it('names the kind of each block, and has Markdown as source and text', () => {
    assert.deepEqual([free?.kind, item?.kind], ['markdown', 'item']);
    assert.ok(item?.kind === 'item');
    assert.equal(item.url, 'https://a.example/1');
    assert.deepEqual(item.summary, {
      source: '*Wet*, {{subscriber.name}}.',
      text: 'Wet, {{subscriber.name}}.',
      position: { line: 11, endLine: 11 },
    });
    assert.deepEqual(item.opinions, [
      { by: 'Bo', source: 'Yes.', text: 'Yes.', position: { line: 13, endLine: 13 } },
    ]);
    assert.deepEqual([item.readMore, item.venue, item.hatTip], [null, null, null]);
  });

  it('has the author’s expressions and no markers', () => {
    assert.equal(json.intro?.text, 'Dear {{subscriber.name}}.');
    assert.doesNotMatch(JSON.stringify(json), /SLOT/);
    assert.deepEqual(
      json.expressions.map(({ line }) => line),
      [5, 11],
    );
  });

  it('has the links of headings', () => {
    assert.deepEqual(json.sections[0]?.links, [{ text: 'News', url: 'https://a.example' }]);
  });
});
