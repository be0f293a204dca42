/**
 * Inline HTML: what is harmless becomes nodes, all else text exactly as it was written.
 *
 * Harmless are `small`, `em`, `strong`, `sub`, `sup` in matching pairs, `br`, and `img` with an
 * address that is no script. Other attributes are dropped.
 */
import type { Image, PhrasingContent, Text } from 'mdast';
import type { InlineElement } from './types.js';

const TAG = /^<(\/?)([a-z]+)((?:\s[^>]*)?)\/?>$/i;
const ATTRIBUTE = /([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;
/** An address, not a script or the picture itself; relative ones are harmless. */
const IMAGE_URL = /^(?:https?:|(?![a-z][a-z\d+.-]*:))\S/i;
const PAIRED = new Set(['small', 'em', 'strong', 'sub', 'sup']);

interface OpenTag {
  name: string;
  /** Where its text stands in the output. */
  index: number;
}

/** Turns the `html` nodes among the children of one parent into nodes or text. */
export function convertInlineHtml(children: readonly PhrasingContent[]): PhrasingContent[] {
  const output: PhrasingContent[] = [];
  const open: OpenTag[] = [];
  for (const child of children) {
    if (child.type !== 'html') {
      output.push(child);
      continue;
    }
    const [, slash, tagName = '', attributes = ''] = TAG.exec(child.value) ?? [];
    const name = tagName.toLowerCase();
    const start = slash ? open.findLastIndex((tag) => tag.name === name) : -1;
    const opening = open[start];
    if (opening) {
      open.length = start;
      const [first, ...inside] = output.splice(opening.index);
      output.push(place(wrap(name, mergeTexts(inside)), first ?? child, child));
      continue;
    }
    if (!slash && PAIRED.has(name)) open.push({ name, index: output.length });
    const node = (slash ? undefined : voidElement(name, attributes)) ?? text(child.value);
    output.push(place(node, child));
  }
  return mergeTexts(output);
}

/** Joins neighbouring text nodes. */
export function mergeTexts(nodes: readonly PhrasingContent[]): PhrasingContent[] {
  const merged: PhrasingContent[] = [];
  for (const node of nodes) {
    const last = merged.at(-1);
    if (last?.type === 'text' && node.type === 'text') merged[merged.length - 1] = join(last, node);
    else merged.push(node);
  }
  return merged;
}

function join(first: Text, second: Text): Text {
  return place(text(first.value + second.value), first, second);
}

/** Gives a node the place from the start of `first` to the end of `last`. */
function place<T extends PhrasingContent>(node: T, first: PhrasingContent, last = first): T {
  if (!first.position || !last.position) return node;
  return { ...node, position: { start: first.position.start, end: last.position.end } };
}

function wrap(name: string, children: PhrasingContent[]): PhrasingContent {
  if (name === 'em') return { type: 'emphasis', children };
  if (name === 'strong') return { type: 'strong', children };
  return inlineElement(name === 'sub' || name === 'sup' ? name : 'small', children);
}

export function inlineElement(
  name: InlineElement['name'],
  children: PhrasingContent[],
): InlineElement {
  return { type: 'inlineElement', name, children, data: { hName: name } };
}

function voidElement(name: string, attributes: string): PhrasingContent | undefined {
  if (name === 'br') return { type: 'break' };
  return name === 'img' ? image(attributes) : undefined;
}

function image(attributes: string): Image | undefined {
  const values = new Map<string, string>();
  for (const [, key = '', ...forms] of attributes.matchAll(ATTRIBUTE)) {
    values.set(key.toLowerCase(), forms.find((form) => form !== undefined) ?? '');
  }
  const url = values.get('src') ?? '';
  if (!IMAGE_URL.test(url)) return undefined;
  const size = ['width', 'height'].flatMap((key) => {
    const value = /^\d+/.exec(values.get(key) ?? '')?.[0];
    return value === undefined ? [] : [[key, Number(value)]];
  });
  const data = size.length > 0 ? { data: { hProperties: Object.fromEntries(size) } } : {};
  return {
    type: 'image',
    url,
    alt: values.get('alt') ?? '',
    title: values.get('title') ?? null,
    ...data,
  };
}

function text(value: string): Text {
  return { type: 'text', value };
}
