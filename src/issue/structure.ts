/**
 * From the blocks of a Markdown file to intro, sections and items: one pass, top to bottom.
 *
 * A paragraph item takes in what follows it (paragraphs, lists, quotes, deeper headings) up to the
 * next item or section. A bullet item ends with its bullet, and a title without metadata, colon or
 * label with its paragraph: it is passed on without a word. Bullets are items only in free content: a
 * list behind an item that goes on belongs to that item. Numbered points, tasks and nested bullets
 * are Markdown.
 */
import type { Heading, List, Paragraph, RootContent } from 'mdast';
import {
  bulletHead,
  findInnerHeadings,
  isInnerTitle,
  kindOf,
  leadsToLabel,
} from './block-kinds.js';
import type { Rewritten } from './edits.js';
import type { Findings } from './findings.js';
import { type Head, readParagraphHead } from './head.js';
import { IdRegister, slugOf } from './ids.js';
import { ItemDraft } from './item-draft.js';
import { type Label, readLabel } from './labels.js';
import { linesOf, locate, toMarkdown } from './markdown.js';
import { oneLine, plainText } from './plain-text.js';
import { SectionStack } from './section-stack.js';
import type { Item, Markdown, Section } from './types.js';

export interface Structure {
  intro: Markdown | undefined;
  /** Empty ones included. */
  sections: Section[];
}

/** @param identity number and title of the issue, for ids and for the heading that repeats the title */
export function buildStructure(
  nodes: RootContent[],
  rewritten: Rewritten,
  identity: { number: number; title: string },
  findings: Findings,
): Structure {
  const builder = new StructureBuilder(nodes, rewritten, identity, findings);
  return builder.build();
}

class StructureBuilder {
  readonly #nodes: readonly RootContent[];
  readonly #rewritten: Rewritten;
  readonly #identity: { number: number; title: string };
  readonly #findings: Findings;
  readonly #ids = new IdRegister();
  readonly #stack = new SectionStack();
  #intro: RootContent[] = [];
  /** The paragraph item that takes in what follows. */
  #open: ItemDraft | undefined;
  /** The item that just ended, as long as a label may still open it again. */
  #ended: ItemDraft | undefined;
  /** Free Markdown since the last item or heading. */
  #run: RootContent[] = [];

  constructor(
    nodes: readonly RootContent[],
    rewritten: Rewritten,
    identity: { number: number; title: string },
    findings: Findings,
  ) {
    this.#nodes = nodes;
    this.#rewritten = rewritten;
    this.#identity = identity;
    this.#findings = findings;
  }

  build(): Structure {
    const inner = findInnerHeadings(this.#nodes, this.#source);
    this.#nodes.forEach((node, index) => {
      if (node.type === 'heading' && inner.has(node)) this.#takeInnerHeading(node);
      else if (node.type === 'heading' && node.depth <= 3) this.#startSection(node);
      else if (node.type === 'paragraph') this.#takeParagraph(node, index);
      else if (node.type === 'list') this.#takeList(node);
      else this.#takeText(node);
    });
    this.#endBlock();
    const intro = this.#intro.length > 0 ? toMarkdown(this.#intro, this.#rewritten) : undefined;
    return { intro, sections: this.#stack.sections };
  }

  get #source(): string {
    return this.#rewritten.text;
  }

  #startSection(heading: Heading): void {
    const name = oneLine(plainText([heading]));
    if (name === '') {
      this.#takeText(heading);
      return;
    }
    const repeatsTitle = heading.depth === 1 && sameText(name, this.#identity.title);
    if (repeatsTitle && this.#stack.current === undefined) return;
    this.#endBlock();
    this.#stack.start({
      name,
      heading: heading.children.map((child) => locate(child, this.#rewritten)),
      level: heading.depth === 1 ? 1 : heading.depth === 2 ? 2 : 3,
      id: this.#ids.claim(slugOf(name, 'section')),
      blocks: [],
      position: linesOf([heading], this.#rewritten),
    });
  }

  #takeInnerHeading(heading: Heading): void {
    this.#takeText(heading);
    const { line } = linesOf([heading], this.#rewritten);
    const name = oneLine(plainText([heading]));
    const message = `the heading "${name}" stands inside an item and stays there; write it with ####`;
    this.#findings.warn('heading-in-item', line, message);
  }

  #takeParagraph(paragraph: Paragraph, index: number): void {
    const labelled = readLabel(paragraph, this.#source);
    const head = labelled ? undefined : readParagraphHead(paragraph.children, this.#source);
    if (labelled) this.#takeLabel(labelled.label, labelled.rest, paragraph);
    else if (!head || this.#isText(head, index)) this.#takeText(paragraph);
    else if (this.#stack.current === undefined) this.#takeIntroItem(head, paragraph);
    else {
      this.#endBlock();
      const draft = new ItemDraft(head, paragraph, this.#rewritten);
      if (head.bare && !leadsToLabel(this.#nodes, index + 1, this.#source)) this.#ended = draft;
      else this.#open = draft;
    }
  }

  /** Whether what looks like the head of an item is part of the item that is open. */
  #isText(head: Head, index: number): boolean {
    if (this.#open?.awaitsText && head.summarizer === undefined) return true;
    if (!head.bare || !head.bold) return false;
    return this.#open !== undefined && isInnerTitle(this.#nodes[index + 1], this.#source);
  }

  #takeIntroItem(head: Head, paragraph: Paragraph): void {
    this.#takeText(paragraph);
    if (head.bare || (head.authors.length === 0 && head.summarizer === undefined)) return;
    const { line } = linesOf([paragraph], this.#rewritten);
    const message = `"${head.title}" stands before the first heading, so it is part of the intro and no item`;
    this.#findings.warn('item-in-intro', line, message);
  }

  #takeLabel(label: Label, rest: Paragraph['children'], paragraph: Paragraph): void {
    this.#open ??= this.#ended;
    this.#ended = undefined;
    if (this.#open) {
      this.#open.open(label, rest, paragraph);
      return;
    }
    this.#takeText(paragraph);
    if (label.kind !== 'opinion') return;
    const { line } = linesOf([paragraph], this.#rewritten);
    this.#findings.error('opinion-without-summary', line, 'opinion without an item to be about');
  }

  #takeText(node: RootContent): void {
    if (this.#open) {
      this.#open.add(node);
      return;
    }
    this.#fileEnded();
    (this.#stack.current ? this.#run : this.#intro).push(node);
  }

  #takeList(list: List): void {
    const holdsItems = kindOf(list, this.#source) === 'bullets';
    if (this.#open || this.#stack.current === undefined || !holdsItems) {
      this.#takeText(list);
      return;
    }
    this.#endBlock();
    let others: List['children'] = [];
    const endOthers = () => {
      if (others.length > 0) this.#takeText(sublist(list, others));
      others = [];
    };
    for (const bullet of list.children) {
      const head = bulletHead(list, bullet, this.#source);
      if (!head) {
        others.push(bullet);
        continue;
      }
      endOthers();
      this.#endBlock();
      this.#ended = this.#bulletDraft(head, bullet);
    }
    endOthers();
  }

  #bulletDraft(head: Head, bullet: List['children'][number]): ItemDraft {
    const draft = new ItemDraft(head, bullet, this.#rewritten);
    for (const node of bullet.children.slice(1)) {
      const labelled = node.type === 'paragraph' ? readLabel(node, this.#source) : undefined;
      if (labelled && node.type === 'paragraph') draft.open(labelled.label, labelled.rest, node);
      else draft.add(node);
    }
    return draft;
  }

  /** Closes whatever is open: an item, the last bullet, or a run of free Markdown. */
  #endBlock(): void {
    if (this.#open) this.#file(this.#open);
    this.#open = undefined;
    this.#fileEnded();
    if (this.#run.length > 0) {
      const markdown = toMarkdown(this.#run, this.#rewritten);
      this.#stack.current?.blocks.push({ kind: 'markdown', ...markdown });
      this.#run = [];
    }
  }

  #fileEnded(): void {
    if (this.#ended) this.#file(this.#ended);
    this.#ended = undefined;
  }

  #file(draft: ItemDraft): void {
    const { category, highlight } = this.#stack;
    const id = this.#ids.claim(`${this.#identity.number}-${slugOf(draft.head.title)}`);
    const item = draft.finish({ id, category, highlight });
    this.#stack.current?.blocks.push(item);
    this.#report(item, draft);
  }

  #report(item: Item, { firstOpinion, emptyLabels }: ItemDraft): void {
    if (firstOpinion && !item.summary) {
      const message = `opinion without a summary: "${item.title}"`;
      this.#findings.error('opinion-without-summary', firstOpinion.line, message);
    }
    for (const { line } of emptyLabels) {
      this.#findings.warn('empty-label', line, `a label of "${item.title}" has no text`);
    }
  }
}

/** Some neighbouring bullets of a list, as a list. */
function sublist(list: List, bullets: List['children']): List {
  const start = bullets[0]?.position?.start;
  const end = bullets.at(-1)?.position?.end;
  return { ...list, children: bullets, ...(start && end && { position: { start, end } }) };
}

function sameText(a: string, b: string): boolean {
  return oneLine(a).toLowerCase() === oneLine(b).toLowerCase();
}
