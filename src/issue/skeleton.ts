/**
 * The next issue in the shape of the last: its sections, with a placeholder where items stood. What
 * two issues in a row say in the same words (a greeting, a colophon) stands again; all else is TK,
 * which lint finds until it is filled in. Pure.
 */
import type { BlockJson, IssueJson, ItemJson, SectionJson } from './json.js';

export interface Predecessor {
  issue: IssueJson;
  /** Lines of its file. */
  lines: readonly string[];
}

/** @param earlier the issue before the last, to see what stays the same */
export function skeletonOf(
  number: number,
  date: string | undefined,
  last: Predecessor,
  earlier: IssueJson | undefined,
): string {
  const standing = new Set(earlier ? textsOf(earlier) : []);
  const intro = last.issue.intro && textOrPlaceholder(last.issue.intro.source, standing);
  const head = ['---', `number: ${number}`, 'title: TK', ...(date ? [`date: ${date}`] : []), '---'];
  const sections = last.issue.sections.map((section) => sectionText(section, last.lines, standing));
  return `${[head.join('\n'), ...(intro ? [intro] : []), ...sections].join('\n\n')}\n`;
}

function textsOf({ intro, sections }: IssueJson): string[] {
  const blocks = sections.flatMap((section) => section.blocks);
  return [intro, ...blocks].flatMap((part) => (part && 'source' in part ? part.source.trim() : []));
}

function textOrPlaceholder(source: string, standing: ReadonlySet<string>): string {
  return standing.has(source.trim()) ? source.trim() : 'TK';
}

function sectionText(
  section: SectionJson,
  lines: readonly string[],
  standing: ReadonlySet<string>,
): string {
  const { position, blocks, level, name } = section;
  const written = lines[position.line - 1] ?? '';
  const heading = /^ {0,3}#{1,3}\s/.test(written) ? written.trim() : `${'#'.repeat(level)} ${name}`;
  const parts: string[] = [];
  let placed = false;
  for (const block of blocks) {
    if (block.kind === 'markdown') parts.push(textOrPlaceholder(block.source, standing));
    else if (!placed) {
      parts.push(placeholder(block, blocks, lines));
      placed = true;
    }
  }
  return [heading, ...new Set(parts)].join('\n\n');
}

/** One item that has what those of its section had. */
function placeholder(
  first: ItemJson,
  blocks: readonly BlockJson[],
  lines: readonly string[],
): string {
  const items = blocks.filter((block) => block.kind === 'item');
  const has = (part: (item: ItemJson) => boolean) => items.some(part);
  const bullet = /^\s*([*+-])\s/.exec(lines[first.position.line - 1] ?? '')?.[1];
  if (bullet !== undefined) return `${bullet} [TK](https://example.org/TK)`;
  const authors = has((item) => item.authors.length > 0) ? ' *(TK)*' : '';
  const summarizer = has((item) => item.summarizer !== null) ? ' (summarized by TK)' : '';
  const summary = has((item) => item.summary !== null) ? ': TK' : '';
  const head = `[TK](https://example.org/TK)${authors}${summarizer}${summary}`;
  const opinion = has((item) => item.opinions.length > 0) && summary !== '';
  return opinion ? `${head}\n\n**TK's opinion:** TK` : head;
}
