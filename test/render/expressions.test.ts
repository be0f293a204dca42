import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.js';
import { renderMail } from '../../src/render/mail.js';
import { filled, slotsOf, UNSUBSCRIBE_URL } from './filled.js';
import { expression, issue, markdown, PUBLICATION } from './issue-fixture.js';
import { templatesOf } from './overrides.js';

/** An issue whose intro is `body`, each expression in it marked as the parser would. */
function authored(body: string, more: Parameters<typeof issue>[0] = {}) {
  const found = [
    ...body.matchAll(/\{\{#(\w+)[\s\S]*?\{\{\/\1\}\}|\{\{(?:default |subscriber|unsub)[^}]*\}\}/g),
  ];
  const expressions = found.map((match, index) => expression(index, match[0]));
  const marked = expressions.reduce(
    (text, { marker, source }) => text.replace(source, marker),
    body,
  );
  return issue({ body: marked, expressions, ...more });
}

const html = async (body: string, subscriber: Record<string, unknown>) => {
  const mail = await renderMail(authored(body), PUBLICATION);
  return filled(mail.html, subscriber);
};

test('a field in the text is escaped for each part', async () => {
  const mail = await renderMail(
    authored('Hello {{default subscriber.name "reader"}}, how is *{{subscriber.city}}*?'),
    PUBLICATION,
  );
  const someone = { name: '<Zoë & co>', city: 'Köln' };
  assert.match(filled(mail.html, someone), /Hello &lt;Zoë &amp; co&gt;, how is <em>Köln<\/em>\?/);
  assert.match(filled(mail.text, someone), /^Hello <Zoë & co>, how is \*Köln\*\?$/m);
  assert.match(filled(mail.html), /Hello reader, how is/);
});

test('a paragraph of the text part with a field in it is one slot, wrapped per recipient', async () => {
  const mail = await renderMail(
    authored(`Hello {{subscriber.name}}, ${'and so on '.repeat(20)}`),
    PUBLICATION,
  );
  const [slot] = slotsOf(mail.text).filter(({ wrap }) => wrap !== undefined);
  assert.deepEqual(slot?.wrap, { width: 72, first: '', rest: '' });
  const text = filled(mail.text, { name: 'A very long name of somebody '.repeat(4) });
  for (const line of text.split('\n')) assert.ok(line.length <= 72, line);
});

test('a field inside of a URL is a part of it, a field that is the URL is checked', async () => {
  const body =
    '[a](https://a.example/?who={{subscriber.name}}&x=1) [b]({{subscriber.site}}) [c]({{unsubscribe_url}})';
  const page = await html(body, { name: 'a&b="c"', site: 'javascript:alert(1)' });
  assert.match(page, /href="https:\/\/a\.example\/\?who=a%26b%3D%22c%22&#x26;x=1"/);
  assert.match(page, /<a href="#">b<\/a>/);
  assert.match(page, new RegExp(`<a href="${UNSUBSCRIBE_URL}">c</a>`));
});

test("the text inside of an author's block is text, also when it looks like markup or a template", async () => {
  const body = 'Hi {{#if subscriber.name}}<b>{{subscriber.name}}</b> \\ {x} {{else}}friend{{/if}}!';
  assert.match(await html(body, { name: 'Zoë' }), /Hi &lt;b&gt;Zoë&lt;\/b&gt; \\ \{x\} !/);
  assert.match(await html(body, {}), /Hi friend!/);
});

test('an author can loop over a list and reach out of the loop', async () => {
  const body =
    'You like {{#each subscriber.topics}}{{this}} ({{@index}}, {{subscriber.name}}); {{/each}}right?';
  const page = await html(body, { topics: ['<tides>', 'clocks'], name: 'Zoë' });
  assert.match(page, /You like &lt;tides&gt; \(0, Zoë\); clocks \(1, Zoë\); right\?/);
});

test('braces that are not ours are text and are never evaluated', async () => {
  const body = 'Type `{{foo}}`, {{issue.title}}, {{{raw}}}, {{> footer}}.';
  const mail = await renderMail(issue({ body }), PUBLICATION);
  for (const part of [mail.html, mail.text]) {
    for (const typed of ['{{foo}}', '{{issue.title}}', '{{{raw}}}']) {
      assert.ok(filled(part).includes(typed), typed);
    }
  }
});

test('the subject takes fields too, and keeps no line end of theirs', async () => {
  const marked = expression(0, '{{subscriber.name}}');
  const mail = await renderMail(
    issue({ subject: `For ${marked.marker}: tides`, expressions: [marked] }),
    PUBLICATION,
  );
  assert.equal(
    filled(mail.subject, { name: 'Zoë\r\nBcc: x@y.example' }),
    'For Zoë Bcc: x@y.example: tides',
  );
});

test('a title with a field in it reads neutrally where a mail repeats it', async () => {
  const marked = expression(0, '{{default subscriber.name "everyone"}}');
  const mail = await renderMail(
    issue({ title: `Tides for ${marked.marker}`, expressions: [marked] }),
    PUBLICATION,
  );
  const page = filled(mail.html, { name: 'Zoë' });
  assert.match(page, /<title>Slow Science Weekly #12: Tides for everyone<\/title>/);
  assert.match(page, /<h1[^>]*>Tides for Zoë<\/h1>/);
  assert.equal(filled(mail.subject, { name: 'Zoë' }), '[SSW #12]: Tides for Zoë');
});

test('an expression that would get lost stops the build and names its line', async () => {
  const lost = authored('See [this](ftp://a.example/{{subscriber.name}}).');
  await assert.rejects(renderMail(lost, PUBLICATION), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'template_invalid');
    assert.match(error.located, /^issues\/12\.md:7: \{\{subscriber\.name\}\}: /);
    return true;
  });
});

/** Renders with one template of ours replaced. */
async function withTemplate(
  t: Parameters<typeof templatesOf>[0],
  file: string,
  source: string,
  subscriber: Record<string, unknown> = {},
): Promise<string> {
  const templatesDir = templatesOf(t, { [file]: source });
  const mail = await renderMail(issue({ sections: [], intro: markdown('Hello.') }), PUBLICATION, {
    templatesDir,
  });
  return filled(file.startsWith('text') ? mail.text : mail.html, subscriber);
}

test("a template's fields are escaped by where they stand", async (t) => {
  const page = await withTemplate(
    t,
    'email/intro.html',
    '<p title="{{subscriber.name}}">{{subscriber.name}}</p><a href="https://a.example/{{subscriber.name}}">x</a>',
    { name: '"<i>' },
  );
  assert.match(page, /<p title="&quot;&lt;i&gt;">&quot;&lt;i&gt;<\/p>/);
  assert.match(page, /href="https:\/\/a\.example\/%22%3Ci%3E"/);
});

test("a template's block holds markup, and what is static in it is evaluated once", async (t) => {
  const source = `{{#if subscriber.name}}<b title="{{subscriber.name}}">{{default subscriber.name publication.name}}</b> reads {{publication.name}} {x}{{else if subscriber.city}}{{subscriber.city}}{{else}}<i>{{> who}}</i>{{/if}}`;
  const templatesDir = templatesOf(t, {
    'email/intro.html': source,
    'email/who.html': 'a reader of {{default subscriber.list publication.name}}',
  });
  const mail = await renderMail(issue(), { ...PUBLICATION, name: 'R&D "x\\' }, { templatesDir });
  assert.match(
    filled(mail.html, { name: 'Zoë' }),
    /<b title="Zoë">Zoë<\/b> reads R&amp;D &quot;x\\ \{x\}/,
  );
  assert.match(filled(mail.html, { city: '<Köln>' }), /&lt;Köln&gt;/);
  assert.match(filled(mail.html), /<i>a reader of R&amp;D &quot;x<\/i>/);
});

test('loops over the issue and over the subscriber can be mixed', async (t) => {
  const page = await withTemplate(
    t,
    'email/intro.html',
    '{{#each publication.from}}{{../subscriber.name}};{{/each}}{{#each subscriber.tags}}[{{this}}|{{../publication.slug}}|{{../subscriber.name}}]{{/each}}',
    { name: 'Zoë', tags: ['a', 'b'] },
  );
  assert.match(page, /Zoë;Zoë;\[a\|slow-science\|Zoë\]\[b\|slow-science\|Zoë\]/);
});

const REFUSED: [name: string, file: string, source: string, line: number, message: RegExp][] = [
  [
    'a block between mj-sections',
    'email/footer.mjml',
    '<mj-section></mj-section>\n{{#if subscriber.vip}}<mj-section></mj-section>{{/if}}',
    2,
    /MJML drops/,
  ],
  ['triple braces', 'email/intro.html', '<p>\n{{{subscriber.name}}}</p>', 2, /triple braces/],
  ['an ampersand', 'email/intro.html', '{{&subscriber.name}}', 1, /unescaped/],
  [
    'a style attribute',
    'email/intro.html',
    '<p\nstyle="color:{{subscriber.colour}}">x</p>',
    2,
    /attribute style/,
  ],
  [
    'an event handler',
    'email/intro.html',
    '<p onclick="go(\'{{subscriber.name}}\')">x</p>',
    1,
    /attribute onclick/,
  ],
  [
    'a style element',
    'email/intro.html',
    '<style>.a{color:{{subscriber.colour}} }</style>',
    1,
    /<style>/,
  ],
  ['a tag name', 'email/intro.html', '<x{{subscriber.name}}>y</x>', 1, /outside of a quoted value/],
  [
    'an unquoted value',
    'email/intro.html',
    '<p title={{subscriber.name}}>y</p>',
    1,
    /outside of a quoted value/,
  ],
  ['a comment', 'email/intro.html', '<!-- {{subscriber.name}} -->', 1, /a comment/],
  [
    'a split tag',
    'email/intro.html',
    '{{#if subscriber.a}}<a href="{{/if}}x">y</a>',
    1,
    /splits a tag/,
  ],
  ['an unknown helper', 'email/intro.html', '{{shout subscriber.name}}', 1, /only default/],
  [
    'an unknown block',
    'email/intro.html',
    '\n{{#with subscriber}}{{name}}{{/with}}',
    2,
    /only #if, #unless and #each/,
  ],
  [
    'a field for a partial',
    'email/intro.html',
    '{{> label text=subscriber.name}}',
    1,
    /handed to a partial/,
  ],
  [
    'a title that MJML repeats',
    'email/issue.mjml',
    '<mjml><mj-head>\n<mj-title>{{subscriber.name}}</mj-title></mj-head><mj-body></mj-body></mjml>',
    2,
    /MJML repeats/,
  ],
  ['an unclosed block', 'email/intro.html', '<p>\n{{#if issue}}', 2, /Parse error/],
  [
    'an unknown MJML element',
    'email/footer.mjml',
    '<mj-section>\n  <mj-column>\n    <mj-txt>x</mj-txt>\n  </mj-column></mj-section>',
    3,
    /mj-txt/,
  ],
  [
    'an unknown MJML attribute',
    'email/banner.mjml',
    '\n<mj-section\n colour="red"></mj-section>',
    2,
    /colour/,
  ],
  ['a missing partial', 'text/footer.txt', 'x\n{{> nowhere}}', 2, /nowhere/],
];

for (const [name, file, source, line, message] of REFUSED) {
  test(`a template is refused with its file and line: ${name}`, async (t) => {
    await assert.rejects(withTemplate(t, file, source), (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, 'template_invalid');
      assert.match(error.message, message);
      assert.ok(error.file?.endsWith(file), error.located);
      assert.equal(error.line, line, error.located);
      return true;
    });
  });
}
