/** Issues built by hand, so that rendering is tested without the parser. */
import type { RootContent } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { PublicationConfig } from '../../src/config/types.js';
import type { Issue, Item, Markdown, Section } from '../../src/issue/types.js';
import { DESIGN } from '../support/design.js';

const POSITION = { line: 1, endLine: 1 };

export const PUBLICATION: PublicationConfig = {
  name: 'Slow Science Weekly',
  slug: 'slow-science',
  prefix: 'SSW',
  from: { name: 'Slow Science Weekly', address: 'weekly@slow.example' },
  replyTo: { name: 'Ada', address: 'ada@slow.example' },
  url: 'https://slow.example',
  postalAddress: '1 Harbour Road, 1000 Exampleton',
  language: 'en',
  timezone: 'UTC',
  design: DESIGN,
  approver: undefined,
  editions: { highlights: true, subjectNote: undefined },
};

export function markdown(source: string): Markdown {
  const nodes: RootContent[] = unified().use(remarkParse).use(remarkGfm).parse(source).children;
  return { source, nodes, position: POSITION };
}

export function item(parts: Partial<Item> & { title: string }): Item {
  const url = `https://example.org/${encodeURIComponent(parts.title)}`;
  return {
    kind: 'item',
    id: parts.title.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    links: [{ text: parts.title, url }],
    urls: [url],
    authors: [],
    venue: undefined,
    year: undefined,
    category: [],
    highlight: false,
    summarizer: undefined,
    hatTip: undefined,
    summary: undefined,
    separator: ': ',
    opinions: [],
    prerequisites: undefined,
    readMore: undefined,
    tags: [],
    position: POSITION,
    ...parts,
  };
}

export function section(name: string, level: 2 | 3, blocks: Section['blocks']): Section {
  const id = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return { name, heading: [{ type: 'text', value: name }], level, id, blocks, position: POSITION };
}

/** An issue with `intro` as its text and `parts` over the defaults. */
export function issue(parts: Partial<Issue> & { body?: string } = {}): Issue {
  const { body, ...rest } = parts;
  return {
    number: 12,
    title: 'What tides remember',
    date: '2026-05-27',
    subject: undefined,
    preheader: undefined,
    audio: undefined,
    webUrl: undefined,
    extra: {},
    intro: markdown(body ?? 'A short hello.'),
    sections: [],
    expressions: [],
    ...rest,
  };
}

/** A marker as the parser leaves one in an issue. */
export function expression(number: number, source: string): Issue['expressions'][number] {
  return { marker: `SLOTABCDEFGHIJKLMNOPQRST${number}Z`, source, line: 7 };
}

const HARBOUR = `The authors logged the level of one small harbour every ten minutes for [eleven years](https://example.org/log?from=2013&to=2024) (SSW #7) and ask how much of it a *simple* model could have known. Three terms, they find, explain **97 %** of the variance.

1. The moon, as always, does most of the work.
2. Air pressure accounts for a third of what is left.
3. The rest is the harbour itself: its mouth was dredged twice.

> We expected noise and found a diary.

| Term | Share | Lag |
|---|---:|---:|
| Moon | 88 % | 0 h |
| Pressure | 6 % | 3 h |
| Dredging | 3 % | – |

Their fit is four lines of code:

\`\`\`python
level = moon(t) + pressure(t - 3)
residual = observed - level
\`\`\``;

/** Every feature of the format once, in prose of our own. */
export function fullIssue(): Issue {
  return issue({
    audio: 'https://example.org/episodes/12.mp3',
    body: `Dear reader, this week is about *slow* measurements: things that were watched for years before anyone knew what they were good for. As ever, the [archive](https://slow.example/issues) has the earlier ones, and \`{{not_ours}}\` is not a merge tag.`,
    sections: [
      section('Highlights', 2, [
        item({
          title: 'Eleven years in a harbour: what a tide gauge knows that nobody asked it',
          highlight: true,
          authors: ['Ines Duarte', 'Tom Okafor', 'Wen Li'],
          summarizer: 'Ada',
          hatTip: 'Marguerite',
          summary: markdown(HARBOUR),
          prerequisites: markdown(
            '[A tide table, and how to read one](https://example.org/tables)',
          ),
          readMore: markdown(
            '[Data and code](https://example.org/data), [the talk](https://example.org/talk)',
          ),
          opinions: [
            {
              by: 'Ada',
              text: markdown(
                'I like how little machinery this needs. Most of what we call noise is a *process* whose name nobody wrote down.\n\nI would still want to see the same model on a second harbour, ideally one [without a dredger](https://example.org/other).',
              ),
            },
            {
              by: 'Ben',
              text: markdown(
                'The pressure term is older than the paper says; it is in every sailing manual.',
              ),
            },
          ],
        }),
      ]),
      section('Instruments', 2, []),
      section('Clocks and calendars', 3, [
        item({
          title: 'A pendulum that was never stopped',
          authors: ['Petra Novak', 'et al'],
          summarizer: 'Ben',
          summary: markdown(
            'A physics department kept one pendulum swinging since 1931. Its log is now the longest record of how a cellar warms.',
          ),
          opinions: [
            {
              by: 'Ben',
              text: markdown(
                'Charming, and a warning: the *first* twenty years are in an ink that fades.',
              ),
            },
          ],
        }),
        item({ title: 'Sundials for people in a hurry', authors: ['R. Haddad'], tags: ['video'] }),
        item({ title: '日本の花暦：八百年の記録', tags: ['pdf'] }),
      ]),
      section('Near and far', 3, [
        {
          kind: 'markdown',
          ...markdown(
            '* 2026-06-02, Lisbon: [Harbour night](https://example.org/night)\n    * bring a lamp\n    * and boots\n* 2026-06-09, online\n\n![A gauge in the harbour wall](https://example.org/gauge.jpg)',
          ),
        },
      ]),
      section('News', 2, [
        {
          kind: 'markdown',
          ...markdown(
            'We are looking for a co-editor who likes long tables. Write to us; replies are read by a person.',
          ),
        },
      ]),
    ],
  });
}
