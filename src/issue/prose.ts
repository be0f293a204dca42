/** Markdown that stands by itself, outside of any issue file: a cell of the database. */
import type { RootContent } from 'mdast';
import { readBody } from './body.js';
import { markerNonce, restoreExpressions } from './expressions.js';
import { Findings } from './findings.js';
import { parseMarkdown, toMarkdown } from './markdown.js';
import { normaliseSource } from './source-text.js';
import type { Markdown } from './types.js';

/**
 * @returns the text with its references as nodes, still to be resolved; nothing in it is a subscriber
 * expression. What is nested too deeply to be read stands as it was typed.
 */
export function parseProse(text: string): Markdown {
  const source = normaliseSource(text);
  const nonce = markerNonce(source);
  const { rewritten, mentions, expressions } = readBody(source, 0, nonce, 0, new Findings());
  const nodes = parseMarkdown(rewritten.text, mentions) ?? [verbatim(source)];
  const markdown = toMarkdown(nodes, rewritten);
  const read =
    expressions.length === 0
      ? markdown
      : (JSON.parse(JSON.stringify(markdown), (_key, value) =>
          typeof value === 'string' ? restoreExpressions(value, expressions) : value,
        ) as Markdown);
  return { ...read, source };
}

function verbatim(value: string): RootContent {
  return { type: 'paragraph', children: [{ type: 'text', value }] };
}
