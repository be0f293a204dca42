import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { caniemail, groupIssues } from 'caniemail';
import { distinctTags } from '../../src/check/distinct-tags.js';

const GOLDEN = new URL('../render/golden/', import.meta.url);

/** What does not work where, in the order it is found. */
function gapsIn(html: string): string[] {
  const { issues } = caniemail({ clients: ['gmail.*', 'outlook.*'], html });
  const gaps = groupIssues(issues.errors).flatMap(({ issue, clients }) =>
    clients.map((client) => `${issue.title} ${client}`),
  );
  return [...new Set(gaps)];
}

function distinct(html: string): string {
  return [...distinctTags(html)].join('\n');
}

function inBody(html: string): string {
  return `<!doctype html>\n<html lang="en"><head><style>p { gap: 1px }</style></head><body>${html}</body></html>`;
}

describe('one element of each kind', () => {
  for (const name of readdirSync(GOLDEN).filter((file) => file.endsWith('.html'))) {
    it(`holds all that mail programs lack for ${name}`, () => {
      const mail = readFileSync(new URL(name, GOLDEN), 'utf8');
      assert.ok(distinct(mail).length < mail.length);
      assert.deepEqual(gapsIn(distinct(mail)), gapsIn(mail));
    });
  }

  for (const html of [
    '<p style="display:grid">a</p><!-- <p style="gap:1px"> --><b style="gap:1px">b</b>',
    '<a href="https://a.example/1">a</a><a href="#b">b</a><a href="mailto:c@a.example">c</a>',
    '<a href="https://a.example/1" name=x>a</a><img alt="a > b" src=\'x.svg\' style="object-fit:fill">',
    '<style>b{mask:none}</style><p>x</p><style>i{color:red}</style><svg><image href="x"/></svg>',
    '<script>if (a <b) {}</script><form><input type="checkbox" required><input type="radio"></form>',
    '<p title="<b>" style="clip-path:none">a</p><details><summary>b</summary></details>',
  ]) {
    it(`holds them for ${html}`, () => {
      assert.deepEqual(gapsIn(distinct(inBody(html))), gapsIn(inBody(html)));
    });
  }

  it('is there once, without what it held', () => {
    const html = inBody('<p style="color:red">a <b>b</b></p>\n<p style="color:red">c</p>');
    const [, ...inside] = distinctTags(html);
    assert.deepEqual(inside, [
      ...['<head></head>', '<style>p { gap: 1px }</style>', '<body></body>'],
      ...['<p style="color:red"></p>', '<b></b>'],
    ]);
  });

  it('is not looked for in what is no document, or written in an unusual way', () => {
    for (const html of ['<p>a</p><p>b</p>', inBody('<p a="1"b="2">a</p><p <i>>')]) {
      assert.equal(distinct(html), html);
    }
  });
});
