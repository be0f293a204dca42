/** What a passage of flattened text consists of, in the order of the text. */
import type { Place } from '../report.js';
import type { Credit } from './credit-chains.js';
import type { Label } from './labels-in-text.js';
import type { HeadingStyle, Passage } from './passage.js';

interface Located {
  place: Place;
}

export interface HeadingSegment extends Located {
  kind: 'heading';
  name: string;
  level: 1 | 2 | 3 | undefined;
  style: HeadingStyle | 'capitals' | 'known' | 'short';
  depth: number | undefined;
  known: boolean;
}

export interface ItemSegment extends Located {
  kind: 'item';
  /** With marks for its addresses. */
  title: string;
  credits: Credit[];
  colon: boolean;
  /** The beginning of the summary. */
  rest: string;
  bullet: Passage['bullet'];
}

export interface LabelSegment extends Located {
  kind: 'label';
  label: Label;
  rest: string;
}

export interface TextSegment extends Located {
  kind: 'text';
  text: string;
  bullet: Passage['bullet'];
}

export type Segment = HeadingSegment | ItemSegment | LabelSegment | TextSegment;
