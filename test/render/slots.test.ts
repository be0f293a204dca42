import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSlot, slotEvaluator } from '../../src/render/slots.js';
import { fc } from '../support/fast-check.js';

const evaluate = (source: string, subscriber: Record<string, unknown> = {}) =>
  compileSlot(source)({
    subscriber,
    unsubscribe_url: 'https://slow.example/u/t',
    preferences_url: '',
  });

test('each context escapes what a subscriber typed for where it stands', () => {
  const subscriber = { name: `<b>"O'Neil" & {{co}}</b>` };
  assert.equal(
    evaluate('{{{html subscriber.name}}}', subscriber),
    '&lt;b&gt;&quot;O&#39;Neil&quot; &amp; {{co}}&lt;/b&gt;',
  );
  assert.equal(evaluate('{{{plain subscriber.name}}}', subscriber), subscriber.name);
  assert.equal(
    evaluate('{{{url subscriber.name part=true}}}', { name: "a b&c='d'/../" }),
    'a%20b%26c%3D%27d%27%2F..%2F',
  );
});

test('a header never gets a line end or a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const value = evaluate('{{{header subscriber.name}}}', { name });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
      assert.doesNotMatch(value, /[\0-\x1F\x7F-\x9F\u2028\u2029]/);
    }),
  );
});

test('no value can leave its text or attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const source =
        '{{{html subscriber.name}}}{{{attr subscriber.name}}}{{{url subscriber.name}}}{{{url subscriber.name part=true}}}';
      assert.doesNotMatch(evaluate(source, { name }), /[<>"'\n\r]/);
    }),
  );
});

test('only http, https and mailto addresses survive as a whole URL', () => {
  const url = (link: unknown) => evaluate('{{{url subscriber.link}}}', { link });
  assert.equal(url('https://a.example/?x=1&y=2'), 'https://a.example/?x=1&amp;y=2');
  assert.equal(url('mailto:a@b.example'), 'mailto:a@b.example');
  for (const bad of [
    'javascript:alert(1)',
    ' java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.example',
    'evil',
    '',
    undefined,
    { toString: () => 'https://a.example' },
  ]) {
    assert.equal(url(bad), '#');
  }
});

test('a blank field falls back to the default', () => {
  const source = '{{{html (default subscriber.name "reader")}}}';
  for (const name of ['', '  ', undefined, null, [], {}]) {
    assert.equal(evaluate(source, { name }), 'reader');
  }
  assert.equal(evaluate(source, { name: 0 }), '0');
  assert.equal(evaluate(source, { name: ['Ada', 'Ben'] }), 'Ada, Ben');
});

test('prototypes cannot be reached, and their names can be ordinary fields', () => {
  for (const field of ['constructor', '__proto__', 'toString', 'constructor.name']) {
    assert.equal(evaluate(`{{{html subscriber.${field}}}}`), '');
  }
  assert.equal(evaluate('{{{html subscriber.constructor}}}', { constructor: 'Ltd' }), 'Ltd');
});

test('what a subscriber typed is never evaluated, whatever it looks like', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('{{unsubscribe_url}}', '{{{html x}}}', '{{#each subscriber}}', '\\{{x}}'),
      (name) => assert.equal(evaluate('{{{plain subscriber.name}}}', { name }), name),
    ),
  );
});

test('a slot reaches what is around a block, and nothing but its data', () => {
  const subscriber = { name: 'Ada', tags: ['a', 'b'], body: 'of work' };
  const each =
    '{{#each subscriber.tags}}{{{plain this}}}: {{{plain ../subscriber.name}}}; {{/each}}';
  assert.equal(evaluate(each, subscriber), 'a: Ada; b: Ada; ');
  const root =
    '{{#each subscriber.tags}}{{{plain @root.subscriber.body}}}{{{plain body}}}{{/each}}';
  assert.equal(evaluate(root, subscriber), 'of workof work');
  assert.equal(evaluate('{{{plain ../subscriber.name}}}', subscriber), '');
  assert.equal(evaluate('{{{plain subscriber.constructor}}}', subscriber), '');
  assert.equal(evaluate('{{{plain subscriber.__proto__.constructor.name}}}', subscriber), '');
});

test('a paragraph is wrapped after its fields are known', () => {
  const slot = {
    source: 'Dear {{{plain subscriber.name}}}, welcome back',
    wrap: { width: 20, first: '- ', rest: '  ' },
  };
  const data = {
    subscriber: { name: 'Maximiliane Theodora' },
    unsubscribe_url: '',
    preferences_url: '',
  };
  assert.equal(slotEvaluator(slot)(data), '- Dear Maximiliane\n  Theodora, welcome\n  back');
});
