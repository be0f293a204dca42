/** A point of a list that is nothing but a title and its address: an item. */
import { MARK_SOURCE } from './link-marks.js';
import { wordsOf } from './words-of.js';

export interface LinkedPoint {
  kind: 'item';
  start: number;
  end: number;
  title: string;
  credits: [];
  colon: false;
}

const POINT = new RegExp(`^(?!\\uE000)([^\\uE000]*?)\\s*[:–—-]?\\s*(${MARK_SOURCE})[.)]?$`, 'u');
const LONGEST_WORDS = 32;

/** `The lichen atlas: https://…`; the colon only led to the address. */
export function linkedPoint(text: string): LinkedPoint | undefined {
  const [whole = '', words = '', mark = ''] = POINT.exec(text) ?? [];
  if (!/\p{L}/u.test(words) || isTableRow(words) || wordsOf(words).length > LONGEST_WORDS)
    return undefined;
  return {
    kind: 'item',
    start: 0,
    end: whole.length,
    title: `${words} ${mark}`,
    credits: [],
    colon: false,
  };
}

/** "Tuesday | Ghent | The club https://…": only its last part is linked. */
export function isTableRow(text: string): boolean {
  return text.includes(' | ');
}

/** "2026-06-02 | Ghent | The club https://…" outside of a list, where a single bar is part of a title. */
export function isEventRow(text: string): boolean {
  const parts = text.split(' | ');
  return parts.length > 2 || (parts.length > 1 && /^\s*\d{4}-\d\d-\d\d\b/.test(text));
}
