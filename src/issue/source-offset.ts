/** Finds a place in the value of a text node again in the Markdown it was parsed from. */

const REFERENCE = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});/y;
const ESCAPE = /\\(?=[!-/:-@[-`{-~])/y;

/**
 * Escapes (`\*`), character references (`&amp;`) and the blanks Markdown drops around a line break
 * make source and value differ in length.
 * @param start offset in `source` at which the text node starts
 * @param offset in the value
 * @returns offset in `source`
 */
export function sourceOffset(source: string, start: number, value: string, offset: number): number {
  let at = start;
  for (let i = 0; i < offset && at < source.length; ) {
    const char = value[i];
    const reference = matchLength(REFERENCE, source, at);
    if (reference > 0 && (char !== '&' || source.slice(at, at + 5) === '&amp;')) {
      at += reference;
      // A character outside the basic plane takes two places of the value.
      i += (value.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
    } else if (char === source[at]) {
      at++;
      i++;
    } else {
      at += matchLength(ESCAPE, source, at) || 1;
    }
  }
  return at;
}

function matchLength(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0].length ?? 0;
}
