import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { atomOf } from '../../src/archive/feeds/atom.js';
import type { Feed, FeedEntry } from '../../src/archive/feeds/feed.js';
import { feedIds } from '../../src/archive/feeds/ids.js';
import { jsonFeedOf } from '../../src/archive/feeds/json-feed.js';
import { type Podcast, podcastOf } from '../../src/archive/feeds/podcast.js';
import { timesOf } from '../../src/archive/times.js';
import { fc } from '../support/fast-check.js';
import { textOf, wellFormed } from '../support/xml.js';

/** Everything a text may hold, half pairs, controls and what means something to XML among it. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      ']]>',
      '<',
      '&',
      '"',
      '\0',
      '\u{b}',
      '\uffff',
      '\ud800',
      '\r\n',
      '\u{1f4ee}',
    ),
  }),
  fc.constantFrom('<![CDATA[', '&#0;', '<?xml', '-->', '&amp;lt;'),
);
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const author = fc.record({ name: anyText, url: fc.option(anyText, { nil: undefined }) });
const enclosure = fc.record({
  url: anyText,
  type: fc.constant('audio/mpeg' as const),
  bytes: fc.nat(),
  seconds: fc.nat(),
});
const entry: fc.Arbitrary<FeedEntry> = fc.record({
  id: anyText,
  title: anyText,
  url: anyText,
  externalUrl: fc.option(anyText, { nil: undefined }),
  publishedAt: time,
  updatedAt: time,
  authors: fc.array(author, { maxLength: 2 }),
  tags: fc.array(anyText, { maxLength: 2 }),
  summary: fc.option(anyText, { nil: undefined }),
  html: anyText,
  enclosure: fc.option(enclosure, { nil: undefined }),
});
const feed: fc.Arbitrary<Feed> = fc.record({
  id: anyText,
  title: anyText,
  language: anyText,
  homeUrl: anyText,
  iconUrl: anyText,
  selfUrl: anyText,
  author,
  entries: fc.array(entry, { maxLength: 3 }),
});

const podcast: fc.Arbitrary<Podcast> = fc.record({
  title: anyText,
  description: anyText,
  language: anyText,
  author: anyText,
  email: fc.option(anyText, { nil: undefined }),
  category: fc.constantFrom('News', 'Society & Culture > Documentary'),
  imageUrl: fc.option(anyText, { nil: undefined }),
  explicit: fc.boolean(),
  homeUrl: anyText,
  selfUrl: anyText,
  episodes: fc.array(
    fc.record({
      id: anyText,
      number: fc.nat(),
      title: anyText,
      description: anyText,
      url: anyText,
      publishedAt: time,
      enclosure,
    }),
    { maxLength: 3 },
  ),
});

/** What of a text XML can say, as its parsers hand it on. @see https://www.w3.org/TR/xml/#sec-line-ends */
function sayable(text: string): string {
  const characters = [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 && !'\t\n\r'.includes(character);
    return !isControl && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
  return characters.join('').replace(/\r\n?/g, '\n');
}

describe('feeds', () => {
  test('are well-formed XML whatever anybody wrote', () => {
    fc.assert(
      fc.property(feed, (any) => {
        wellFormed(atomOf(any));
      }),
    );
  });

  test('a podcast is well-formed XML whatever anybody wrote', () => {
    fc.assert(
      fc.property(podcast, (any) => {
        wellFormed(podcastOf(any));
      }),
    );
  });

  test('say what was written, but for what XML has no way to write', () => {
    fc.assert(
      fc.property(feed, anyText, (any, title) => {
        assert.equal(textOf('title', atomOf({ ...any, title, entries: [] })), sayable(title));
      }),
    );
  });

  test('are JSON whatever anybody wrote', () => {
    fc.assert(
      fc.property(feed, (any) => {
        const document = JSON.parse(jsonFeedOf(any));
        assert.equal(document.items.length, any.entries.length);
        assert.equal(document.title, any.title);
      }),
    );
  });

  test('ids differ from thing to thing and from publication to publication, and never change', () => {
    const key = Buffer.alloc(32, 7);
    const one = feedIds(key, 'weekly');
    assert.equal(one.issue(101), 'urn:uuid:a882aaae-e254-8eed-a73f-499c2b829eea');
    const others = [
      one.issue(102),
      one.item(101, 'a'),
      one.item(101, 'b'),
      one.item(10, '1 a'),
      one.feed('issues'),
      feedIds(key, 'monthly').issue(101),
      feedIds(Buffer.alloc(32, 8), 'weekly').issue(101),
    ];
    assert.equal(new Set([one.issue(101), ...others]).size, others.length + 1);
  });

  test('an issue without a date has that of its neighbour, and one amended its newest', () => {
    const listing = (number: number, date?: string) => ({ number, title: '', date, version: '' });
    const issues = [listing(5), listing(4, '2026-06-03'), listing(3), listing(2, '2026-05-27')];
    const june = Date.parse('2026-06-03T00:00:00Z');
    const times = timesOf(issues, (issue) => (issue === 4 ? june + 5 : undefined));
    assert.deepEqual(
      [5, 4, 3].map((issue) => times.get(issue)),
      [
        { publishedAt: june, updatedAt: june },
        { publishedAt: june, updatedAt: june + 5 },
        { publishedAt: june, updatedAt: june },
      ],
    );
    assert.equal(times.get(2)?.publishedAt, Date.parse('2026-05-27T00:00:00Z'));
    assert.equal(timesOf([listing(1)], () => undefined).get(1)?.publishedAt, 0);
  });
});
