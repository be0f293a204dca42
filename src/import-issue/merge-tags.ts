/**
 * Merge tags of the system that a source comes from. It would have filled them in for each reader; an
 * issue of ours would show them. They are taken out, or give way to the fallback they name.
 */
import { type ForeignTag, findForeignTags, LIKELY_TAGS } from '../issue/foreign-tags.js';
import { type ImportReport, type Place, quote } from './report.js';
import type { SourceKind } from './source-kind.js';

type ReadableKind = Exclude<SourceKind, 'mail'>;

/** Where a tag is talked about, or is no text at all. */
const NO_PROSE: Record<ReadableKind, RegExp | undefined> = {
  text: undefined,
  html: /<(style|script|code|pre|textarea)\b[\s\S]*?<\/\1\s*>|<!--[\s\S]*?-->/gi,
  markdown:
    /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ {0,3}\1|(`+)(?!`)[^\n]*?[^`]\2(?!`)|<!--[\s\S]*?-->/gm,
};
/** Conditions and loops around text, whose words stay. */
const BLOCK_TAG = /^\{%|^\{\{\s*[#/]/;

/** @returns the source, with as many lines as before; columns move in Markdown only */
export function withoutMergeTags(source: string, kind: ReadableKind, report: ImportReport): string {
  return withoutBlockTags(withoutFields(source, kind, report), kind, report);
}

function withoutFields(source: string, kind: ReadableKind, report: ImportReport): string {
  const placeAt = placesIn(source);
  const cuts = findForeignTags(blanked(source, NO_PROSE[kind])).map((tag): Cut => {
    const { index, written, fallback } = tag;
    const instead = fallback === '' ? '' : `; ${quote(fallback)} stands in its place`;
    report.leaveOut(written, placeAt(index), `merge tag of another system${instead}`);
    return cutAround(source, tag, kind);
  });
  return cutOut(source, cuts, kind);
}

/** {% if … %} and the like: the text between them stays. What else may be a tag is named. */
function withoutBlockTags(source: string, kind: ReadableKind, report: ImportReport): string {
  const placeAt = placesIn(source);
  const tags = findForeignTags(blanked(source, NO_PROSE[kind]), LIKELY_TAGS);
  const cuts = tags.flatMap(({ index, written }): Cut[] => {
    if (BLOCK_TAG.test(written)) {
      const reason = 'condition of another system; the text it is about is kept';
      report.leaveOut(written, placeAt(index), reason);
      return [{ start: index, end: index + written.length, instead: '' }];
    }
    const message = `${quote(written)} may be a merge tag of another system; it is kept as text`;
    report.doubt('merge-tag-kept', placeAt(index), message);
    return [];
  });
  return cutOut(source, cuts, kind);
}

interface Cut {
  start: number;
  end: number;
  instead: string;
}

/** Blanks fill the gaps, so that later places in the source are right; in Markdown they would mean something. */
function cutOut(source: string, cuts: readonly Cut[], kind: ReadableKind): string {
  let text = '';
  let from = 0;
  for (const { start, end, instead } of cuts) {
    if (start < from) continue;
    const gap = kind === 'markdown' ? 0 : Math.max(0, end - start - instead.length);
    text += source.slice(from, start) + instead + ' '.repeat(gap);
    from = end;
  }
  return text + source.slice(from);
}

const CLOSING: Record<string, string> = { '(': ')', '[': ']', '<': '>' };
/** How far a link's words may reach before its address. */
const NEARBY = 300;

/**
 * A tag with what goes along: a link that leads to it, brackets around it alone, the blank before
 * the comma behind it ("Dear *|FNAME|*,").
 */
function cutAround(
  source: string,
  { index, written, fallback }: ForeignTag,
  kind: ReadableKind,
): Cut {
  const after = index + written.length;
  const head = source.slice(Math.max(0, index - NEARBY), index);
  const tail = source.slice(after, after + NEARBY);
  const link = kind === 'markdown' ? /\[([^\][]*)\]\(\s*<?$/.exec(head) : null;
  const linkEnd = link && /^[^\s()]*>?\s*\)/.exec(tail);
  if (link && linkEnd) return cut(link[0], linkEnd[0], link[1] ?? '');
  const opened = kind === 'html' || fallback !== '' ? null : /[ \t]*([([<])\s*$/.exec(head);
  const closed = /^\s*([)\]>])/.exec(tail);
  if (opened && closed && closed[1] === CLOSING[opened[1] ?? ''])
    return cut(opened[0], closed[0], '');
  if (fallback !== '') return cut('', '', fallback);
  // Of two blanks around it one stays.
  const punctuation = /^(?:[,.!?;:](?![\w/])|\)|(?=[ \t]))/.exec(tail)?.[0];
  if (punctuation !== undefined) {
    return cut(/[ \t]*$/.exec(head)?.[0] ?? '', punctuation, punctuation);
  }
  return cut('', '', '');

  function cut(before: string, behind: string, instead: string): Cut {
    return { start: index - before.length, end: after + behind.length, instead };
  }
}

/** The text with blanks where the pattern matches, line breaks kept. */
function blanked(text: string, pattern: RegExp | undefined): string {
  if (!pattern) return text;
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, ' '));
}

function placesIn(source: string): (offset: number) => Place {
  return (offset) => {
    const before = source.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
}
