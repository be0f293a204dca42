/** Segments of flattened text as Markdown nodes of an issue. */
import type { Link, List, ListItem, Paragraph, PhrasingContent, RootContent } from 'mdast';
import type { LevelledSegment } from './levels.js';
import { type LinkTable, splitAtMarks } from './link-marks.js';
import type { ItemSegment } from './segments.js';

const TAG = /^\s*\[\p{L}[^[\]]{1,40}\]\s+(?=\p{L})/u;

export function toNodes(segments: readonly LevelledSegment[], links: LinkTable): RootContent[] {
  const nodes: RootContent[] = [];
  const lists = new ListBuilder();
  for (const segment of segments) {
    const bullet = 'bullet' in segment ? segment.bullet : undefined;
    const node = toNode(segment, links);
    if (!bullet || node.type === 'heading') {
      lists.end();
      nodes.push(node);
      continue;
    }
    const list = lists.add(node, bullet);
    if (list) nodes.push(list);
  }
  return nodes;
}

function toNode(
  segment: LevelledSegment,
  links: LinkTable,
): RootContent & (Paragraph | { type: 'heading' }) {
  switch (segment.kind) {
    case 'heading':
      return { type: 'heading', depth: segment.level, children: toPhrasing(segment.name, links) };
    case 'item':
      return { type: 'paragraph', children: [...tagOf(segment), ...headOf(segment, links)] };
    case 'label':
      return {
        type: 'paragraph',
        children: [
          { type: 'strong', children: [{ type: 'text', value: `${segment.label.written}:` }] },
          ...(segment.rest === '' ? [] : toPhrasing(` ${segment.rest}`, links)),
        ],
      };
    case 'text':
      return { type: 'paragraph', children: toPhrasing(segment.text, links) };
  }
}

/** `[video]` before the title of a point. */
function tagOf({ title, bullet }: ItemSegment): PhrasingContent[] {
  const tag = bullet && TAG.exec(title)?.[0].trim();
  return tag ? [{ type: 'text', value: `${tag} ` }] : [];
}

function headOf(item: ItemSegment, links: LinkTable): PhrasingContent[] {
  const { title, bullet, credits, colon, rest } = item;
  const nodes = titleNodes(bullet ? title.replace(TAG, '') : title, links);
  for (const { role, text } of credits) {
    nodes.push({ type: 'text', value: role === 'authors' ? ' ' : ` (${text})` });
    if (role === 'authors') {
      nodes.push({ type: 'emphasis', children: [{ type: 'text', value: `(${text})` }] });
    }
  }
  if (colon) nodes.push({ type: 'text', value: ':' });
  if (rest !== '') nodes.push(...toPhrasing(` ${rest}`, links));
  return nodes;
}

/** Words before an address are its link; a title without address is bold. */
function titleNodes(title: string, links: LinkTable): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  let words = '';
  for (const part of splitAtMarks(title)) {
    if (typeof part === 'string') {
      words += part;
      continue;
    }
    const link = links.get(part);
    const [, joint = '', text = ''] =
      /^(\s*(?:,\s*(?:and\s+)?|and\s+|&\s+)?)([\s\S]*?)\s*$/u.exec(words) ?? [];
    const isJoint = nodes.length > 0 || text === '';
    if (isJoint && joint !== '') nodes.push({ type: 'text', value: joint });
    const shown = tidy(`${isJoint ? text : words}`).trim();
    if (link) nodes.push(...linkNodes(shown, link.text, link.url));
    words = '';
  }
  const rest = tidy(words).trim();
  if (rest === '') return nodes;
  if (nodes.length > 0) return [...nodes, { type: 'text', value: ` ${rest}` }];
  return [{ type: 'strong', children: [{ type: 'text', value: rest }] }];
}

function linkNodes(before: string, text: string | undefined, url: string): PhrasingContent[] {
  if (text === undefined) return [linkTo(url, before || url)];
  const own = linkTo(url, text);
  return before === '' ? [own] : [{ type: 'text', value: `${before} ` }, own];
}

/** Text with its addresses: as links of their own where no words are known to be theirs. */
function toPhrasing(text: string, links: LinkTable): PhrasingContent[] {
  return splitAtMarks(tidy(text)).flatMap((part): PhrasingContent[] => {
    if (typeof part === 'string') return part === '' ? [] : [{ type: 'text', value: part }];
    const link = links.get(part);
    if (!link) return [];
    const node = linkTo(link.url, link.text ?? link.url);
    if (!link.bracketed) return [node];
    return [{ type: 'text', value: '(' }, node, { type: 'text', value: ')' }];
  });
}

function linkTo(url: string, text: string): Link {
  return { type: 'link', url, title: null, children: [{ type: 'text', value: text }] };
}

/** Blanks that lost links leave behind: `( AN #7 )`, `resources here .` */
function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/\( (\p{Lu}[\p{L} ]{0,20}#\d+(?:,? (?:and )?\p{Lu}[\p{L} ]{0,20}#\d+)*) ?\)/gu, '($1)')
    .replace(/(?<=[\p{L}\p{N})”"’]) (?=[.,](?:\s|$))/gu, '')
    .replace(/(?<=[\p{L}\p{N}”"’]) (?=\)[\s.,;:)]|\)$)/gu, '');
}

/** Points of lists, nested as far as they are indented. */
class ListBuilder {
  #path: { list: List; indent: number }[] = [];

  /** @returns the list, when it is a new one of the outermost level */
  add(
    node: Paragraph | { type: 'heading' },
    { mark, indent }: { mark: string; indent: number },
  ): List | undefined {
    if (node.type !== 'paragraph') return undefined;
    const item: ListItem = { type: 'listItem', spread: false, children: [node] };
    while (this.#path.length > 1 && indent < (this.#path.at(-1)?.indent ?? 0)) this.#path.pop();
    const current = this.#path.at(-1);
    const ordered = /\d/.test(mark);
    if (current && indent <= current.indent + 1 && current.list.ordered === ordered) {
      current.list.children.push(item);
      return undefined;
    }
    const list: List = {
      type: 'list',
      ordered,
      start: ordered ? Number.parseInt(mark, 10) : null,
      spread: false,
      children: [item],
    };
    const parent =
      current && indent > current.indent + 1 ? current.list.children.at(-1) : undefined;
    if (parent) parent.children.push(list);
    else this.end();
    this.#path.push({ list, indent });
    return parent ? undefined : list;
  }

  end(): void {
    this.#path = [];
  }
}
