/** Web pages, mails and Markdown of other newsletters. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importIssue } from '../../src/import-issue/import-issue.js';
import { detectKind } from '../../src/import-issue/source-kind.js';
import { itemsOf } from '../../src/issue/visit.js';
import { outlineOf } from './outline.js';

const read = (text: string) => importIssue(Buffer.from(text), { nextNumber: 1 });

describe('the kind of a source shows from its content', () => {
  const cases: [string, string][] = [
    ['mail', 'From: a@x.example\nSubject: Hi\nMIME-Version: 1.0\n\nHello'],
    ['html', '<!-- saved --><!DOCTYPE html><html><body><p>Hi</p></body></html>'],
    ['markdown', '---\ntitle: X\n---\n\nHello'],
    ['markdown', '# Title\n\nSee [this](https://x.example).'],
    ['text', 'HIGHLIGHTS One (Ann Lee) (summarized by Bo): f(x) < 3 and [1].'],
    ['text', 'Subject: Hello\n\nText that only begins like a mail.'],
  ];
  for (const [kind, source] of cases) {
    it(`${kind}: ${JSON.stringify(source.slice(0, 40))}`, () => {
      assert.equal(detectKind(source), kind);
    });
  }
});

describe('a saved web page', () => {
  const PAGE = `<!DOCTYPE html><html><head><title>Slow Weekly #12: Rust and dust</title><style>p{}</style></head><body>
<nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>Rust and dust</h1><time datetime="2024-03-05">yesterday</time>
<p>Hello <b>reader</b>, this is a long enough introduction to carry an article through.</p>
<h2>Reading</h2>
<h3><a href="https://a.example/">A title</a></h3><p>What it says.</p>
<h3><a href="https://b.example/">Another title</a></h3><p>What that says.<br><br>And more.</p>
<img src="https://x.example/pixel.gif" width="1" height="1" alt="">
<p style="display:none">secret padding</p>
<p>Unsubscribe at any time.</p></article></body></html>`;

  it('gives its article: linked headings become items', async () => {
    const { kind, issue, text, leftOut, lostWords } = await read(PAGE);
    assert.equal(kind, 'html');
    assert.deepEqual(
      [issue?.number, issue?.title, issue?.date],
      [12, 'Rust and dust', '2024-03-05'],
    );
    assert.deepEqual(outlineOf(issue), [
      '## reading',
      'A title | - | - | -',
      'Another title | - | - | -',
    ]);
    assert.match(text, /\[A title\]\(https:\/\/a\.example\/\): What it says\./);
    assert.deepEqual(lostWords, []);
    const reasons = leftOut.map(({ reason }) => reason);
    assert.ok(reasons.includes('hidden from readers'));
    assert.ok(reasons.includes('part of the mail, not of the issue'));
  });

  it('keeps tables of figures, code and pictures', async () => {
    const { text } = await read(
      '<html><body><h2>News</h2><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><pre><code>x = 1</code></pre><p><img src="https://x.example/p.png" alt="A pear" width="300"></p></body></html>',
    );
    assert.match(text, /\| a \| b \|/);
    assert.match(text, /```\nx = 1\n```/);
    assert.match(text, /!\[A pear\]\(https:\/\/x\.example\/p\.png\)/);
  });
});

describe("another newsletter's Markdown", () => {
  it('has its front matter as ours, and its text as it was typed', async () => {
    const { issue, text, findings } = await read(
      `+++\ntitle = "Weekly #9: Spades"\ndate = "2024-02-01T10:00:00Z"\ndraft = false\n+++\n\nHello *you* -- and \`code\`.\n\n# Tools\n\n- [Spade](https://s.example) - digs _well_\n- [Rake](https://r.example)\n`,
    );
    assert.deepEqual([issue?.number, issue?.date], [9, '2024-02-01']);
    assert.match(text, /Hello \*you\* -- and `code`\./);
    assert.match(text, /- \[Spade\]\(https:\/\/s\.example\) - digs _well_/);
    assert.deepEqual(issue && itemsOf(issue).map(({ title }) => title), ['Spade', 'Rake']);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  it('has authors in plain brackets as authors, and plain labels as labels', async () => {
    const { issue } = await read(
      `# Weekly\n\n## News\n\n**[A spade](https://s.example)** (Ann Lee and Bo Ek) (summarized by Cy): It digs.\n\nCy's opinion: It does.\n`,
    );
    const [item] = issue ? itemsOf(issue) : [];
    assert.deepEqual(item?.authors, ['Ann Lee', 'Bo Ek']);
    assert.deepEqual(
      item?.opinions.map(({ by }) => by),
      ['Cy'],
    );
  });
});

describe('what is no issue', () => {
  it('is refused with what to do', async () => {
    await assert.rejects(importIssue(Buffer.from([0, 1, 2]), { nextNumber: 1 }), /no text/);
    await assert.rejects(importIssue(Buffer.from('  \n'), { nextNumber: 1 }), /no text/);
  });

  it('is read as Windows-1252 when it is not UTF-8, and that is said', async () => {
    const imported = await importIssue(Buffer.from([0x93, 0x48, 0x69, 0x94]), { nextNumber: 1 });
    assert.match(imported.text, /“Hi”/);
    assert.equal(imported.doubts[0]?.rule, 'encoding-guessed');
  });
});
