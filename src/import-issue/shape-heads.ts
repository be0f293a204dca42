/** Heads of items in a foreign issue: `[Title](…) (Authors) (summarized by X): …` as ours are written. */
import type { ListItem, Paragraph, PhrasingContent, RootContent, Text } from 'mdast';
import { plainText } from '../issue/plain-text.js';
import { type ImportReport, quote } from './report.js';
import { placeOf } from './shaped.js';
import { findCreditChains, isNameList } from './text/credit-chains.js';
import { opensText } from './text/words-of.js';

export function settleHeads(nodes: readonly RootContent[], report: ImportReport): RootContent[] {
  return nodes.map((node) => {
    if (node.type === 'paragraph')
      return settleOwnLine(settleByline(settleHead(node), report), report);
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

/** `**[Title](…)**` on a line of its own above its text. */
function settleOwnLine(paragraph: Paragraph, report: ImportReport): Paragraph {
  const [title, text, ...rest] = paragraph.children;
  const [link, ...others] = title?.type === 'strong' ? title.children : [];
  if (link?.type !== 'link' || others.length > 0 || text?.type !== 'text') return paragraph;
  if (!text.value.startsWith('\n') || !opensText(text.value)) return paragraph;
  const message = `${quote(plainText([link]))} is taken for a title, because it stands on a line of its own`;
  report.doubt('title-guessed', placeOf(paragraph), message);
  const summary: Text = { type: 'text', value: `: ${text.value.trimStart()}` };
  return { ...paragraph, children: [link, summary, ...rest] };
}

/** `[Title](…) by **Ada Moss**. Text` */
function settleByline(paragraph: Paragraph, report: ImportReport): Paragraph {
  const [title, by, person, text, ...rest] = paragraph.children;
  if (title?.type !== 'link' || by?.type !== 'text' || by.value.trim() !== 'by') return paragraph;
  if (person?.type !== 'strong' && person?.type !== 'emphasis') return paragraph;
  const names = plainText([person]).trim();
  if (!isNameList(names) || text?.type !== 'text' || !/^[.:]\s/.test(text.value)) return paragraph;
  report.leaveOut(by.value, placeOf(by), 'word before the authors');
  const summary: Text = { type: 'text', value: `:${text.value.slice(1)}` };
  const head: PhrasingContent[] = [title, { type: 'text', value: ' ' }, authorsNode(names)];
  return { ...paragraph, children: [...head, summary, ...rest] };
}

export function authorsNode(names: string): PhrasingContent {
  return { type: 'emphasis', children: [{ type: 'text', value: `(${names})` }] };
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
