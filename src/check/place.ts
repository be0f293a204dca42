/** From what a rule means to where it stands in the file, and what would mend it. */
import type { Draft } from './types.js';

/** A change to the file that loses nothing. */
export interface Mend {
  code: string;
  line: number;
  /** Offsets in the file. */
  start: number;
  end: number;
  before: string;
  after: string;
}

interface Place {
  line: number;
  column?: number;
  mend?: Mend;
}

/** A link's text may be long, and its address stand some lines below its start. */
const LINES_TO_SEARCH = 30;

/** What may follow an address in Markdown without being part of it. */
const GOES_ON = /[\p{L}\p{N}/?#&=%~_@+-]/u;

export function placeOf(draft: Draft, source: string): Place {
  const { at, replacement, code } = draft;
  if (at === undefined || draft.file !== undefined) return { line: draft.line };
  const starts = lineStarts(source);
  const from = starts[draft.line - 1] ?? 0;
  const to = starts[draft.line - 1 + LINES_TO_SEARCH] ?? source.length;
  const start = find(at, source, from, to);
  if (start === undefined) return { line: draft.line };
  const line = starts.findLastIndex((offset) => offset <= start) + 1;
  const column = [...source.slice(starts[line - 1] ?? 0, start)].length + 1;
  if (replacement === undefined || replacement === at) return { line, column };
  const mend = { code, line, start, end: start + at.length, before: at, after: replacement };
  return { line, column, mend };
}

function find(wanted: string, source: string, from: number, to: number): number | undefined {
  for (let at = source.indexOf(wanted, from); at >= 0 && at < to; ) {
    const next = source.slice(at + wanted.length, at + wanted.length + 2);
    if (!/^[\p{L}\p{N}/#]/u.test(wanted.slice(-1)) || !GOES_ON.test([...next][0] ?? '')) return at;
    at = source.indexOf(wanted, at + 1);
  }
  return undefined;
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (const { 0: end, index } of source.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}
