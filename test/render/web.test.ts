import assert from 'node:assert/strict';
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AppError } from '../../src/errors.js';
import { renderTemplate } from '../../src/render/templates.js';
import { renderFeedBodies, renderIssueBody } from '../../src/render/web.js';
import { expression, fullIssue, issue, item, markdown, section } from './issue-fixture.js';
import { templatesOf } from './overrides.js';
import { hrefsOf, missingFrom, visibleText } from './words.js';

const HOUR_MS = 3_600_000;

test('the body of the web page has every word and link, and an anchor for each item', () => {
  const html = renderIssueBody(fullIssue(), { baseUrl: 'https://slow.example' });
  const whole = { text: `${visibleText(html)} What tides remember`, urls: new Set(hrefsOf(html)) };
  assert.deepEqual(missingFrom(fullIssue(), whole), []);
  for (const { id, blocks } of fullIssue().sections) {
    const ids = [id, ...blocks.flatMap((block) => (block.kind === 'item' ? [block.id] : []))];
    for (const anchor of ids) assert.equal(html.split(`id="${anchor}"`).length, 2, anchor);
  }
});

test('on the web, expressions read as they do for somebody unknown', () => {
  const sources = [
    '{{default subscriber.name "reader"}}',
    '{{#if subscriber.name}}x{{else}}<all>{{/if}}',
  ];
  const expressions = sources.map((source, index) => expression(index, source));
  const body = `Hello ${expressions[0]?.marker} and ${expressions[1]?.marker}.`;
  assert.match(renderIssueBody(issue({ body, expressions })), /Hello reader and &#x3C;all>\./);
});

test('without a base address, relative links stay relative and harmful ones still go', () => {
  const html = renderIssueBody(
    issue({ body: '[a](/issues/3) [b](javascript:alert(1)) [c](../x?y=1)' }),
  );
  assert.deepEqual(hrefsOf(html), ['/issues/3', '../x?y=1']);
});

test('in a feed every link and picture is absolute, and harmful ones go', () => {
  const body =
    '[a](#x) [b](3/map.png) [c](/x) [d](//h.example/x) [e](javascript:alert(1)) ![f](m.png)';
  const own = item({
    title: 'Own',
    links: ['#x', '3/x', 'data:,x'].map((url) => ({ text: url, url })),
    summary: markdown(body),
  });
  const bodies = renderFeedBodies(issue({ body, sections: [section('News', 2, [own])] }), {
    baseUrl: 'https://a.example/weekly/issues',
    pageUrl: 'https://a.example/weekly/issues/12',
    contributorUrl: () => 'https://a.example/weekly/contributors/bo',
  });
  const ofText = [
    'https://a.example/weekly/issues/12#x',
    'https://a.example/weekly/issues/3/map.png',
    'https://a.example/x',
    'https://h.example/x',
    'https://a.example/weekly/issues/m.png',
  ];
  const ofTitle = [ofText[0] ?? '', 'https://a.example/weekly/issues/3/x'];
  assert.deepEqual(hrefsOf(bodies.items.get('own') ?? ''), [...ofTitle, ...ofText]);
  assert.deepEqual(hrefsOf(bodies.whole), [...ofText, ...ofTitle, ...ofText]);
});

test('a page is rendered from its template, with layout and escaped values', (t) => {
  const templatesDir = templatesOf(t, {
    'web/frame.hbs': '<title>{{title}}</title>{{> @partial-block}}',
    'web/deep/hello.hbs': '{{#> frame title="Hi"}}<p>{{name}}</p>{{/frame}}',
  });
  assert.equal(
    renderTemplate('deep/hello', { name: '<Zoë>' }, { folder: 'web', templatesDir }),
    '<title>Hi</title><p>&lt;Zoë&gt;</p>',
  );
});

test('a changed template is read again', (t) => {
  const templatesDir = templatesOf(t, { 'web/now.hbs': 'one' });
  const render = () => renderTemplate('now', {}, { folder: 'web', templatesDir });
  assert.equal(render(), 'one');
  writeFileSync(join(templatesDir, 'web/now.hbs'), 'two');
  utimesSync(join(templatesDir, 'web/now.hbs'), new Date(), new Date(Date.now() + 5000));
  assert.equal(render(), 'two');
});

test('a folder of templates is left alone for the time that a look counts', (t) => {
  const templatesDir = templatesOf(t, { 'web/now.hbs': 'one' });
  const render = (lookEveryMs: number) =>
    renderTemplate('now', {}, { folder: 'web', templatesDir, lookEveryMs });
  assert.equal(render(HOUR_MS), 'one');
  rmSync(join(templatesDir, 'web/now.hbs'));
  writeFileSync(join(templatesDir, 'web/later.hbs'), 'three');
  assert.equal(render(HOUR_MS), 'one');
  assert.throws(() => render(0), /no template web\/now/);
  assert.throws(() => render(HOUR_MS), /no template web\/now/);
  assert.equal(
    renderTemplate('later', {}, { folder: 'web', templatesDir, lookEveryMs: HOUR_MS }),
    'three',
  );
});

test('a broken page names its file and line', (t) => {
  const templatesDir = templatesOf(t, { 'web/bad.hbs': '<p>\n{{shout name}}</p>' });
  assert.throws(
    () => renderTemplate('bad', {}, { folder: 'web', templatesDir }),
    (error) => error instanceof AppError && error.line === 2 && error.located.includes('bad.hbs:2'),
  );
});

test('prototypes cannot be reached from a page', (t) => {
  const templatesDir = templatesOf(t, { 'web/proto.hbs': '[{{constructor.name}}{{x.__proto__}}]' });
  assert.equal(renderTemplate('proto', { x: {} }, { folder: 'web', templatesDir }), '[]');
});
