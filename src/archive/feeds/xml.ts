/** XML documents from trees. @see https://www.w3.org/TR/xml/#charsets */
import type { Element, ElementContent, Root } from 'xast';
import { toXml } from 'xast-util-to-xml';

/** Everything XML 1.0 has no way to write, not even escaped: controls, half a surrogate pair. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The document as text, well-formed whatever stands in the tree; what XML forbids is left out. */
export function xmlDocument(root: Element | Root): string {
  // "]]>" may end a section of CDATA and nothing else; our trees have none.
  const text = toXml(clean(root)).replaceAll(']]>', ']]&gt;');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

function clean<T extends Element | Root | ElementContent>(node: T): T {
  if (node.type === 'text') return { ...node, value: node.value.replace(FORBIDDEN, '') };
  if (node.type !== 'element' && node.type !== 'root') return node;
  const children = node.children.map((child) => clean(child as ElementContent));
  if (node.type === 'root') return { ...node, children };
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, value]) => [name, value?.replace(FORBIDDEN, '')]),
  );
  return { ...node, attributes, children };
}
