/** An item while its paragraphs are being gathered. */
import type { Nodes, Paragraph, PhrasingContent, RootContent } from 'mdast';
import type { Rewritten } from './edits.js';
import type { Head } from './head.js';
import type { Label } from './labels.js';
import { linesOf, toMarkdown } from './markdown.js';
import type { Item, Markdown, Opinion, Position } from './types.js';

/** One labelled stretch of an item; the summary has no label. */
interface Field {
  label: Label | undefined;
  position: Position;
  nodes: RootContent[];
}

/** Where an item stands in the issue. */
export interface Place {
  id: string;
  category: string[];
  highlight: boolean;
}

export class ItemDraft {
  readonly head: Head;
  readonly #fields: Field[];
  readonly #rewritten: Rewritten;
  readonly #line: number;
  #endLine: number;

  /** @param opening the paragraph or list item the head was read from */
  constructor(head: Head, opening: Nodes, rewritten: Rewritten) {
    const position = linesOf([opening], rewritten);
    this.head = head;
    this.#rewritten = rewritten;
    this.#line = position.line;
    this.#endLine = position.endLine;
    this.#fields = [{ label: undefined, position, nodes: paragraphOf(head.rest, opening) }];
  }

  /** Whether a label was opened and nothing follows it yet. */
  get awaitsText(): boolean {
    const last = this.#fields.at(-1);
    return last?.label !== undefined && last.nodes.length === 0;
  }

  /** Adds a block to the field that is open. */
  add(node: RootContent): void {
    this.#fields.at(-1)?.nodes.push(node);
    this.#reach(node);
  }

  /** Opens the field of a label. */
  open(label: Label, rest: PhrasingContent[], paragraph: Paragraph): void {
    const position = linesOf([paragraph], this.#rewritten);
    this.#fields.push({ label, position, nodes: paragraphOf(rest, paragraph) });
    this.#reach(paragraph);
  }

  #reach(node: Nodes): void {
    this.#endLine = Math.max(this.#endLine, linesOf([node], this.#rewritten).endLine);
  }

  /** Labels that nothing follows. */
  get emptyLabels(): Position[] {
    const empty = this.#fields.filter(({ label, nodes }) => label && nodes.length === 0);
    return empty.map(({ position }) => position);
  }

  /** Where the first opinion starts, if there is one. */
  get firstOpinion(): Position | undefined {
    return this.#fields.find(({ label }) => label?.kind === 'opinion')?.position;
  }

  finish({ id, category, highlight }: Place): Item {
    const { title, links, authors, venue, year, summarizer, hatTip, tags } = this.head;
    const summary = this.#gather(undefined);
    const position = { line: this.#line, endLine: this.#endLine };
    return {
      kind: 'item',
      id,
      title,
      links,
      urls: links.map(({ url }) => url),
      authors,
      venue,
      year,
      category,
      highlight,
      summarizer,
      hatTip,
      summary,
      separator: summary && this.head.rest.length === 0 ? '\n\n' : this.head.separator,
      opinions: this.#opinions(),
      prerequisites: this.#gather('prerequisites'),
      readMore: this.#gather('readMore'),
      tags,
      position,
    };
  }

  /** "My opinion" is that of whoever was named for it, else of the summarizer. */
  #opinions(): Opinion[] {
    const mine = this.head.opinionBy ?? this.head.summarizer;
    return this.#fields.flatMap(({ label, nodes }) =>
      label?.kind === 'opinion' && nodes.length > 0
        ? [{ by: label.by ?? mine, text: toMarkdown(nodes, this.#rewritten) }]
        : [],
    );
  }

  /** All fields of one kind as one text: a label may come twice. */
  #gather(kind: Label['kind'] | undefined): Markdown | undefined {
    const parts = this.#fields
      .filter(({ label, nodes }) => label?.kind === kind && nodes.length > 0)
      .map(({ nodes }) => toMarkdown(nodes, this.#rewritten));
    return parts.length === 0 ? undefined : parts.reduce(joinMarkdown);
  }
}

function joinMarkdown(first: Markdown, second: Markdown): Markdown {
  return {
    source: `${first.source}\n\n${second.source}`,
    nodes: [...first.nodes, ...second.nodes],
    position: { line: first.position.line, endLine: second.position.endLine },
  };
}

/** What is left of a paragraph behind a head or label, as a paragraph; none when nothing is. */
function paragraphOf(rest: PhrasingContent[], from: Nodes): Paragraph[] {
  const [first] = rest;
  if (!first) return [];
  const start = first.position?.start;
  const end = rest.at(-1)?.position?.end ?? from.position?.end;
  return [{ type: 'paragraph', children: rest, ...(start && end && { position: { start, end } }) }];
}
