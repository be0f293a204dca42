import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outline, parseBody, parseItem, textOf } from './parsed.js';

describe('an item', () => {
  it('has title, address, authors, summarizer, tip and summary in its first line', () => {
    const item = parseItem(
      '[Lamps and Lenses](https://a.example/1) *(Augustin Fresnel and Léonor Fresnel)* (summarized by Ada) (H/T Grace Darling): A ring of prisms.',
    );
    assert.equal(item.title, 'Lamps and Lenses');
    assert.deepEqual(item.urls, ['https://a.example/1']);
    assert.deepEqual(item.authors, ['Augustin Fresnel', 'Léonor Fresnel']);
    assert.equal(item.summarizer, 'Ada');
    assert.equal(item.hatTip, 'Grace Darling');
    assert.equal(textOf(item.summary), 'A ring of prisms.');
    assert.equal(item.summary?.source, 'A ring of prisms.');
    assert.equal(item.separator, ': ');
  });

  it('takes its metadata in any order, with NBSPs and in other spellings', () => {
    const item = parseItem(
      '[Fog](https://a.example/2) (h/t\u00a0Ida Lewis) _(Kai)_ (Optics Letters 1999) (Summarised\u00a0by Ada): Horns.',
    );
    assert.deepEqual([item.hatTip, item.summarizer], ['Ida Lewis', 'Ada']);
    assert.deepEqual([item.authors, item.venue, item.year], [['Kai'], 'Optics Letters', 1999]);
  });

  it('keeps brackets it does not know as part of the summary', () => {
    const item = parseItem('[Fog](https://a.example/2) *(Kai)* (in two parts): Horns.');
    assert.equal(textOf(item.summary), '(in two parts): Horns.');
    assert.equal(item.separator, ' ');
  });

  it('may be a link alone, with authors or without', () => {
    assert.deepEqual(parseItem('[Fog](https://a.example/2) *(Kai)*').authors, ['Kai']);
    assert.equal(parseItem('[Fog](https://a.example/2)').summary, undefined);
    assert.equal(textOf(parseItem('[Fog](https://a.example/2): Horns.').summary), 'Horns.');
  });

  it('may have several links', () => {
    const item = parseItem(
      '[One](https://a.example/1), [two](https://a.example/2), and [three](https://a.example/3) *(Kai)*: All on fog.',
    );
    assert.equal(item.title, 'One, two, and three');
    assert.equal(item.urls.length, 3);
    assert.deepEqual(item.links[1], { text: 'two', url: 'https://a.example/2' });
  });

  it('has a bold title when the piece has no address', () => {
    const item = parseItem('**The Keeper’s Log** *(Ida Lewis)* (summarized by Ada): Forty years.');
    assert.deepEqual([item.title, item.urls], ['The Keeper’s Log', []]);
    const { items } = parseBody('## News\n\n**A book**\n\n[Fog](https://a.example/2): Horns.\n');
    assert.deepEqual(
      items.map(({ title }) => title),
      ['A book', 'Fog'],
    );
  });

  it('may have its link in bold or italics', () => {
    assert.equal(parseItem('**[Fog](https://a.example/2)** *(Kai)*: Horns.').title, 'Fog');
    assert.equal(parseItem('* *[Fog](https://a.example/2)*').title, 'Fog');
  });

  it('splits the longest list of authors and keeps suffixes with their names', () => {
    const names = Array.from({ length: 114 }, (_, i) => `Author ${i}`);
    const item = parseItem(`[Fog](https://a.example/2) *(${names.join(', ')})*`);
    assert.deepEqual(item.authors, names);
    const family = parseItem('[Fog](https://a.example/2) *(Kai Holm, Jr., Bo Li, and Ann et al)*');
    assert.deepEqual(family.authors, ['Kai Holm, Jr.', 'Bo Li', 'Ann', 'et al']);
  });

  it('survives titles full of brackets and very long addresses', () => {
    const url = `https://a.example/${'x'.repeat(331)}`;
    assert.deepEqual(parseItem(`[Lamps [and] (lenses)](${url}): Rings.`).urls, [url]);
    const titles = ['On [0, 1) and rings', 'Rings] on', 'A [half', 'The [last [of] them]'];
    for (const title of titles) {
      assert.equal(parseItem(`[${title}](https://a.example/1) *(Kai)*: Rings.`).title, title);
      assert.equal(parseItem(`* [pdf] [${title}](https://a.example/1)`).title, title);
    }
  });

  it('survives addresses with blanks, and with brackets that have no partner', () => {
    for (const url of [
      'https://a.example/a b.pdf',
      'https://a.example/fog_(sea',
      'https://a.example/a_(b)',
    ]) {
      assert.deepEqual(parseItem(`[Fog](${url}) *(Kai)*: Wet.`).urls, [url]);
      assert.deepEqual(parseItem(`* [pdf] [Fog](${url})`).urls, [url]);
    }
    assert.deepEqual(parseItem('[Fog](https://a.example/a "A title") *(Kai)*: Wet.').urls, [
      'https://a.example/a',
    ]);
  });

  it('is not a paragraph that goes on after its link', () => {
    const { issue, items } = parseBody(
      [
        '## News',
        '[This page](https://a.example/1) has moved.',
        '[Earlier](https://a.example/2) (AN #3) we saw: nothing.',
        '**On fog:** it is wet.',
        '**Fog** is wet.',
        '**Summary**:',
        'https://a.example/3',
        '[Ed.: see [this](https://a.example/4)]',
        '[Mail us](mailto:us@a.example)',
        '[![Badge](https://a.example/b.png)](https://a.example/5)',
      ].join('\n\n'),
    );
    assert.equal(items.length, 0);
    assert.equal(outline(issue).length, 1);
  });

  it('takes in paragraphs, lists and deeper headings up to the next item', () => {
    const { items } = parseBody(
      [
        '## News',
        '[Fog](https://a.example/2) *(Kai)*: Horns.',
        'More on horns.',
        '* [A horn](https://a.example/3)\n* A bell',
        '#### Bells',
        '> Ding.',
        '[Rain](https://a.example/4): Wet.',
      ].join('\n\n'),
    );
    assert.deepEqual(
      items.map(({ title }) => title),
      ['Fog', 'Rain'],
    );
    assert.match(
      textOf(items[0]?.summary) ?? '',
      /^Horns\.\n\nMore on horns\.\n\nA horn\nA bell\n\nBells\n\nDing\.$/,
    );
    assert.deepEqual(items[0]?.position, { line: 7, endLine: 16 });
  });

  it('that has no colon and no metadata ends with its paragraph, unless a label follows', () => {
    const free = parseBody(
      '## News\n\n[Fog](https://a.example/2)\n\nEdited by Kai:\n\n* [Ann](https://a.example/3)\n',
    );
    assert.deepEqual(outline(free.issue), ['Fog', '<Edited by Kai:>', 'Ann']);
    const item = parseItem('[Fog](https://a.example/2)\n\nHorns.\n\n**Ada’s opinion:** Loud.');
    assert.equal(textOf(item.summary), 'Horns.');
    assert.equal(item.separator, '\n\n');
    assert.equal(item.opinions.length, 1);
  });

  it('takes bold lines inside its text for headings of its own', () => {
    const { items } = parseBody(
      '## News\n\n[Fog](https://a.example/2) *(Kai)*: Horns.\n\n**How loud**\n\nVery.\n\n[Rain](https://a.example/4): Wet.\n',
    );
    assert.deepEqual(
      items.map(({ title }) => title),
      ['Fog', 'Rain'],
    );
  });
});

describe('a bullet', () => {
  it('is an item when it starts with tags and a link, whatever follows', () => {
    const { items } = parseBody(
      [
        '## News',
        '* [video] [Fog](https://a.example/1)\n* [pdf][de] [Rain](https://a.example/2) - by Kai\n* [Hail](https://a.example/3).\n* [Snow](https://a.example/4): white\n* [Ice](https://a.example/5). Cold. [More](https://a.example/6)',
      ].join('\n\n'),
    );
    assert.deepEqual(
      items.map(({ tags, title, separator, summary }) => [
        tags.join('+'),
        title,
        separator,
        textOf(summary),
      ]),
      [
        ['video', 'Fog', '', undefined],
        ['pdf+de', 'Rain', ' - ', 'by Kai'],
        ['', 'Hail', '', undefined],
        ['', 'Snow', ': ', 'white'],
        ['', 'Ice', '. ', 'Cold. More'],
      ],
    );
  });

  it('keeps what is nested in it', () => {
    const item = parseItem(
      '* [Fog](https://a.example/1) by Kai\n    * [Discussion](https://a.example/2)\n\n  **Ada’s opinion:** Loud.',
    );
    assert.equal(textOf(item.summary), 'by Kai\n\nDiscussion');
    assert.equal(item.opinions[0]?.by, 'Ada');
  });

  it('without a link first is Markdown, with all that is nested in it, in its place', () => {
    const { issue } = parseBody(
      '## News\n\n* Monday | [Club](https://a.example/1)\n    * [**Talk**](https://a.example/2)\n* [Fog](https://a.example/3)\n* *None.*\n',
    );
    assert.deepEqual(outline(issue), ['<Monday | Club\n\nTalk>', 'Fog', '<None.>']);
  });

  it('is not an item as a numbered point or a task', () => {
    const { items } = parseBody(
      '## News\n\n1. [Fog](https://a.example/1)\n\n- [x] [Rain](https://a.example/2)\n',
    );
    assert.equal(items.length, 0);
  });

  it('may be followed by a label of its own', () => {
    const { items } = parseBody(
      '## News\n\n* [Fog](https://a.example/1): Horns.\n\n**Ada’s opinion:** Loud.\n\nVery.\n',
    );
    assert.equal(textOf(items[0]?.opinions[0]?.text), 'Loud.\n\nVery.');
  });
});
