/**
 * Markdown of an issue as plain text, straight from its nodes: nothing passes through HTML, so no
 * residue of it can stay.
 */
import type { Code, Link, List, ListItem, Nodes, RootContent } from 'mdast';
import type { Footnotes } from './footnotes.js';
import { imageSource, linkTarget } from './links.js';
import { plainTable } from './plain-table.js';
import { GLUE, TEXT_WIDTH, type Wrap } from './text.js';

/** What begins a block's first line and its others; part of the width. */
export interface Prefix {
  first: string;
  rest: string;
}

/** Stands for `<br>` until the paragraph is wrapped. */
const HARD_BREAK = '\u2028';
/** How `t<sub>1</sub>` and `x<sup>2</sup>` are written where letters have one height: t_1, x^2. */
const ELEMENT_MARKS: Record<string, string> = { sub: '_', sup: '^' };
/** Stands in an empty line of code, which must not be taken for superfluous space. */
export const CODE_BLANK = '\u0000';

const NO_PREFIX: Prefix = { first: '', rest: '' };

export interface PlainWriter {
  /** Blocks, wrapped, a blank line between them. */
  blocks(nodes: readonly RootContent[], prefix?: Prefix): string;
  /** Phrasing as one line, with {@link HARD_BREAK}s. */
  inline(nodes: readonly RootContent[]): string;
  /** A link's number, or '' when the address needs none. */
  reference(url: string): string;
  /** Wraps a paragraph, or leaves that to the sender when it holds a subscriber's field. */
  paragraph(text: string, prefix?: Prefix): string;
}

/**
 * @param wrapParagraph wraps a paragraph, or stands a marker in its place
 */
export function createPlainWriter(
  baseUrl: string,
  footnotes: Footnotes,
  wrapParagraph: (text: string, wrap: Wrap) => string,
): PlainWriter {
  const writer: PlainWriter = {
    blocks: (nodes, prefix = NO_PREFIX) => blocks(nodes, prefix),
    inline,
    reference: (url) => {
      const target = linkTarget(url, baseUrl);
      return target === undefined || target.startsWith('#') ? '' : footnotes.reference(target);
    },
    paragraph: (text, prefix = NO_PREFIX) =>
      wrapParagraph(
        text
          .replace(/[ \t\r\n]+/g, ' ')
          .replaceAll(HARD_BREAK, '\n')
          .trim(),
        {
          width: TEXT_WIDTH,
          ...prefix,
        },
      ),
  };

  function blocks(nodes: readonly RootContent[], prefix: Prefix, separator = '\n\n'): string {
    let next = prefix;
    const written: string[] = [];
    for (const node of nodes) {
      written.push(block(node, next));
      next = { first: prefix.rest, rest: prefix.rest };
    }
    const blank = separator === '\n' ? '\n' : `\n${prefix.rest.trimEnd()}\n`;
    return written.join(blank);
  }

  function block(node: RootContent, prefix: Prefix): string {
    switch (node.type) {
      case 'heading':
        return writer.paragraph(inline(node.children), prefix);
      case 'blockquote':
        return blocks(node.children, quoted(prefix));
      case 'list':
        return list(node, prefix);
      case 'code':
        return code(node, prefix);
      case 'thematicBreak':
        return `${prefix.first}* * *`;
      case 'table': {
        const cells = node.children.map((row) => row.children.map((cell) => inline(cell.children)));
        return plainTable(cells, prefix, writer.paragraph);
      }
      case 'paragraph':
        return writer.paragraph(inline(node.children), prefix);
      default:
        return writer.paragraph(inline([node]), prefix);
    }
  }

  function list(node: List, prefix: Prefix): string {
    const isLoose = node.spread === true || node.children.some((item) => item.spread === true);
    let next = prefix;
    const items = node.children.map((item, index) => {
      const bullet = node.ordered === true ? `${(node.start ?? 1) + index}. ` : '- ';
      const text = listItem(item, bullet, next, isLoose);
      next = { first: prefix.rest, rest: prefix.rest };
      return text;
    });
    return items.join(isLoose ? `\n${prefix.rest.trimEnd()}\n` : '\n');
  }

  function listItem(item: ListItem, bullet: string, prefix: Prefix, isLoose: boolean): string {
    const box = item.checked === true ? '[x] ' : item.checked === false ? '[ ] ' : '';
    const first = prefix.first + bullet + box;
    const inner = { first, rest: prefix.rest + ' '.repeat(bullet.length) };
    return blocks(item.children, inner, isLoose ? '\n\n' : '\n') || first.trimEnd();
  }

  function code(node: Code, prefix: Prefix): string {
    const lines = node.value.split('\n');
    return lines
      .map((line, index) => {
        const begin = index === 0 ? prefix.first : prefix.rest;
        return line.trim() === '' ? `${begin.trimEnd()}${CODE_BLANK}` : `${begin}    ${line}`;
      })
      .join('\n');
  }

  function inline(nodes: readonly Nodes[]): string {
    return nodes.map(phrase).join('');
  }

  function phrase(node: Nodes): string {
    switch (node.type) {
      case 'text':
        return node.value.replace(/[ \t\r\n]+/g, ' ');
      case 'inlineCode':
        return `\`${node.value.replace(/\s+/g, ' ')}\``;
      case 'break':
        return HARD_BREAK;
      case 'emphasis':
      case 'strong':
        return around('*', inline(node.children));
      case 'link':
        return link(node);
      case 'image':
        return image(
          [node.alt, node.title].filter(Boolean).join(' – '),
          imageSource(node.url, baseUrl),
        );
      case 'crossReference':
        return node.written;
      case 'inlineElement':
        return (ELEMENT_MARKS[node.name] ?? '') + inline(node.children);
      default:
        if ('children' in node) return inline(node.children);
        return 'value' in node ? String(node.value) : '';
    }
  }

  function link(node: Link): string {
    const text = inline(node.children) + (node.title ? ` (${node.title})` : '');
    const target = linkTarget(node.url, baseUrl);
    if (target === undefined || target.startsWith('#')) return text;
    const shown = text.trim();
    // The address is its own text: a reader can already see it.
    if (shown === target || `mailto:${shown}` === target) return text;
    if (shown === '') return target;
    return `${text}${GLUE}${footnotes.reference(target)}`;
  }

  function image(alt: string, src: string | undefined): string {
    if (src === undefined) return alt;
    return `[${alt.trim() || 'image'}]${GLUE}${footnotes.reference(src)}`;
  }

  return writer;
}

function quoted(prefix: Prefix): Prefix {
  return { first: `${prefix.first}> `, rest: `${prefix.rest}> ` };
}

/** `*text*`, the marks next to the words; nothing around nothing, nor doubled. */
function around(mark: string, text: string): string {
  const words = text.trim();
  if (words === '' || words.startsWith(mark) || words.includes(HARD_BREAK)) return text;
  return text.replace(words, () => mark + words + mark);
}
