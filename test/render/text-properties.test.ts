/** What holds for the text part of every issue: its lines, and the numbers of its links. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Section } from '../../src/issue/types.js';
import { renderMail } from '../../src/render/mail.js';
import { displayWidth } from '../../src/render/width.js';
import { fc } from '../support/fast-check.js';
import { filled } from './filled.js';
import { exampleMail } from './golden.js';
import { fullIssue, issue, item, markdown, PUBLICATION, section } from './issue-fixture.js';

/** RFC 5322 §2.1.1 */
const WIDEST = 78;
/** A link's definition, also within an opinion or a quotation. */
const DEFINITION = /^(?:[|>] |\s)*\[(\d+)\] (\S+)$/;

function assertReadable(text: string): void {
  const lines = text.split('\n');
  const wide = lines.filter((line) => displayWidth(line) > WIDEST && !/\S+:\S+$/.test(line));
  assert.deepEqual(wide, []);
  const definitions = lines.flatMap((line) => DEFINITION.exec(line)?.[1] ?? []);
  assert.deepEqual(definitions.map(Number), oneTo(definitions.length), 'in order, each once');
  const urls = lines.flatMap((line) => DEFINITION.exec(line)?.[2] ?? []);
  assert.equal(new Set(urls).size, urls.length, 'each address has one number');
  const uses = lines
    .filter((line) => !DEFINITION.test(line))
    .flatMap((line) => [...line.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number)));
  assert.deepEqual([...new Set(uses)], oneTo(definitions.length), 'first used in order, none lost');
}

const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

for (const number of [1, 2, 3]) {
  test(`the text part of example issue ${number} keeps its lines short and its links numbered`, async () => {
    assertReadable((await exampleMail(number)).text);
  });
}

test('the text part of an issue with everything in it does, too', async () => {
  assertReadable(filled((await renderMail(fullIssue(), PUBLICATION)).text));
});

/** Few addresses, so that the same one comes more than once; one is longer than a line. */
const url = fc.constantFrom(
  'https://a.example/',
  'https://b.example/x?y=1&z=2',
  `https://c.example/${'long/'.repeat(30)}`,
  '#section',
  'mailto:ed@d.example',
);
const word = fc.oneof(
  fc.stringMatching(/^[a-zé]{1,12}$/),
  fc.constantFrom('漢字仮名交じり文', '👋', 'x'.repeat(90)),
);
const words = fc.array(word, { minLength: 1, maxLength: 25 }).map((parts) => parts.join(' '));
const link = fc.tuple(words, url).map(([text, to]) => `[${text}](${to})`);
const image = fc.tuple(words, url).map(([alt, to]) => `![${alt}](${to})`);
const phrase = fc
  .array(fc.oneof(words, link, image), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(' '));
const block = fc.oneof(
  phrase,
  phrase.map((text) => `> ${text}`),
  fc.array(phrase, { minLength: 1, maxLength: 3 }).map((rows) => `* ${rows.join('\n* ')}`),
  fc.tuple(phrase, phrase).map(([a, b]) => `1. ${a}\n    * ${b}`),
);
const prose = fc
  .array(block, { minLength: 1, maxLength: 3 })
  .map((blocks) => markdown(blocks.join('\n\n')));

const anyItem = fc.record({ title: words, to: url, summary: prose, opinion: prose, more: prose });
const anySection = fc
  .tuple(words, fc.constantFrom(2 as const, 3 as const), fc.array(anyItem, { maxLength: 3 }))
  .map(([name, level, items]): Section => {
    const blocks = items.map(({ title, to, summary, opinion, more }) =>
      item({
        ...{ title, summary, readMore: more, links: [{ text: title, url: to }] },
        opinions: [{ by: 'Ada', text: opinion }],
      }),
    );
    return section(name, level, blocks);
  });

test('the text part of any issue does, too', async () => {
  const sections = fc.array(anySection, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(sections, prose, async (parts, intro) => {
      const mail = await renderMail(issue({ sections: parts, intro }), PUBLICATION);
      assertReadable(filled(mail.text));
    }),
    { numRuns: 40 },
  );
});
