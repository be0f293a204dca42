/**
 * Changes to the text of an issue before Markdown sees it, with the way back: every offset of the
 * rewritten text still knows its line in the file, and every stretch of it the author's words.
 */

/** Replaces `original.slice(start, end)` by `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
  /** Whether {@link Rewritten.sourceBetween} shows the author's words again. */
  restore: boolean;
}

export interface Rewritten {
  text: string;
  /** Line in the file, from 1, of an offset in `text`. */
  lineAt(offset: number): number;
  /** The author's text between two offsets of `text`; edits without `restore` stay applied. */
  sourceBetween(start: number, end: number): string;
}

interface Piece {
  /** Offset in the rewritten text. */
  at: number;
  /** Offset in the original. */
  from: number;
  text: string;
  /** What stood here before, for edits to be shown restored. */
  written: string | undefined;
  edited: boolean;
}

/**
 * Applies edits; of two that overlap, the one that starts first wins.
 * @param firstLine line of the file on which `original` starts
 */
export function applyEdits(original: string, edits: Edit[], firstLine: number): Rewritten {
  const pieces = cutIntoPieces(original, edits);
  const text = pieces.map((piece) => piece.text).join('');
  const lineStarts = findLineStarts(original);

  function lineAt(offset: number): number {
    const piece = pieces[lastAtMost(pieces, offset, (candidate) => candidate.at)];
    if (!piece) return firstLine;
    const position = piece.edited ? piece.from : piece.from + (offset - piece.at);
    return firstLine + lastAtMost(lineStarts, position, (start) => start);
  }

  function sourceBetween(start: number, end: number): string {
    let source = '';
    for (let i = lastAtMost(pieces, start, (piece) => piece.at); i < pieces.length; i++) {
      const piece = pieces[i];
      if (!piece || piece.at >= end) break;
      const whole = piece.at >= start && piece.at + piece.text.length <= end;
      source +=
        whole && piece.written !== undefined
          ? piece.written
          : piece.text.slice(Math.max(0, start - piece.at), end - piece.at);
    }
    return source;
  }

  return { text, lineAt, sourceBetween };
}

function cutIntoPieces(original: string, edits: Edit[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let from = 0;
  const add = (text: string, edit?: Edit) => {
    const written = edit?.restore ? original.slice(edit.start, edit.end) : undefined;
    pieces.push({ at, from, text, written, edited: edit !== undefined });
    at += text.length;
  };
  for (const edit of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (edit.start < from) continue;
    if (edit.start > from) add(original.slice(from, edit.start));
    from = edit.start;
    add(edit.text, edit);
    from = edit.end;
  }
  add(original.slice(from));
  return pieces;
}

/** Offsets at which the lines of `text` start. */
export function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** Index of the last entry whose key is at most `limit`; 0 when there is none. */
export function lastAtMost<T>(sorted: T[], limit: number, key: (entry: T) => number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const entry = sorted[middle];
    if (entry !== undefined && key(entry) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
