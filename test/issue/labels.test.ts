import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseBody, parseItem, textOf } from './parsed.js';

const HEAD = '[Fog](https://a.example/1) *(Kai)* (summarized by Ada): Horns.';

describe('a label', () => {
  it('opens a part that lasts to the next label, in any order', () => {
    const item = parseItem(
      `${HEAD}\n\n**Ada's opinion:** Loud.\n\nVery.\n\n**Read more:** [Rain](https://a.example/2)\n\n**Bo’s opinion:** Quiet.\n\n* And wet.\n\n**Prerequisites:** Ears.`,
    );
    assert.deepEqual(
      item.opinions.map(({ by, text }) => [by, textOf(text)]),
      [
        ['Ada', 'Loud.\n\nVery.'],
        ['Bo', 'Quiet.\n\nAnd wet.'],
      ],
    );
    assert.equal(item.readMore?.source, '[Rain](https://a.example/2)');
    assert.equal(textOf(item.prerequisites), 'Ears.');
    assert.equal(textOf(item.summary), 'Horns.');
  });

  it('is read with the colon outside, without a blank line before or a blank behind', () => {
    const item = parseItem(
      `${HEAD}\n1. One.\n2. Two.\n**Ada's opinion**: Loud.\n**Nicholas' opinion:**Quiet.\n__Prerequisities:__ Ears.`,
    );
    assert.deepEqual(
      item.opinions.map(({ by }) => by),
      ['Ada', 'Nicholas'],
    );
    assert.equal(textOf(item.opinions[1]?.text), 'Quiet.');
    assert.equal(textOf(item.prerequisites), 'Ears.');
    assert.match(item.summary?.source ?? '', /^Horns\.\n1\. One\.\n2\. Two\.$/);
  });

  it('"My opinion" is that of the summarizer, or of the second name', () => {
    assert.equal(parseItem(`${HEAD}\n\n**My opinion:** Loud.`).opinions[0]?.by, 'Ada');
    const both = parseItem(
      '[Fog](https://a.example/1) (summarized by Ada/Bo): Horns.\n\n**My opinion:** Loud.',
    );
    assert.deepEqual([both.summarizer, both.opinions[0]?.by], ['Ada', 'Bo']);
    const nobody = parseItem('[Fog](https://a.example/1): Horns.\n\n**My opinion:** Loud.');
    assert.equal(nobody.opinions[0]?.by, undefined);
  });

  it('keeps a link paragraph right behind it', () => {
    const { items } = parseBody(
      `## News\n\n${HEAD}\n\n**Read more:**\n\n[Rain](https://a.example/2) *(Kai)*\n\n[Hail](https://a.example/3)\n`,
    );
    assert.deepEqual(
      items.map(({ title }) => title),
      ['Fog', 'Hail'],
    );
    assert.equal(textOf(items[0]?.readMore), 'Rain (Kai)');
  });

  it('given twice is one text', () => {
    const item = parseItem(
      `${HEAD}\n\n**Read more:** One\n\n**Ada's opinion:** Loud.\n\n**Read more:** Two`,
    );
    assert.equal(item.readMore?.source, 'One\n\nTwo');
  });

  it('in code or within a sentence is none', () => {
    const item = parseItem(
      `${HEAD}\n\nWrite **Ada's opinion:** to add one.\n\n\`\`\`\n**Ada's opinion:** x\n\`\`\``,
    );
    assert.equal(item.opinions.length, 0);
  });

  it('for an opinion needs a summary', () => {
    const item = parseBody(
      '## News\n\n[Fog](https://a.example/1) *(Kai)*\n\n**Ada’s opinion:** Loud.\n',
    );
    assert.deepEqual(item.rules, ['error 9 opinion-without-summary']);
    assert.match(item.findings[0]?.message ?? '', /Fog/);
    const free = parseBody('## News\n\nSome text.\n\n**Ada’s opinion:** Loud.\n');
    assert.deepEqual(free.rules, ['error 9 opinion-without-summary']);
  });

  it('without text is reported', () => {
    assert.deepEqual(parseBody(`## News\n\n${HEAD}\n\n**Read more:**\n`).rules, [
      'warning 9 empty-label',
    ]);
  });
});
