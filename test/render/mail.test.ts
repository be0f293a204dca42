import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMail } from '../../src/render/mail.js';
import type { RenderedMail } from '../../src/render/types.js';
import { filled, UNSUBSCRIBE_URL } from './filled.js';
import { fullIssue, issue, item, markdown, PUBLICATION, section } from './issue-fixture.js';
import { templatesOf } from './overrides.js';
import { hrefsOf, missingFrom, urlsOfText, visibleText } from './words.js';

let rendered: Promise<RenderedMail> | undefined;
const fullMail = () => {
  rendered ??= renderMail(fullIssue(), PUBLICATION);
  return rendered;
};
const fullHtml = async () => filled((await fullMail()).html);
const fullText = async () => filled((await fullMail()).text);

const oneItem = (parts: Parameters<typeof item>[0]) =>
  renderMail(issue({ sections: [section('News', 2, [item(parts)])] }), PUBLICATION);

test('every word and every link of the issue is in both parts', async () => {
  const html = await fullHtml();
  const text = await fullText();
  const inHtml = { text: visibleText(html), urls: new Set(hrefsOf(html)) };
  assert.deepEqual(missingFrom(fullIssue(), inHtml), []);
  assert.deepEqual(missingFrom(fullIssue(), { text, urls: urlsOfText(text) }), []);
});

test('the subject is the prefix, number and title unless the issue has its own', async () => {
  assert.equal(filled((await fullMail()).subject), '[SSW #12]: What tides remember');
  const mail = await renderMail(issue({ subject: 'A subject\n of my own' }), PUBLICATION);
  assert.equal(filled(mail.subject), 'A subject of my own');
});

test('a reader can leave from the top and from the bottom, and read on the web', async () => {
  const hrefs = hrefsOf(await fullHtml());
  const own = hrefs.filter((href) => href === UNSUBSCRIBE_URL);
  assert.equal(own.length, 2);
  assert.ok(hrefs.indexOf(UNSUBSCRIBE_URL) < 3);
  assert.equal(hrefs[0], 'https://slow.example/issues/12');
  const lines = (await fullText()).split('\n');
  assert.ok(lines.findIndex((line) => line.includes(UNSUBSCRIBE_URL)) < 8);
  assert.ok(lines.slice(-6).includes(UNSUBSCRIBE_URL));
  const preferences = UNSUBSCRIBE_URL.replace('/u/', '/p/');
  assert.ok(hrefs.includes(preferences));
  assert.ok(lines.includes(preferences));
  assert.ok(lines.includes('Read in your browser: https://slow.example/issues/12'));
});

test('both parts name the publication, the date and the postal address', async () => {
  for (const part of [visibleText(await fullHtml()), await fullText()]) {
    for (const words of [
      'Slow Science Weekly',
      'Newsletter #12',
      'May 27, 2026',
      '1 Harbour Road',
    ]) {
      assert.ok(part.includes(words), words);
    }
  }
});

test('the contents lead to the sections, subsections inside of theirs', async () => {
  const html = await fullHtml();
  const anchors = hrefsOf(html).filter((href) => href.startsWith('#'));
  assert.deepEqual(anchors, [
    '#highlights',
    '#instruments',
    '#clocks-and-calendars',
    '#near-and-far',
    '#news',
  ]);
  for (const anchor of anchors) {
    assert.match(
      html,
      new RegExp(`<h[23] id="${anchor.slice(1)}"[^>]*><a name="${anchor.slice(1)}">`),
    );
  }
  assert.match(html, /#instruments">Instruments<\/a><ul>\s*<li><a href="#clocks-and-calendars"/);
});

test('headings go down one level at a time', async () => {
  const levels = [...(await fullHtml()).matchAll(/<h([1-6])/g)].map((match) => Number(match[1]));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.forEach((level, index) => {
    assert.ok(level <= (levels[index - 1] ?? 0) + 1);
  });
});

test('an item reads: title, authors, summarizer, hat tip, summary', async () => {
  const expected =
    /Eleven years in a harbour: what a tide gauge knows that nobody asked it (?:\[2\] )?\(Ines Duarte, Tom Okafor,? and Wen Li\) \(summarized by Ada\) \(H\/T Marguerite\): The authors logged/;
  for (const part of [visibleText(await fullHtml()), await fullText()]) {
    assert.match(part.replace(/\s+/g, ' ').replaceAll(' )', ')').replaceAll(' :', ':'), expected);
  }
});

test('opinions stand apart, in their order, each with its name', async () => {
  const boxes = [
    ...(await fullHtml()).matchAll(/<table role="presentation" class="o"[\s\S]*?<\/table>/g),
  ];
  assert.deepEqual(
    boxes.map(([box]) => /<b>(.*?)<\/b>/.exec(box)?.[1]),
    ["Ada's opinion:", "Ben's opinion:", "Ben's opinion:"],
  );
  assert.match(
    await fullText(),
    /^ {2}\| Ada's opinion: I like[^\n]*\n {2}\| [\s\S]*\n {2}\|\n {2}\| I would/m,
  );
});

test('layout tables are for presentation only, data tables are not', async () => {
  const tables = [...(await fullHtml()).matchAll(/<table[^>]*>/g)].map(([tag]) => tag);
  const data = tables.filter((tag) => !tag.includes('role="presentation"'));
  assert.deepEqual(data, ['<table class="x">']);
});

test('the mail says its language and that it knows dark mode', async () => {
  const html = await fullHtml();
  assert.match(html, /<html lang="en" dir="ltr"/);
  assert.match(html, /<meta name="color-scheme" content="light dark">/);
  assert.match(html, /<meta name="supported-color-schemes" content="light dark">/);
  assert.match(html, /prefers-color-scheme:dark/);
});

test("Outlook's conditionals are whole", async () => {
  const html = await fullHtml();
  const opened = html.match(/<!--\[if /g)?.length;
  assert.equal(html.match(/<!\[endif\]-->/g)?.length, opened);
  assert.ok((opened ?? 0) > 4);
});

test('images always have a description', async () => {
  const mail = await renderMail(
    issue({ body: '![](https://a.example/map.png) ![x](12/local.png)' }),
    PUBLICATION,
  );
  const html = filled(mail.html);
  assert.match(html, /<img src="https:\/\/a\.example\/map\.png" alt="map\.png">/);
  assert.match(html, /<img src="https:\/\/slow\.example\/issues\/12\/local\.png" alt="x">/);
});

test('addresses that could do harm are dropped, their text stays', async () => {
  const body =
    '[one](javascript:alert(1)) [two](<java\tscript:alert(1)>) [three](data:text/html,x) ![four](data:image/png,x) [five](\u0001javascript:x)';
  const mail = await renderMail(issue({ body }), PUBLICATION);
  const html = filled(mail.html);
  for (const href of hrefsOf(html)) assert.match(href, /^(https:|mailto:|#)/);
  for (const word of ['one', 'two', 'three', 'four', 'five']) {
    assert.ok(visibleText(html).includes(word));
    assert.ok(filled(mail.text).includes(word));
  }
});

test('a title with brackets, markup characters and braces comes out as written', async () => {
  const title = 'Cow<\'_, [T]> & "{{maps}}": (A -> B) -> A';
  const mail = await oneItem({ title, links: [{ text: title, url: 'https://a.example/x' }] });
  assert.ok(visibleText(filled(mail.html)).includes(title));
  assert.ok(filled(mail.text).includes(title));
});

test('a piece without an address is named in bold, one with several links has them all', async () => {
  const bold = await oneItem({ title: 'A talk', links: [], urls: [] });
  assert.match(filled(bold.html), /<b class="t">A talk<\/b>/);
  const links = ['One', 'Two', 'Three'].map((text) => ({ text, url: `https://a.example/${text}` }));
  const several = await oneItem({ title: 'One, Two and Three', links });
  assert.match(filled(several.text), /One \[1\], Two \[2\] and Three \[3\]/);
});

test('a summary that begins with a list follows its line', async () => {
  const mail = await oneItem({ title: 'Rules', summary: markdown('- one\n- two') });
  assert.match(filled(mail.text), /^Rules \[1\]\n\n- one\n- two$/m);
});

test('the same address has the same number, and is defined once', async () => {
  const body =
    '[a](https://a.example/) and [b](https://b.example/), then [a again](https://a.example/).';
  const sections = [
    section('News', 2, [{ kind: 'markdown' as const, ...markdown('[c](https://a.example/)') }]),
  ];
  const text = filled((await renderMail(issue({ body, sections }), PUBLICATION)).text);
  assert.match(text, /a \[1\] and b \[2\], then a again \[1\]\./);
  assert.match(text, /^c \[1\]$/m);
  assert.equal(text.match(/^\[\d+\] /gm)?.length, 2);
});

test('the text part keeps code, shows tables in columns, and wraps the rest', async () => {
  const text = await fullText();
  assert.match(text, /^ {4}level = moon\(t\) \+ pressure\(t - 3\)$/m);
  assert.match(text, /^Pressure {2}6 % {4}3 h$/m);
  for (const line of text.split('\n')) assert.ok(line.length <= 72 || /https?:/.test(line), line);
  assert.doesNotMatch(text, /<\/?[a-z]+[ >]|&[a-z]+;/);
});

test('a wide table becomes records in the text part', async () => {
  const cell = 'a rather long cell that needs its room';
  const body = `| Name | What it does |\n|---|---|\n| ${cell} | ${cell} |\n| b | c |`;
  const text = filled((await renderMail(issue({ body }), PUBLICATION)).text);
  assert.match(
    text,
    new RegExp(`^Name: ${cell}\nWhat it does: ${cell}\n\nName: b\nWhat it does: c$`, 'm'),
  );
});

test("a publication's own template replaces ours, file by file, partials too", async (t) => {
  const templatesDir = templatesOf(t, {
    'email/opinion.html': '<p>{{> voice}}: {{inline lead}}</p>',
    'email/voice.html': 'So says {{by}}',
    'text/footer.txt': 'Bye from {{publication.name}}\n{{unsubscribe_url}}',
  });
  const mail = await renderMail(fullIssue(), PUBLICATION, { templatesDir });
  assert.match(filled(mail.html), /So says Ada: I like/);
  assert.match(filled(mail.html), /Unsubscribe/);
  assert.match(
    filled(mail.text),
    /Bye from Slow Science Weekly\nhttps:\/\/slow\.example\/u\/tok-en_1\n$/,
  );
});

test('no piece is empty and no two strings stand side by side', async () => {
  const mail = await fullMail();
  for (const pieces of [mail.subject, mail.html, mail.text]) {
    pieces.forEach((piece, index) => {
      assert.notEqual(piece, '');
      assert.ok(typeof piece !== 'string' || typeof pieces[index + 1] !== 'string');
    });
  }
});

test('rendering the same issue twice gives the same pieces', async () => {
  assert.deepEqual(await renderMail(fullIssue(), PUBLICATION), await fullMail());
});

test('both parts say that announced audio may not be up yet, until it is', async () => {
  const parts = async (audio: string, audioUrl?: string) => {
    const mail = await renderMail(issue({ audio }), PUBLICATION, { audioUrl });
    return [filled(mail.html), filled(mail.text)];
  };
  for (const part of await parts('https://audio.example/12.mp3')) {
    assert.match(part, /https:\/\/audio\.example\/12\.mp3/);
    assert.match(part, /\(may not be up yet\)/);
  }
  for (const part of await parts('12/said.mp3')) {
    assert.match(part, /https:\/\/slow\.example\/issues\/12#listen/, 'a file has no address yet');
    assert.match(part, /\(may not be up yet\)/);
  }
  for (const part of await parts('12/said.mp3', 'https://cdn.example/12.mp3')) {
    assert.match(part, /https:\/\/cdn\.example\/12\.mp3/);
    assert.doesNotMatch(part, /not be up yet/);
  }
});
