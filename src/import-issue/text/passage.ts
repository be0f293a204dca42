/** A run of flattened text that belongs together, and where each part of it stood in the source. */
import type { Place } from '../report.js';

/** How the source marked a passage as a heading. */
export type HeadingStyle = 'hash' | 'stars' | 'enclosed' | 'underlined' | 'double-underlined';

export interface Passage {
  text: string;
  /** Ascending: from each offset on, the text stood from that place on in the source. */
  origins: readonly Origin[];
  /** Undefined where nothing but its words says what it is. */
  style: HeadingStyle | undefined;
  /** Number of `#` before a heading. */
  depth: number | undefined;
  /** A point of a list: its mark, and how far in it stands. */
  bullet: { mark: string; indent: number } | undefined;
}

export interface Origin extends Place {
  offset: number;
}

/** Where a part of a passage stood in the source. */
export function placeIn({ origins }: Pick<Passage, 'origins'>, offset: number): Place {
  const origin = origins.findLast((candidate) => candidate.offset <= offset) ?? origins[0];
  if (!origin) return { line: 1, column: 1 };
  return { line: origin.line, column: origin.column + Math.max(0, offset - origin.offset) };
}
