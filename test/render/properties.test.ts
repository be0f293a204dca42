import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'parse5';
import { renderMail } from '../../src/render/mail.js';
import { fc } from '../support/fast-check.js';
import { filled } from './filled.js';
import { expression, issue, item, PUBLICATION, section } from './issue-fixture.js';
import { visibleText, walk } from './words.js';

/** Text with a taste for what means something to Handlebars, HTML, MJML and Markdown. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{{',
        '}}',
        '{',
        '\\',
        '{{#if x}}',
        '{{/if}}',
        '<',
        '</mj-text>',
        '<!--',
        '-->',
      ),
      fc.constantFrom('"', "'", '&amp;', '&', '$&', '`', '<b onclick=', 'SLOT0Q0Z', ' ', '='),
      fc.stringMatching(/^[a-zé漢👋]{1,5}$/u),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => `a${parts.join('')}z`);

const squeeze = (text: string) => text.replace(/\s+/g, '');

test('whatever an author types as a title comes out as it was typed, in both parts', async () => {
  await fc.assert(
    fc.asyncProperty(nasty, async (title) => {
      const named = item({ title, links: [{ text: title, url: 'https://a.example/' }] });
      const mail = await renderMail(
        issue({ title, sections: [section('News', 2, [named])] }),
        PUBLICATION,
      );
      const html = squeeze(visibleText(filled(mail.html)));
      assert.ok(html.split(squeeze(title)).length > 3, html);
      assert.ok(squeeze(filled(mail.text)).split(squeeze(title)).length > 2);
    }),
    { numRuns: 40 },
  );
});

/** Elements and their attributes' names, without any text. */
function skeleton(html: string): string {
  const tags: string[] = [];
  walk(parse(html), (node) => {
    const attributes = 'attrs' in node ? node.attrs.map(({ name }) => name) : [];
    if (!node.nodeName.startsWith('#')) tags.push(`${node.nodeName}(${attributes.join()})`);
  });
  return tags.join(' ');
}

test('nothing a subscriber typed changes the structure of the mail or adds a line to the subject', async () => {
  const sources = [
    '{{subscriber.name}}',
    '{{#if subscriber.name}}<i>{{subscriber.name}}</i>{{/if}}',
  ];
  const expressions = sources.map((source, index) => expression(index, source));
  const [name, block] = expressions.map(({ marker }) => marker);
  const mail = await renderMail(
    issue({
      body: `Hi ${name}, ${block} [x](https://a.example/${name}?${name}) [y](${name} "${name}") ![${name}](https://a.example/${name}.png)`,
      subject: `To ${name}`,
      expressions,
    }),
    PUBLICATION,
  );
  const expected = skeleton(filled(mail.html, { name: 'x' }));
  const value = fc.oneof(nasty, fc.string({ unit: 'binary', minLength: 1 }));
  fc.assert(
    fc.property(value, (typed) => {
      fc.pre(typed.trim() !== '');
      assert.equal(skeleton(filled(mail.html, { name: typed })), expected);
      assert.doesNotMatch(filled(mail.subject, { name: typed }), /[\r\n]/);
    }),
  );
});
