/** First look at the bytes of an issue: one kind of line end, no BOM, blanks that Markdown knows. */

/** Over this many characters a file is no issue (Gmail clips a mail at a tenth of it). */
export const MAX_SOURCE_LENGTH = 1_000_000;

/** Line breaks become LF, the byte order mark goes, NBSPs where Markdown wants blanks become blanks. */
export function normaliseSource(source: string): string {
  return source
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/^[ \t\u00A0]+$/gm, '')
    .replace(/^( {0,3}(?:#{1,6}|[*+-]|\d{1,9}[.)]))\u00A0/gm, '$1 ');
}
