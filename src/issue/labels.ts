/** `**Name's opinion:**` and its kin: what opens a block inside an item. */
import type { Paragraph, PhrasingContent } from 'mdast';
import { InlineCursor } from './inline-cursor.js';
import { oneLine, plainText } from './plain-text.js';

export type Label =
  | { kind: 'opinion'; by: string | undefined }
  | { kind: 'prerequisites' }
  | { kind: 'readMore' };

/** A label without asterisks and colon; "Prerequisities" is how it was misspelt for years. */
export const LABEL_SOURCE = String.raw`(?:[^*\n:]{1,80}['’]s?[ \t\u00A0]+|my[ \t\u00A0]+)?opinion|read[ \t\u00A0]+more|prerequisit(?:e|es|ies)`;

const LABEL = new RegExp(`^(?:${LABEL_SOURCE})$`, 'iu');

/**
 * Takes the label off a paragraph that starts with one.
 * @param source the text the paragraph was parsed from
 */
export function readLabel(
  paragraph: Paragraph,
  source: string,
): { label: Label; rest: PhrasingContent[] } | undefined {
  const [first] = paragraph.children;
  if (first?.type !== 'strong') return undefined;
  const written = oneLine(plainText([first]));
  const cursor = new InlineCursor(paragraph.children.slice(1), source);
  const colonOutside = cursor.eat(/\s*:/y) !== undefined;
  if (!colonOutside && !written.endsWith(':')) return undefined;
  const label = toLabel(written.replace(/\s*:$/, ''));
  if (!label) return undefined;
  cursor.eat(/\s+/y);
  return { label, rest: cursor.rest() };
}

function toLabel(text: string): Label | undefined {
  if (!LABEL.test(text)) return undefined;
  if (/^read/i.test(text)) return { kind: 'readMore' };
  if (/^prereq/i.test(text)) return { kind: 'prerequisites' };
  const owner = text.replace(/\s*opinion$/i, '').replace(/['’]s?$/u, '');
  return { kind: 'opinion', by: /^(?:my)?$/i.test(owner) ? undefined : owner };
}
