/** What an import was unsure of, and what it left out: nothing of a source goes without a word. */

/** Where in the source something stands. Both from 1; the column counts characters. */
export interface Place {
  line: number;
  column: number;
}

/** A decision that a person should look at. */
export interface Doubt extends Place {
  /** Stable: `heading-guessed`. */
  rule: string;
  /** What was found and what was decided. */
  message: string;
}

/** Text that is not in the issue. */
export interface LeftOut extends Place {
  text: string;
  /** Why it is none of the issue. */
  reason: string;
}

const LONGEST_QUOTE = 60;

export class ImportReport {
  readonly doubts: Doubt[] = [];
  readonly leftOut: LeftOut[] = [];

  doubt(rule: string, place: Place, message: string): void {
    const { line, column } = place;
    this.doubts.push({ rule, line, column, message });
  }

  leaveOut(text: string, place: Place, reason: string): void {
    const { line, column } = place;
    const words = text.replace(/\s+/gu, ' ').trim();
    if (words !== '') this.leftOut.push({ line, column, text: words, reason });
  }

  /** In the order of the source. */
  sort(): void {
    const byPlace = (a: Place, b: Place) => a.line - b.line || a.column - b.column;
    this.doubts.sort(byPlace);
    this.leftOut.sort(byPlace);
  }
}

/** The beginning of a text, in quotes, for messages. */
export function quote(text: string): string {
  const words = text.replace(/\s+/gu, ' ').trim();
  const cut = words.length > LONGEST_QUOTE ? `${words.slice(0, LONGEST_QUOTE).trimEnd()}…` : words;
  return `"${cut}"`;
}
