import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIssue } from '../../src/issue/parse.js';
import { parseBody, textOf } from './parsed.js';

const MARKER = /^SLOT[A-Z]{20}\d+Z$/;

describe('subscriber expressions', () => {
  it('become markers in every node and source, and keep their lines', () => {
    const { issue, rules } = parseBody(
      'Dear {{default subscriber.name "reader"}},\n\n## News\n\n[Leave]({{unsubscribe_url}}) *now*, {{ subscriber.city }}.\n',
    );
    assert.deepEqual(
      issue.expressions.map(({ source, line }) => [source, line]),
      [
        ['{{default subscriber.name "reader"}}', 5],
        ['{{unsubscribe_url}}', 9],
        ['{{ subscriber.city }}', 9],
      ],
    );
    const [name, leave] = issue.expressions;
    assert.match(name?.marker ?? '', MARKER);
    assert.equal(textOf(issue.intro), `Dear ${name?.marker},`);
    assert.equal(issue.intro?.source, `Dear ${name?.marker},`);
    assert.ok(JSON.stringify(issue.sections).includes(`"url":"${leave?.marker}"`));
    assert.deepEqual(rules, []);
  });

  it('of a block are one marker, whatever is nested in it, and later lines stay right', () => {
    const block =
      '{{#if subscriber.city}}in {{subscriber.city}}{{#each subscriber.tags}}\n{{this}}{{#unless @last}}, {{/unless}}{{/each}}{{else}}there{{/if}}';
    const { issue, rules } = parseBody(
      `Hello ${block}!\n\n## News\n\nText.\n\n**Ada's opinion:** x\n`,
    );
    assert.deepEqual(
      issue.expressions.map(({ source }) => source),
      [block],
    );
    assert.equal(textOf(issue.intro), `Hello ${issue.expressions[0]?.marker}!`);
    assert.deepEqual(issue.sections[0]?.position, { line: 8, endLine: 8 });
    assert.deepEqual(rules, ['error 12 opinion-without-summary']);
  });

  it('are taken from subject and preheader too', () => {
    const { issue } = parseIssue(
      '---\nnumber: 7\ntitle: x\nsubject: "For {{subscriber.name}}"\npreheader: \'\\{{subscriber.name}} {{unsubscribe_url}}\'\n---\n{{subscriber.city}}\n',
    );
    assert.deepEqual(
      issue?.expressions.map(({ line }) => line),
      [4, 5, 7],
    );
    assert.equal(issue?.subject, `For ${issue?.expressions[0]?.marker}`);
    assert.equal(issue?.preheader, `{{subscriber.name}} ${issue?.expressions[1]?.marker}`);
    assert.equal(new Set(issue?.expressions.map(({ marker }) => marker)).size, 3);
  });

  it('are text in code, in comments and behind a backslash', () => {
    const { issue, rules } = parseBody(
      '`{{subscriber.name}}` \\{{subscriber.name}} <!-- {{subscriber.oops -->\n\n```\n{{#if subscriber.x}}\n```\n\n    {{{subscriber.name}}}\n',
    );
    assert.deepEqual(issue.expressions, []);
    assert.match(textOf(issue.intro) ?? '', /^\{\{subscriber\.name\}\} \{\{subscriber\.name\}\}/);
    assert.deepEqual(rules, []);
  });

  it('of other systems are text', () => {
    const text =
      '{{issue.title}} {{{body}}} {{#if user.x}}a{{/if}} {{ contact.subscriber.name }} {{}} {{ }}}} {{x';
    const { issue } = parseBody(`${text}\n`);
    assert.equal(textOf(issue.intro), text);
    assert.deepEqual(issue.expressions, []);
  });

  const faults: [string, RegExp][] = [
    ['{{{subscriber.name}}}', /two braces/],
    ['{{&subscriber.name}}', /two braces/],
    ['{{subscriber}}', /not understood/],
    ['{{uppercase subscriber.name}}', /not understood/],
    ['{{#with subscriber.address}}x{{/with}}', /not understood/],
    ['{{default subscriber.name “reader”}}', /straight/],
    ['{{default subscriber.name}}', /not understood/],
    ['{{#if subscriber.name}}never closed', /add \{\{\/if\}\}/],
    ['{{#if subscriber.name}}a{{/each}}', /cannot stand inside/],
    ['{{#if subscriber.name}}{{issue.title}}{{/if}}', /cannot stand inside/],
    ['{{#if subscriber.name}}{{{subscriber.name}}}{{/if}}', /cannot stand inside/],
    ['{{subscriber.name', /no closing braces/],
  ];
  for (const [written, message] of faults) {
    it(`that would not work are an error and stay text: ${written}`, () => {
      const { issue, findings } = parseBody(`Hello\n\n${written} x\n`);
      const [error] = findings;
      assert.deepEqual(
        [error?.severity, error?.code, error?.line],
        ['error', 'expression-invalid', 7],
      );
      assert.match(error?.message ?? '', message);
      assert.ok(textOf(issue.intro)?.includes(written.slice(0, 12)));
    });
  }

  it('have markers no text of the author can hold', () => {
    const first = parseBody('{{subscriber.name}}\n').issue.expressions[0]?.marker ?? '';
    const { issue } = parseBody(`${first} {{subscriber.name}}\n`);
    assert.notEqual(issue.expressions[0]?.marker, first);
    assert.equal(textOf(issue.intro), `${first} ${issue.expressions[0]?.marker}`);
  });
});
