/** Short ways to parse a piece of Markdown as an issue. */
import assert from 'node:assert/strict';
import { parseIssue } from '../../src/issue/parse.js';
import { plainText } from '../../src/issue/plain-text.js';
import type { Finding, Issue, Item, Markdown } from '../../src/issue/types.js';
import { itemsOf } from '../../src/issue/visit.js';

/** Lines before the body: the first line of a body is line 5 of its file. */
const HEAD = '---\nnumber: 7\ntitle: Lighthouses\n---\n';

export interface Parsed {
  issue: Issue;
  items: Item[];
  findings: Finding[];
  /** `error 12 opinion-without-summary`, in the order of the file. */
  rules: string[];
}

export function parseBody(body: string): Parsed {
  const { issue, findings } = parseIssue(HEAD + body);
  assert.ok(issue, JSON.stringify(findings));
  const rules = findings.map(({ severity, line, code }) => `${severity} ${line} ${code}`);
  return { issue, items: itemsOf(issue), findings, rules };
}

/** The one item of a section that holds this Markdown. */
export function parseItem(markdown: string): Item {
  const { items } = parseBody(`## News\n\n${markdown}\n`);
  assert.equal(items.length, 1, `${items.length} items`);
  const [item] = items;
  assert.ok(item);
  return item;
}

export function textOf(markdown: Markdown | undefined): string | undefined {
  return markdown && plainText(markdown.nodes);
}

/** The blocks of all sections: titles of items, and free Markdown in angle brackets. */
export function outline({ sections }: Issue): string[] {
  return sections.flatMap(({ blocks }) =>
    blocks.map((block) => (block.kind === 'item' ? block.title : `<${plainText(block.nodes)}>`)),
  );
}
