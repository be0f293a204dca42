/**
 * Markers: opaque words that stand for subscriber expressions while templates, Markdown and MJML
 * do their work. Nothing on the way can change a run of ASCII letters and digits, and nothing that
 * is inserted is ever compiled.
 */
import type { Wrap } from './text.js';

/** Where an expression was written. */
export interface Origin {
  file: string;
  line: number;
  /** The expression as written, for messages. */
  source: string;
}

export interface OutputInsertion {
  kind: 'output';
  /** Canonical Handlebars without braces: `default subscriber.name "reader"`. */
  expression: string;
  origin: Origin;
}

export interface BlockInsertion {
  kind: 'block';
  helper: 'if' | 'unless' | 'each';
  expression: string;
  /** Bodies; nested expressions are markers in them. */
  program: string;
  inverse: string | undefined;
  /** Who wrote the bodies: a template's are markup, an author's are text. */
  writtenBy: 'template' | 'author';
  origin: Origin;
}

/** A paragraph of the text part that holds markers and is wrapped for each recipient. */
export interface ParagraphInsertion {
  kind: 'paragraph';
  text: string;
  wrap: Wrap;
}

export type Insertion = OutputInsertion | BlockInsertion | ParagraphInsertion;

export interface FoundMarker {
  marker: string;
  offset: number;
}

/** The markers of one build. */
export class Markers {
  readonly #insertions = new Map<string, Insertion>();
  readonly #stem: string;
  readonly #pattern: RegExp;

  /** @param taken every text the build will see: no marker may already stand in it */
  constructor(taken: string) {
    let attempt = 0;
    while (taken.includes(`SLOT${attempt}Q`)) attempt += 1;
    this.#stem = `SLOT${attempt}Q`;
    this.#pattern = new RegExp(`${this.#stem}\\d+Z`, 'g');
  }

  /** @returns the word to put in the expression's place */
  add(insertion: Insertion): string {
    const marker = `${this.#stem}${this.#insertions.size}Z`;
    this.#insertions.set(marker, insertion);
    return marker;
  }

  get(marker: string): Insertion {
    const insertion = this.#insertions.get(marker);
    if (insertion === undefined) throw new Error(`unknown marker ${marker}`);
    return insertion;
  }

  find(text: string): FoundMarker[] {
    return Array.from(text.matchAll(this.#pattern), (match) => ({
      marker: match[0],
      offset: match.index,
    }));
  }

  has(text: string): boolean {
    return text.search(this.#pattern) >= 0;
  }

  /** How often each marker stands in `text`, markers inside of other markers' bodies included. */
  count(text: string): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { marker } of this.find(text)) {
      counts.set(marker, (counts.get(marker) ?? 0) + 1);
      for (const [inner, times] of this.count(bodyOf(this.get(marker)))) {
        counts.set(inner, (counts.get(inner) ?? 0) + times);
      }
    }
    return counts;
  }
}

function bodyOf(insertion: Insertion): string {
  if (insertion.kind === 'output') return '';
  return insertion.kind === 'paragraph'
    ? insertion.text
    : `${insertion.program} ${insertion.inverse ?? ''}`;
}
