/**
 * Addresses in flattened text: "Title [https://…]", "(https://…)", "<https://…>", "[3]" with a list
 * of addresses further down. Each becomes one mark, so that no address is taken for words.
 */
import type { ImportReport } from '../report.js';
import type { Origin, Passage } from './passage.js';
import type { SourceLine } from './source-lines.js';

export interface MarkedLink {
  url: string;
  /** Its words, where the text says which they are: `[words](https://…)`. */
  text: string | undefined;
  /** In round brackets where it stands in prose. */
  bracketed: boolean;
}

/** One mark, for use in other patterns. */
export const MARK_SOURCE = '\uE000\\d+\uE001';
export const MARK = /\uE000(\d+)\uE001/u;
const ANY_MARK = /\uE000(\d+)\uE001/gu;

const ADDRESS = String.raw`(?:https?:\/\/|mailto:)[^\s<>"\uE000\uE001]+`;
const DEFINITION = new RegExp(String.raw`(?<![\p{L}\p{N}])\[(\d{1,3})\]:?\s+(${ADDRESS})`, 'giu');
const LINK = new RegExp(
  [
    String.raw`(?<image>!?)\[(?<words>[^[\]]*(?:\[[^[\]]*\][^[\]]*)*)\]\(\s*(?<inline>${ADDRESS})(?:\s+"[^"]*")?\)`,
    String.raw`\[\s*(?<square>${ADDRESS}?)\s*\]`,
    String.raw`<\s*(?<angle>${ADDRESS}?)\s*>`,
    String.raw`\(\s*(?<round>${ADDRESS}?)\s*\)(?!\))`,
    `(?<bare>${ADDRESS})`,
    String.raw`\[(?<number>\d{1,3})\]`,
  ].join('|'),
  'giu',
);

export class LinkTable {
  readonly #links: MarkedLink[] = [];
  readonly #definitions = new Map<string, string>();
  readonly #used = new Set<string>();

  get(index: number): MarkedLink | undefined {
    return this.#links[index];
  }

  /** Takes the numbered addresses out of the text, when something refers to them. */
  takeDefinitions(lines: readonly SourceLine[]): SourceLine[] {
    const all = lines.map(({ text }) => text).join('\n');
    const references = all.replace(DEFINITION, ' ');
    return lines.map(({ text, line }) => ({
      line,
      text: text
        .replace(DEFINITION, (whole, number: string, url: string) => {
          if (!references.includes(`[${number}]`) || this.#definitions.has(number)) return whole;
          this.#definitions.set(number, url);
          return '';
        })
        .trimEnd(),
    }));
  }

  /** The words of a text without the numbers that only led to addresses. */
  wordsOf(lines: readonly SourceLine[]): string {
    const all = lines.map(({ text }) => text).join('\n');
    return all.replace(/\[(\d{1,3})\]/gu, (whole, number: string) =>
      this.#definitions.has(number) ? '' : whole,
    );
  }

  /** The passage with marks for its addresses. */
  mark(passage: Passage): Passage {
    let text = '';
    let from = 0;
    const shifts: { at: number; by: number }[] = [];
    for (const match of passage.text.matchAll(LINK)) {
      const replacement = this.#replacementFor(match);
      if (replacement === undefined) continue;
      text += passage.text.slice(from, match.index) + replacement;
      from = match.index + match[0].length;
      shifts.push({ at: text.length, by: from - text.length });
    }
    return { ...passage, text: text + passage.text.slice(from), origins: moved(passage, shifts) };
  }

  /** Numbered addresses that nothing in the text refers to any more. */
  reportUnused(report: ImportReport): void {
    for (const [number, url] of this.#definitions) {
      if (this.#used.has(number)) continue;
      report.leaveOut(`[${number}] ${url}`, { line: 1, column: 1 }, 'address without a reference');
    }
  }

  #replacementFor({ 0: whole, groups = {} }: RegExpMatchArray): string | undefined {
    const { words, inline, square, angle, round, bare, number } = groups;
    if (inline !== undefined) return this.#add(inline, words || undefined, false);
    const enclosed = square ?? angle ?? round;
    if (enclosed !== undefined) return this.#add(enclosed, undefined, true);
    if (bare !== undefined) {
      const url = withoutPunctuation(bare);
      return this.#add(url, undefined, false) + whole.slice(url.length);
    }
    const url = number === undefined ? undefined : this.#definitions.get(number);
    if (url === undefined || number === undefined) return undefined;
    this.#used.add(number);
    return this.#add(url, undefined, true);
  }

  #add(url: string, text: string | undefined, bracketed: boolean): string {
    this.#links.push({ url, text, bracketed });
    return `\uE000${this.#links.length - 1}\uE001`;
  }
}

/** Splits text at its marks: words and indexes of links, in turn. */
export function splitAtMarks(text: string): (string | number)[] {
  return text.split(ANY_MARK).map((part, index) => (index % 2 === 1 ? Number(part) : part));
}

/** Punctuation of the sentence, and a bracket that closes one opened before the address. */
function withoutPunctuation(url: string): string {
  const trimmed = url.replace(/[.,;:!?'"”’\]*]+$/u, '');
  const opens = trimmed.split('(').length;
  const closes = trimmed.split(')').length;
  return closes > opens && trimmed.endsWith(')')
    ? withoutPunctuation(trimmed.slice(0, -1))
    : trimmed;
}

/** Origins after replacements; `at` is an offset in the new text, `by` what was cut before it. */
function moved({ origins }: Passage, shifts: { at: number; by: number }[]): Origin[] {
  const own = origins.map(({ offset, line, column }) => {
    const shift = shifts.findLast(({ at, by }) => at + by <= offset)?.by ?? 0;
    return { offset: Math.max(0, offset - shift), line, column };
  });
  const [only, ...others] = origins;
  if (!only || others.length > 0) return own;
  // One long line: the column goes on behind each mark as it does in the source.
  const behind = shifts.map(({ at, by }) => ({
    offset: at,
    line: only.line,
    column: only.column + at + by,
  }));
  return [only, ...behind];
}
