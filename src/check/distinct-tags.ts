/**
 * A mail has a few kinds of elements hundreds of times: whoever looks at each element by itself need
 * look at one of a kind. Pure.
 */

/** Sheets are kept: `<!--` may stand in them, too. */
const COMMENT = /(<style[\s>][\s\S]*?<\/style>)|<!--[\s\S]*?-->/gi;

/** Elements in which no markup is, whole; of all others the start tag. */
const TAG =
  /<(style|script|title|textarea)(?=[\s>])[\s\S]*?<\/\1>|<([a-z][^\s/>]*)(?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*\/?>/gi;

/** Values that no mail program has trouble with: of links only those that lead nowhere else do. */
const CONTENT = / (id|class|src|alt|title|width|height|href)="(?!#|mailto:)[^"]*"/g;

/**
 * @param html a whole document
 * @returns the style sheets, and one empty element of each name, attributes and styles, in order, all
 *   in the root; a document that is written in an unusual way is one piece
 */
export function distinctTags(html: string): ReadonlySet<string> {
  if (!/^(?:<!doctype[^>]*>)?\s*<html[\s>]/i.test(html)) return new Set([html]);
  const distinct = new Set<string>();
  const rest = html
    .replace(COMMENT, (_, sheet?: string) => sheet ?? '')
    .replace(TAG, (written, _, name?: string) => {
      distinct.add(name === undefined ? written : emptied(written, name));
      return '';
    });
  return /<[a-z]/i.test(rest) ? new Set([html]) : distinct;
}

/** The root alone stays open: all others are in it. */
function emptied(startTag: string, name: string): string {
  const tag = startTag.replace(CONTENT, ' $1=""');
  return name.toLowerCase() === 'html' ? tag : `${tag}</${name}>`;
}
