/** Numbered links of the text part: each URL once, in order of appearance. */
export class Footnotes {
  readonly #numbers = new Map<string, number>();
  #printed = 0;

  /** `[3]`: the URL's number in this mail. */
  reference(url: string): string {
    const number = this.#numbers.get(url) ?? this.#numbers.size + 1;
    this.#numbers.set(url, number);
    return `[${number}]`;
  }

  /** Definitions of the numbers given out since the last call, one a line; '' when there are none. */
  pending(): string {
    const lines = [...this.#numbers]
      .slice(this.#printed)
      .map(([url, number]) => `[${number}] ${url}`);
    this.#printed = this.#numbers.size;
    return lines.join('\n');
  }
}
