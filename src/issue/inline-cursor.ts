/**
 * Reads the inline nodes of a paragraph from left to right, parts of text nodes included, and hands
 * back what is left with offsets that still hold.
 */
import type { PhrasingContent, Text } from 'mdast';
import { oneLine, plainText } from './plain-text.js';
import { sourceOffset } from './source-offset.js';

export class InlineCursor {
  readonly #nodes: readonly PhrasingContent[];
  readonly #source: string;
  #index = 0;
  /** In the value of the text node at `#index`. */
  #offset = 0;

  /** @param source the text the nodes were parsed from */
  constructor(nodes: readonly PhrasingContent[], source: string) {
    this.#nodes = nodes;
    this.#source = source;
  }

  /** What a text node still holds here; undefined at any other node and at the end. */
  get text(): string | undefined {
    const node = this.#nodes[this.#index];
    return node?.type === 'text' ? node.value.slice(this.#offset) : undefined;
  }

  /** The node here, unless it is text that was begun. */
  get node(): PhrasingContent | undefined {
    return this.#offset === 0 ? this.#nodes[this.#index] : undefined;
  }

  /** Whether only white space is left. */
  get atEnd(): boolean {
    const left = this.#nodes.slice(this.#index);
    const textOnly = left.every((node) => node.type === 'text' || node.type === 'break');
    return textOnly && oneLine(plainText(left).slice(this.#offset)) === '';
  }

  /** Steps over the node here. */
  skip(): void {
    this.#index++;
    this.#offset = 0;
  }

  /** Steps over what a sticky pattern matches in the text here. */
  eat(pattern: RegExp): RegExpExecArray | undefined {
    const node = this.#nodes[this.#index];
    if (node?.type !== 'text') return undefined;
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(node.value);
    if (!match) return undefined;
    this.#offset += match[0].length;
    if (this.#offset === node.value.length) this.skip();
    return match;
  }

  /** A second cursor at the same place, to look ahead with. */
  fork(): InlineCursor {
    const copy = new InlineCursor(this.#nodes, this.#source);
    copy.moveTo(this);
    return copy;
  }

  moveTo(other: InlineCursor): void {
    this.#index = other.#index;
    this.#offset = other.#offset;
  }

  /** Everything from here on. */
  rest(): PhrasingContent[] {
    const [first, ...others] = this.#nodes.slice(this.#index);
    if (!first) return [];
    return first.type === 'text'
      ? [textFrom(first, this.#offset, this.#source), ...others]
      : [first, ...others];
  }

  /** The nodes between another cursor's earlier place and this one's. */
  since(earlier: InlineCursor): PhrasingContent[] {
    const nodes = this.#nodes.slice(earlier.#index, this.#index);
    const here = this.#nodes[this.#index];
    if (this.#offset > 0 && here?.type === 'text') {
      nodes.push({ type: 'text', value: here.value.slice(0, this.#offset) });
    }
    const [first] = nodes;
    if (first?.type === 'text') nodes[0] = { ...first, value: first.value.slice(earlier.#offset) };
    return nodes;
  }
}

/** The end of a text node, with its place in `source`. */
function textFrom(node: Text, offset: number, source: string): Text {
  if (offset === 0) return node;
  const cut: Text = { ...node, value: node.value.slice(offset) };
  const { position } = node;
  if (position?.start.offset === undefined) return cut;
  const start = sourceOffset(source, position.start.offset, node.value, offset);
  return { ...cut, position: { ...position, start: { ...position.start, offset: start } } };
}
