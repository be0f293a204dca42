import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outline, parseBody, textOf } from './parsed.js';

function introOf(markdown: string): string | undefined {
  return textOf(parseBody(`${markdown}\n`).issue.intro);
}

describe('prose', () => {
  it('keeps every <…> that is not harmless HTML as it was written', () => {
    const texts = [
      "the triple <o, a, o'> and (A -> B) -> A",
      "Cow<'_, [T]>, Vec<T> and HashMap<String, Vec<u8>>",
      '<bluss> hello there',
      'a <script>alert(1)</script> b',
      '<div class="x">\nstill text\n</div>',
      '<small>never closed',
      'closed only</small>',
      '<img src="javascript:alert(1)">',
      '<?php echo ?> <!DOCTYPE html> <![CDATA[x]]>',
      'costs $5 to $10, ~15% or ~20%',
    ];
    for (const text of texts) assert.equal(introOf(text), text);
    assert.equal(parseBody('## News\n\n<T>\n\n*x*\n').issue.sections[0]?.blocks.length, 1);
    assert.deepEqual(outline(parseBody('## A\n\n<T>\nfoo\n').issue), ['<<T>\nfoo>']);
  });

  it('turns harmless HTML into nodes', () => {
    const { issue } = parseBody(
      '<small>Ask *us* <em>now</em></small> H<sub>2</sub>O x<SUP>2</SUP><br/><strong>b</strong> <img src="https://a.example/x.png" alt="A lamp" width="80">\n',
    );
    const types: string[] = [];
    for (const node of issue.intro?.nodes ?? []) {
      if (node.type !== 'paragraph') continue;
      types.push(
        ...node.children.map((child) => ('name' in child ? String(child.name) : child.type)),
      );
    }
    assert.deepEqual(
      types.filter((type) => type !== 'text'),
      ['small', 'sub', 'sup', 'break', 'strong', 'image'],
    );
    assert.equal(textOf(issue.intro), 'Ask us now H2O x2\nb A lamp');
  });

  it('drops comments, over several paragraphs too, and keeps the lines behind them', () => {
    const { issue, rules } = parseBody(
      'One<!-- a --> two.\n\n<!-- b\n\n* [Fog](https://a.example/1)\n\n-->\n## News\n\n* [Rain](https://a.example/2)\n<!-- * [Hail](https://a.example/3) -->\n* [Snow](https://a.example/4)\n',
    );
    assert.equal(textOf(issue.intro), 'One two.');
    assert.deepEqual(outline(issue), ['Rain', 'Snow']);
    assert.deepEqual(issue.sections[0]?.position.line, 12);
    assert.deepEqual(rules, []);
    assert.deepEqual(parseBody('One\n\n<!-- two\n\nthree\n').rules, ['error 7 comment-unclosed']);
    assert.equal(introOf('`<!-- not one -->`'), '<!-- not one -->');
  });

  it('resolves reference links and images wherever they are defined', () => {
    const { issue, items } = parseBody(
      '## News\n\n* [Fog][1] and ![lamp][2]\n* [pdf] [Rain]\n\n[undefined] stays\n\n[1]: https://a.example/1\n[2]: https://a.example/2\n[rain]: https://a.example/3\n',
    );
    assert.deepEqual(
      items.map(({ urls }) => urls),
      [['https://a.example/1'], ['https://a.example/3']],
    );
    const nodes = JSON.stringify(issue);
    assert.ok(nodes.includes('"url":"https://a.example/2"'));
    assert.doesNotMatch(nodes, /linkReference|imageReference|"definition"/);
    assert.match(outline(issue)[2] ?? '', /\[undefined\] stays/);
  });

  it('prints footnotes where they are defined', () => {
    assert.equal(introOf('Fog[^a] is wet.\n\n[^a]: Very.'), 'Foga is wet.\n\na Very.');
  });

  it('keeps LaTeX quotes, tables, quotes, code and nested lists', () => {
    assert.equal(
      introOf("``fog'' and ``rain'' are ``words''"),
      "``fog'' and ``rain'' are ``words''",
    );
    assert.equal(introOf('use ``a`b`` here'), 'use a`b here');
    assert.equal(
      introOf('> Fog.\n\n* a\n    * b\n\n| x | y |\n|---|---|\n| 1 | 2 |'),
      'Fog.\n\na\n\nb\n\nx\ty\n1\t2',
    );
  });

  it('has its source as it was typed, repairs or not', () => {
    const body = "``Fog'' &amp; [A [rain](https://a.example/1)\n\n<@Fog@> \\*";
    assert.equal(parseBody(`${body}\n`).issue.intro?.source, body);
  });

  it('behind a head line knows its place, escapes and entities before it', () => {
    const { items } = parseBody(
      '## News\n\n[Fog](https://a.example/1) (summarized by A\\*a &amp; B): &quot;Horns&quot; \\*\n',
    );
    assert.equal(items[0]?.summarizer, 'A*a & B');
    assert.equal(items[0]?.summary?.source, '&quot;Horns&quot; \\*');
  });
});
