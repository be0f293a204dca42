/**
 * `<@Title@>` and `<@text@>(@Title@)`: taken out before Markdown sees the text, for a title may hold
 * anything Markdown would read as its own, and put back as {@link CrossReference} nodes.
 */
import type { PhrasingContent, Text } from 'mdast';
import type { Edit } from './edits.js';
import { oneLine } from './plain-text.js';
import { sourceOffset } from './source-offset.js';
import type { CrossReference } from './types.js';

/** One reference as it was typed. */
export interface Mention {
  marker: string;
  written: string;
  text: string;
  title: string;
}

/** Neither part reaches over a blank line. */
const PART = String.raw`((?:(?!@>|@\)|<@|\n[ \t]*\n)[\s\S])+?)`;
const REFERENCE = new RegExp(`(?<!\\\\)<@${PART}@>(?:\\(@${PART}@\\))?`, 'g');

/** @param isCode whether an offset stands in code or a comment */
export function extractReferences(
  text: string,
  isCode: (offset: number) => boolean,
  nonce: string,
): { edits: Edit[]; mentions: Mention[] } {
  const edits: Edit[] = [];
  const mentions: Mention[] = [];
  for (const match of text.matchAll(REFERENCE)) {
    const [written, shown = '', title = shown] = match;
    if (isCode(match.index)) continue;
    const marker = `${nonce}R${mentions.length}Z`;
    edits.push({
      start: match.index,
      end: match.index + written.length,
      text: marker,
      restore: true,
    });
    mentions.push({ marker, written, text: oneLine(shown), title: oneLine(title) });
  }
  return { edits, mentions };
}

/** Puts reference nodes where their markers stand in a text node. */
export function placeReferences(
  node: Text,
  mentions: readonly Mention[],
  source: string,
): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  let from = 0;
  const place = (start: number, end: number) => {
    const { position } = node;
    if (position?.start.offset === undefined) return {};
    const at = (offset: number) =>
      sourceOffset(source, position.start.offset ?? 0, node.value, offset);
    return {
      position: {
        start: { ...position.start, offset: at(start) },
        end: { ...position.end, offset: end === node.value.length ? position.end.offset : at(end) },
      },
    };
  };
  const addText = (end: number) => {
    if (end > from)
      nodes.push({ type: 'text', value: node.value.slice(from, end), ...place(from, end) });
  };
  for (const { index, mention } of findMarkers(node.value, mentions)) {
    addText(index);
    from = index + mention.marker.length;
    nodes.push({ ...toNode(mention), ...place(index, from) });
  }
  addText(node.value.length);
  return nodes;
}

/** Puts the references back as they were typed, in what is no prose: code, URLs, titles. */
export function restoreReferences(text: string, mentions: readonly Mention[]): string {
  let restored = text;
  for (const { mention } of findMarkers(text, mentions)) {
    restored = restored.replace(mention.marker, () => mention.written);
  }
  return restored;
}

function toNode({ text, title, written }: Mention): CrossReference {
  return {
    type: 'crossReference',
    title,
    written,
    children: [{ type: 'text', value: text }],
    data: { hName: 'span' },
  };
}

function findMarkers(text: string, mentions: readonly Mention[]) {
  return mentions
    .map((mention) => ({ mention, index: text.indexOf(mention.marker) }))
    .filter(({ index }) => index !== -1)
    .sort((a, b) => a.index - b.index);
}
