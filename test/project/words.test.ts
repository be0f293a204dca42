/** Every word a reader meets can be translated: it is in templates/strings.yaml, not in a template. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { type DefaultTreeAdapterMap, parseFragment } from 'parse5';
import { packageRoot } from '../../src/package-root.js';

type Node = DefaultTreeAdapterMap['node'];

const FOLDER = join(packageRoot(), 'templates');
/** Attributes that are read or spoken. */
const SPOKEN = new Set(['alt', 'aria-label', 'aria-description', 'placeholder', 'title']);
/** For those who run it, on their own machine: the demo's inbox and the editor's preview. */
const NOT_FOR_READERS = /^web\/(?:inbox|preview)/;
/** Styles, scripts and files for programs have no words. */
const NO_TEXT = /\.(?:css|js|xml|txt|svg)\.hbs$|^email\/(?:style\.mjml|dark\.html)$/;
/** Initials and names that are the same in every language. */
const SAME_EVERYWHERE = /nbsp|zwnj/g;

function templates(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:hbs|html|mjml|txt)$/.test(file))
    .filter((file) => !NOT_FOR_READERS.test(file) && !NO_TEXT.test(file));
}

/** What a template says by itself: without comments, expressions and conditional comments. */
function ownText(source: string): string {
  return source
    .replace(/\{\{!--[\s\S]*?--\}\}|\{\{![\s\S]*?\}\}/g, '')
    .replace(/\{\{\{?[\s\S]*?\}\}\}?/g, ' ');
}

function* words(node: Node): Generator<string> {
  if (node.nodeName === '#text' && 'value' in node) yield node.value;
  if ('attrs' in node) {
    for (const { name, value } of node.attrs) if (SPOKEN.has(name)) yield value;
  }
  if (node.nodeName === 'style' || node.nodeName === 'script') return;
  for (const child of 'childNodes' in node ? node.childNodes : []) yield* words(child);
}

export function literalWords(file: string, source: string): string[] {
  const text = ownText(source);
  const said = file.endsWith('.txt') ? [text] : [...words(parseFragment(text))];
  return said.flatMap((one) => one.replace(SAME_EVERYWHERE, '').match(/\p{L}[\p{L}'’]+/gu) ?? []);
}

it('no template for readers has words of its own', () => {
  const found = templates().flatMap((file) => {
    const own = literalWords(file, readFileSync(join(FOLDER, file), 'utf8'));
    return own.length > 0 ? [`${file}: ${own.join(' ')}`] : [];
  });
  assert.deepEqual(found, []);
});

it('words of a template would be found, in its text and in what is spoken', () => {
  const template = '<p title="Read on">{{t "x"}} Hello <b class="lead">you</b></p><!-- a note -->';
  assert.deepEqual(literalWords('x.hbs', template), ['Read', 'on', 'Hello', 'you']);
});
