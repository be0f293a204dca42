/**
 * From the blocks of a Markdown file to intro, sections and items: one pass, top to bottom.
 *
 * A paragraph item takes in what follows it (paragraphs, lists, quotes, deeper headings) up to the
 * next item or section. A bullet item ends with its bullet. Bullets are items only in free content:
 * a list behind a paragraph item belongs to that item, unless the item is a bare title, which has
 * nothing to say that a list could continue. Numbered points, tasks and nested bullets are Markdown.
 */
import type { Heading, List, Paragraph, RootContent } from 'mdast';
import { bulletHead, findInnerHeadings, isInnerTitle, kindOf } from './block-kinds.js';
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
  const builder = new StructureBuilder(rewritten, identity, findings);
  const inner = findInnerHeadings(nodes, rewritten.text);
  nodes.forEach((node, i) => {
    builder.take(node, nodes[i + 1], inner.has(node));
  });
  return builder.finish();
}

class StructureBuilder {
  readonly #rewritten: Rewritten;
  readonly #identity: { number: number; title: string };
  readonly #findings: Findings;
  readonly #ids = new IdRegister();
  readonly #stack = new SectionStack();
  #intro: RootContent[] = [];
  /** The paragraph item that takes in what follows. */
  #open: ItemDraft | undefined;
  /** The last bullet, as long as a label may still open it again. */
  #lastBullet: ItemDraft | undefined;
  /** Free Markdown since the last item or heading. */
  #run: RootContent[] = [];

  constructor(
    rewritten: Rewritten,
    identity: { number: number; title: string },
    findings: Findings,
  ) {
    this.#rewritten = rewritten;
    this.#identity = identity;
    this.#findings = findings;
  }

  take(node: RootContent, next: RootContent | undefined, isInnerHeading: boolean): void {
    if (node.type === 'heading' && node.depth <= 3) {
      if (isInnerHeading) this.#takeInnerHeading(node);
      else this.#startSection(node);
    } else if (node.type === 'paragraph') this.#takeParagraph(node, next);
    else if (node.type === 'list') this.#takeList(node);
    else this.#takeText(node);
  }

  finish(): Structure {
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

  #takeParagraph(paragraph: Paragraph, next: RootContent | undefined): void {
    const labelled = readLabel(paragraph, this.#source);
    const head = labelled ? undefined : readParagraphHead(paragraph.children, this.#source);
    if (labelled) this.#takeLabel(labelled.label, labelled.rest, paragraph);
    else if (!head || this.#isText(head, next)) this.#takeText(paragraph);
    else if (this.#stack.current === undefined) this.#takeIntroItem(head, paragraph);
    else {
      this.#endBlock();
      this.#open = new ItemDraft(head, paragraph, this.#rewritten);
    }
  }

  /** Whether what looks like the head of an item is part of the item that is open. */
  #isText(head: Head, next: RootContent | undefined): boolean {
    if (this.#open?.awaitsText && head.summarizer === undefined) return true;
    if (!head.bare || !head.bold) return false;
    return this.#open !== undefined && isInnerTitle(next, this.#source);
  }

  #takeIntroItem(head: Head, paragraph: Paragraph): void {
    this.#takeText(paragraph);
    if (head.bare || (head.authors.length === 0 && head.summarizer === undefined)) return;
    const { line } = linesOf([paragraph], this.#rewritten);
    const message = `"${head.title}" stands before the first heading, so it is part of the intro and no item`;
    this.#findings.warn('item-in-intro', line, message);
  }

  #takeLabel(label: Label, rest: Paragraph['children'], paragraph: Paragraph): void {
    // What follows the label of a bullet belongs to the bullet, as with any item.
    this.#open ??= this.#lastBullet;
    this.#lastBullet = undefined;
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
    this.#endBullet();
    (this.#stack.current ? this.#run : this.#intro).push(node);
  }

  #takeList(list: List): void {
    if (this.#stack.current === undefined || !this.#holdsFreeItems(list)) {
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
      this.#lastBullet = this.#bulletDraft(head, bullet);
    }
    endOthers();
  }

  #holdsFreeItems(list: List): boolean {
    const isFree = this.#open === undefined || (this.#open.isBare && !this.#open.awaitsText);
    return isFree && kindOf(list, this.#source) === 'bullets';
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
    this.#endBullet();
    if (this.#run.length > 0) {
      const markdown = toMarkdown(this.#run, this.#rewritten);
      this.#stack.current?.blocks.push({ kind: 'markdown', ...markdown });
      this.#run = [];
    }
  }

  #endBullet(): void {
    if (this.#lastBullet) this.#file(this.#lastBullet);
    this.#lastBullet = undefined;
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
