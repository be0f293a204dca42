/** Names for anchors and URLs. */

const MAX_SLUG_LENGTH = 60;

/**
 * Letters and digits of any script in lower case, joined by dashes; at most 60 characters, cut
 * between words; "item" when the text has neither.
 */
export function slugOf(text: string, fallback = 'item'): string {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : `${slug}-${word}`;
    if (longer.length > MAX_SLUG_LENGTH) break;
    slug = longer;
  }
  return slug || [...(words[0] ?? fallback)].slice(0, MAX_SLUG_LENGTH).join('');
}

/** Makes ids unique within one issue: the second of a kind gets "-2". */
export class IdRegister {
  readonly #taken = new Set<string>();

  claim(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.#taken.has(id); n++) id = `${wanted}-${n}`;
    this.#taken.add(id);
    return id;
  }
}
