/** The Markdown of an issue, made ready: comments gone, markers for what Markdown must not see. */
import { extractReferences, type Mention } from './cross-references.js';
import { applyEdits, type Edit, type Rewritten } from './edits.js';
import { extractExpressions } from './expressions.js';
import type { Findings } from './findings.js';
import { findRegions, maskRegions, type Region, regionTest } from './regions.js';
import { findRepairs } from './repairs.js';
import type { Expression } from './types.js';

export interface Body {
  rewritten: Rewritten;
  expressions: Expression[];
  mentions: Mention[];
  /** The author's text with code, comments and our expressions blanked, line for line. */
  prose: string;
}

/**
 * @param text the whole file, normalised
 * @param start offset at which its Markdown begins
 * @param firstMarker how many expressions the metadata had
 */
export function readBody(
  text: string,
  start: number,
  nonce: string,
  firstMarker: number,
  findings: Findings,
): Body {
  const body = text.slice(start);
  const firstLine = text.slice(0, start).split('\n').length;
  const lineOf = (offset: number) => firstLine + body.slice(0, offset).split('\n').length - 1;
  const regions = findRegions(body);
  const isCode = regionTest(regions);
  const found = extractExpressions(body, isCode, nonce, firstMarker);
  const references = extractReferences(body, isCode, nonce);
  reportUnclosed(regions, lineOf, findings);
  for (const { offset, message } of found.faults) {
    findings.error('expression-invalid', lineOf(offset), message);
  }
  const comments = regions.filter(({ kind }) => kind === 'comment').map(dropRegion);
  const repairs = findRepairs(body, isCode);
  const edits = [...comments, ...found.edits, ...references.edits, ...repairs];
  return {
    rewritten: applyEdits(body, edits, firstLine),
    expressions: found.expressions.map(({ marker, source, offset }) => ({
      marker,
      source,
      line: lineOf(offset),
    })),
    mentions: references.mentions,
    prose: maskRegions(body, [...regions, ...found.edits]),
  };
}

function dropRegion({ start, end }: Region): Edit {
  return { start, end, text: '', restore: false };
}

function reportUnclosed(
  regions: Region[],
  lineOf: (offset: number) => number,
  findings: Findings,
): void {
  for (const { kind, start } of regions) {
    if (kind !== 'unclosed-comment') continue;
    findings.error('comment-unclosed', lineOf(start), 'the comment is never closed; add -->');
  }
}
