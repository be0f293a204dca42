/** What a foreign issue became on its way into our shape. */
import type { Nodes, RootContent } from 'mdast';
import type { Place } from './report.js';

export interface Shaped {
  number: number | undefined;
  title: string | undefined;
  date: string | undefined;
  nodes: RootContent[];
}

/** Where a node stood in the source. */
export function placeOf(node: Nodes): Place {
  const { line = 1, column = 1 } = node.position?.start ?? {};
  return { line, column };
}
