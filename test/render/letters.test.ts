import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.js';
import { type LetterKind, renderLetter } from '../../src/render/letters.js';
import { PUBLICATION } from './issue-fixture.js';
import { templatesOf } from './overrides.js';
import { LETTERS } from './sample-letters.js';
import { hrefsOf, urlsOfText, visibleText } from './words.js';

const KINDS = Object.keys(LETTERS) as LetterKind[];

/** Every web address in the data of a letter. */
function urlsIn(data: unknown): string[] {
  return JSON.stringify(data).match(/https:[^"]+/g) ?? [];
}

for (const kind of KINDS) {
  test(`the letter "${kind}" says the same in both parts, with every link`, async () => {
    const { subject, html, text } = await renderLetter(kind, LETTERS[kind], PUBLICATION);
    assert.match(subject, /^[^\r\n]+$/);
    const shown = visibleText(html);
    const wanted = urlsIn(LETTERS[kind]).filter((url) => !url.endsWith('/issues'));
    for (const url of wanted) {
      assert.ok(hrefsOf(html).includes(url), `${url} in ${html}`);
      assert.ok(urlsOfText(text).has(url), `${url} in ${text}`);
    }
    for (const part of [shown, text]) {
      assert.match(part, /Slow Science Weekly, 1 Harbour Road/);
      assert.doesNotMatch(part, /\{\w+\}|undefined|\[object|SLOT\d|\*\*/);
    }
    assert.doesNotMatch(html, /<tides>|<b>@|<Authentication>/);
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 78 && !/^https:/.test(line)),
      [],
    );
  });
}

test('the confirmation says until when its link works, on the clock of the publication', async () => {
  const berlin = { ...PUBLICATION, timezone: 'Europe/Berlin' };
  const { text } = await renderLetter('confirm', LETTERS.confirm, berlin);
  assert.match(text.replace(/\s+/g, ' '), /works until November 28, 2026 at 1:00 PM GMT\+1\./);
});

test('a welcome before the first issue leads to the archive, and every welcome can be left by', async () => {
  const data = { ...LETTERS.welcome, latest: undefined };
  const { html, text } = await renderLetter('welcome', data, PUBLICATION);
  assert.match(html, /href="https:\/\/slow\.example\/issues"/);
  assert.match(text, /All issues:\nhttps:\/\/slow\.example\/issues\n/);
  assert.match(text, /^Unsubscribe: https:\/\/slow\.example\/u\/TOKEN$/m);
});

test('an operator reads facts as a table, and commands as they are typed', async () => {
  const { subject, html, text } = await renderLetter('operator', LETTERS.operator, PUBLICATION);
  assert.equal(subject, '[Slow Science Weekly] Issue 12 has stopped');
  assert.match(html, /<th scope="row"[^>]*>Accepted<\/th><td>41,203 of 120,331<\/td>/);
  assert.match(text, /^ {4}pressrun resume 12$/m);
});

test('a publication replaces words, a letter, or the layout of all of them', async (t) => {
  const templatesDir = templatesOf(t, {
    'strings.yaml': 'letters:\n  confirm: {button: "Ja, bitte"}\n',
    'text/letters/goodbye.txt': '{{#> letter}}Farewell from {{publication.name}}.{{/letter}}',
    'text/letter.txt': '* {{title}} *\n{{> @partial-block}}',
  });
  const confirm = await renderLetter('confirm', LETTERS.confirm, PUBLICATION, { templatesDir });
  assert.match(confirm.html, /Ja, bitte/);
  assert.match(confirm.text, /^Ja, bitte:$/m);
  assert.match(confirm.text, /If it was not you/);
  const goodbye = await renderLetter('goodbye', LETTERS.goodbye, PUBLICATION, { templatesDir });
  assert.equal(goodbye.text, '* You have left *\nFarewell from Slow Science Weekly.\n');
});

test('a subscriber field in a letter is refused, with the file', async (t) => {
  const templatesDir = templatesOf(t, {
    'text/letters/goodbye.txt': 'Bye {{subscriber.name}}',
  });
  await assert.rejects(
    renderLetter('goodbye', LETTERS.goodbye, PUBLICATION, { templatesDir }),
    (error) =>
      error instanceof AppError &&
      error.code === 'template_invalid' &&
      /goodbye\.txt$/.test(error.file ?? ''),
  );
});
