/**
 * Real issues, where they are at hand: every word and link of the file in both parts, and a mail
 * that no client clips. The files are not part of this repository.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Nodes } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { parseIssue } from '../../src/issue/parse.js';
import { encodeQuotedPrintable } from '../../src/message/quoted-printable.js';
import { packageRoot } from '../../src/package-root.js';
import { renderMail } from '../../src/render/mail.js';
import { filled } from '../render/filled.js';
import { PUBLICATION } from '../render/issue-fixture.js';
import { hrefsOf, isThere, urlsOfText, visibleText, wordsOf } from '../render/words.js';

const REAL = join(packageRoot(), '../shared/newsletter/issues');
const EXAMPLES = join(packageRoot(), 'examples/envelope/issues');
/** Gmail clips from about 102 KB. */
const MAX_HTML_BYTES = 100_000;

const folders = [EXAMPLES, REAL].filter((folder) => existsSync(folder));
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** Words and links of the Markdown itself, read without our parser. */
function contentOfFile(source: string): { words: Set<string>; urls: string[] } {
  const body = source
    .replace(/^\s*---\n[\s\S]*?\n---\n/, '')
    .replace(/^\s*(?:[A-Za-z_]+: .*\n)+/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    // Labels are written anew, with the name of whose opinion it is.
    .replace(/\*\*(?:My opinion|Prerequisities):?\*\*/gi, ' ')
    // Subscriber expressions and references between items say other things in the mail.
    .replace(/\{\{#(\w+)[\s\S]*?\{\{\/\1\}\}|\{\{[^}]*\}\}|<@[\s\S]*?@>(?:\(@[\s\S]*?@\))?/g, ' ');
  const texts: string[] = [];
  const urls: string[] = [];
  const visit = (node: Nodes) => {
    if (node.type !== 'html' && 'value' in node) texts.push(node.value);
    if ('url' in node && /^(?:https?|mailto):/i.test(node.url)) urls.push(node.url);
    if ('children' in node) for (const child of node.children) visit(child);
  };
  visit(unified().use(remarkParse).use(remarkGfm).parse(body));
  return { words: wordsOf(texts.join(' ')), urls };
}

describe('rendering whole issues', () => {
  test('the real issues are at hand', { skip: !existsSync(REAL) && `no ${REAL}` }, () => {
    assert.ok(files.length > 3);
  });

  for (const file of files) {
    const name = file.split('/').slice(-1)[0];
    test(`${name}: nothing is lost, and no client clips it`, async (t) => {
      const source = readFileSync(file, 'utf8');
      const { issue } = parseIssue(source);
      assert.ok(issue);
      const mail = await renderMail(issue, PUBLICATION);
      const html = filled(mail.html);
      const text = filled(mail.text);
      const { words, urls } = contentOfFile(source);
      const parts = {
        html: { words: wordsOf(visibleText(html)), urls: new Set(hrefsOf(html)) },
        text: { words: wordsOf(text), urls: urlsOfText(text) },
      };
      for (const [part, has] of Object.entries(parts)) {
        const lost = [...words].filter((word) => !has.words.has(word));
        assert.deepEqual(lost, [], `words missing from the ${part} part`);
        const dead = urls.filter((url) => !isThere(url, has.urls));
        assert.deepEqual(dead, [], `links missing from the ${part} part`);
      }
      const bytes = Buffer.byteLength(html);
      const encoded = Buffer.byteLength(encodeQuotedPrintable(html));
      t.diagnostic(
        `${Buffer.byteLength(source)} bytes of Markdown: HTML ${bytes}, encoded ${encoded}`,
      );
      assert.ok(Math.max(bytes, encoded) <= MAX_HTML_BYTES);
      const long = text
        .split('\n')
        .filter((line) => line.length > 78 && !/https?:|mailto:/.test(line));
      assert.deepEqual(
        long.filter((line) => !line.startsWith('    ')),
        [],
      );
      assert.doesNotMatch(text, /<\/?(?:p|a|em|strong|li|ul|small|br)\b|&(?:amp|lt|gt|nbsp);/);
    });
  }
});
