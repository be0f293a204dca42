/** Names of sections that are known before a source is read: what a heading may be called. */
export interface KnownSection {
  name: string;
  level: 1 | 2 | 3;
}

export class SectionNames {
  readonly #byWords = new Map<string, KnownSection>();
  readonly #declared: string[] = [];
  #longest = 1;

  /** @param sections of two with the same name the first counts */
  constructor(sections: Iterable<KnownSection>) {
    for (const section of sections) this.add(section);
  }

  add(section: KnownSection): void {
    const key = keyOf(section.name);
    if (key === '' || this.#byWords.has(key)) return;
    this.#byWords.set(key, section);
    this.#longest = Math.max(this.#longest, key.split(' ').length);
  }

  /** A name of the issue's own list of contents, as written there. */
  declare(name: string, level: KnownSection['level']): void {
    this.#declared.push(name);
    this.add({ name, level });
  }

  /** In the order of the list of contents. */
  get declared(): readonly string[] {
    return this.#declared;
  }

  /** Whatever its letters' case, and the emoji before it. */
  find(name: string): KnownSection | undefined {
    return this.#byWords.get(keyOf(name));
  }

  /** The longest name that some words begin with, and how many of them it takes. */
  findAtStart(words: readonly string[]): { section: KnownSection; length: number } | undefined {
    for (let length = Math.min(this.#longest, words.length); length > 0; length--) {
      if (!/[\p{L}\p{N}]/u.test(words[length - 1] ?? '')) continue;
      const section = this.find(words.slice(0, length).join(' '));
      if (section) return { section, length };
    }
    return undefined;
  }
}

/** Lower case, without emoji, marks before it, and a colon behind it. */
function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/^[^\p{L}\p{N}]+|(?:[:\s\p{Extended_Pictographic}]|\uFE0F)+$/gu, '')
    .replace(/\s+/gu, ' ');
}
