import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseBody } from './parsed.js';

function rulesOf(markdown: string): string[] {
  return parseBody(`## News\n\n${markdown}\n`).rules;
}

describe('warnings', () => {
  it('name merge tags of other systems', () => {
    for (const tag of [
      '*|FNAME|*',
      '*|IF:FNAME|*',
      '{first_name}',
      '{first_name, "friend"}',
      '{name, “friend”}',
      '[FIRST_NAME]',
      '[LINK_UNSUBSCRIBE]',
      '{{ contact.first_name }}',
      '{{name | default: "friend"}}',
      '{{#if user.x}}',
      '{% if user %}',
      '%%first_name%%',
      '{$email}',
      '%recipient.name%',
    ]) {
      assert.deepEqual(
        rulesOf(`Hello ${tag}, this is *news*.`),
        ['warning 7 foreign-merge-tag'],
        tag,
      );
    }
  });

  it('name TK markers', () => {
    assert.deepEqual(rulesOf('The lamp was lit in TK.\n\nTKTK'), [
      'warning 7 tk-marker',
      'warning 9 tk-marker',
    ]);
  });

  it('leave code, our own tags and common words alone', () => {
    for (const text of [
      '`*|FNAME|*` and `{{name}}` and `TK`',
      '{{subscriber.name}} {{default subscriber.name "x"}} \\{{subscriber.name}}',
      'format!("{}", x) and {name} and {{}} and {0} and [RFC] and [WIP] and {email}',
      'Tcl/TK, TKO, ATK, a-TK, tk and http://tk.example/TK/',
      'Set {a, b} and |x| * |y|*',
      'Some 50%%, 5% of 100% and $5, {$} and a%b%c',
    ]) {
      assert.deepEqual(rulesOf(text), [], text);
    }
  });

  it('name an address two items have, but not a link that comes twice in the text', () => {
    assert.deepEqual(
      rulesOf(
        '[Fog](https://a.example/1): See [it](https://a.example/1).\n\n[Rain](http://a.example/1/): Wet.',
      ),
      ['warning 9 duplicate-url'],
    );
    assert.deepEqual(
      rulesOf(
        '* [Fog](https://a.example/#a)\n* [Rain](https://a.example/#b)\n* [Hail](https://a.example/?p=1)',
      ),
      [],
    );
  });

  it('name links without text', () => {
    assert.deepEqual(rulesOf('See [](https://a.example/1) and [![](x.png)](https://a.example/2)'), [
      'warning 7 link-without-text',
      'warning 7 link-without-text',
    ]);
    assert.deepEqual(rulesOf('[![A lamp](x.png)](https://a.example/2)'), []);
  });
});
