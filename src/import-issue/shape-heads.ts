/** Heads of items in a foreign issue: `[Title](…) (Authors) (summarized by X): …` as ours are written. */
import type { ListItem, Paragraph, PhrasingContent, RootContent, Text } from 'mdast';
import { plainText } from '../issue/plain-text.js';
import { findCreditChains } from './text/credit-chains.js';

export function settleHeads(nodes: readonly RootContent[]): RootContent[] {
  return nodes.map((node) => {
    if (node.type === 'paragraph') return settleHead(node);
    if (node.type === 'list') {
      const children = node.children.map(
        (item): ListItem => ({
          ...item,
          children: item.children.map((child, i) =>
            i === 0 && child.type === 'paragraph' ? settleHead(child) : child,
          ),
        }),
      );
      return { ...node, children };
    }
    return node;
  });
}

/** Behind a title that is a link or bold, authors in brackets become italic. */
function settleHead(paragraph: Paragraph): Paragraph {
  const children = untitled(paragraph.children);
  const end = titleEnd(children);
  if (end === 0) return { ...paragraph, children };
  const [text, ...rest] = children.slice(end);
  if (text?.type !== 'text') return { ...paragraph, children };
  const settled = settleCredits(text);
  return { ...paragraph, children: [...children.slice(0, end), ...settled, ...rest] };
}

/** Blank text before the title goes. */
function untitled(children: readonly PhrasingContent[]): PhrasingContent[] {
  const start = children.findIndex((child) => child.type !== 'text' || child.value.trim() !== '');
  return children.slice(Math.max(0, start));
}

/** How many of the first nodes are the title: links with their joints, or one bold run. */
function titleEnd(children: readonly PhrasingContent[]): number {
  let end = 0;
  for (let i = 0; i < children.length; i++) {
    const node = children[i];
    if (node && isTitlePart(node)) end = i + 1;
    else if (node?.type !== 'text' || !/^(?:\s*,?\s*(?:and|&)?\s*)$/u.test(node.value)) break;
  }
  return end;
}

function isTitlePart(node: PhrasingContent): boolean {
  if (node.type === 'link') return plainText([node]).trim() !== '';
  if (node.type !== 'strong') return false;
  const text = plainText([node]).trim();
  return text !== '' && !text.endsWith(':');
}

/** `(Authors) (summarized by X): …` in one text node. */
function settleCredits(text: Text): PhrasingContent[] {
  const [chain] = findCreditChains(`x ${text.value}`);
  if (!chain || `x ${text.value}`.slice(1, chain.start).trim() !== '') return [text];
  const nodes: PhrasingContent[] = [];
  for (const { role, text: words } of chain.credits) {
    nodes.push({ type: 'text', value: role === 'authors' ? ' ' : ` (${words})` });
    if (role === 'authors')
      nodes.push({ type: 'emphasis', children: [{ type: 'text', value: `(${words})` }] });
  }
  const rest = `x ${text.value}`.slice(chain.end);
  nodes.push({ type: 'text', value: `${chain.colon ? ':' : ''}${rest}` });
  return nodes;
}
