import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ArchivedItem } from '../../src/archive/digest.js';
import { createSearch, type Query } from '../../src/archive/search.js';
import { excerptOf, markWords } from '../../src/archive/words.js';
import { fc } from '../support/fast-check.js';

function archived(parts: Partial<ArchivedItem> & { title: string }): ArchivedItem {
  return {
    issue: 1,
    id: parts.title,
    date: '2026-05-27',
    url: undefined,
    authors: [],
    venue: undefined,
    year: 2026,
    category: ['Instruments'],
    highlight: false,
    tags: [],
    summarizer: undefined,
    opinionsBy: [],
    summary: '',
    opinions: '',
    ...parts,
  };
}

const ITEMS = [
  archived({ title: 'Reward learning in harbours', summary: 'A gauge is rewarded.', year: 2019 }),
  archived({ title: 'Pendulums', summary: 'Nothing of rewards.', highlight: true }),
  archived({
    title: 'Señor Müller’s clocks',
    authors: ['Jürgen Groß'],
    category: ['Water', 'Old'],
  }),
  archived({ title: 'Sundials', summarizer: 'Ada', opinionsBy: ['Ben'], opinions: 'Delightful.' }),
];

describe('the search', () => {
  const search = createSearch();
  before(() => search.hold(ITEMS));
  const titles = (query: Partial<Query>) =>
    search.find({ text: '', ...query }).map(({ item }) => item.title.split(' ')[0]);

  test('finds what was mistyped, half typed, or typed without accents', () => {
    for (const text of ['reward', 'rewrad', 'rewad learnin', 'REWARD harb']) {
      assert.equal(titles({ text })[0], 'Reward', text);
    }
    for (const text of ['muller', 'Müler', 'jurgen', 'senor clock']) {
      assert.deepEqual(titles({ text }), ['Señor'], text);
    }
    assert.deepEqual(titles({ text: 'delightful' }), ['Sundials']);
    assert.deepEqual(titles({ text: 'zzzzzz' }), []);
  });

  test('a title counts more than a summary, and every word must be there unless nothing has all', () => {
    assert.deepEqual(titles({ text: 'reward' }), ['Reward', 'Pendulums']);
    assert.deepEqual(titles({ text: 'reward pendulums' }), ['Pendulums']);
    assert.ok(titles({ text: 'sundials pendulums' }).length > 1);
  });

  test('filters by category, contributor, year and highlight, with words and without', () => {
    assert.deepEqual(titles({ category: 'water' }), ['Señor']);
    assert.deepEqual(titles({ category: 'old' }), ['Señor']);
    assert.deepEqual(titles({ contributor: 'ada' }), ['Sundials']);
    assert.deepEqual(titles({ contributor: 'ben' }), ['Sundials']);
    assert.deepEqual(titles({ year: 2019, text: 'reward' }), ['Reward']);
    assert.deepEqual(titles({ highlightsOnly: true, text: 'reward' }), ['Pendulums']);
    assert.equal(titles({}).length, ITEMS.length);
  });

  test('holds what it is told to hold, and no more', async () => {
    const changing = createSearch();
    await changing.hold(ITEMS);
    await changing.hold([...ITEMS.slice(1), archived({ title: 'Barometers' })]);
    const found = (text: string) => changing.find({ text }).map(({ item }) => item.title);
    assert.deepEqual(found('learning'), []);
    assert.deepEqual(found('barometer'), ['Barometers']);
  });

  test('takes whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        for (const { item } of search.find({ text })) assert.ok(ITEMS.includes(item));
      }),
    );
  });
});

describe('what was found', () => {
  test('is marked where it stands, and nothing is lost', () => {
    const words = new Set(['muller', 'clock']);
    const pieces = markWords('Müller’s clock: a CLOCK.', words);
    assert.deepEqual(
      pieces.filter(({ marked }) => marked).map(({ text }) => text),
      ['Müller', 'clock', 'CLOCK'],
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const whole = markWords(text, words).map((piece) => piece.text);
        assert.equal(whole.join(''), text);
      }),
    );
  });

  test('is in the excerpt, however long the text', () => {
    const text = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`;
    const excerpt = excerptOf(text, new Set(['needle']));
    assert.match(excerpt, /^… before .*needle after .* …$/);
    assert.ok(excerpt.length < 300);
  });
});
