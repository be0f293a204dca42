/**
 * What is left of a list whose marks and addresses are lost: short lines one below the other, or, where
 * the lines are lost too, many words without the end of a sentence.
 */
import { type ImportReport, quote } from '../report.js';
import { MARK } from './link-marks.js';
import type { Segment, TextSegment } from './segments.js';
import { sentenceStarts, wordsOf } from './words-of.js';

const SHORTEST_RUN = 3;
const LONGEST_POINT_WORDS = 24;
/** No sentence of prose is that long. */
const LONGEST_SENTENCE_WORDS = 70;

export function listShortLines(segments: readonly Segment[], report: ImportReport): Segment[] {
  const found: Segment[] = [];
  for (let i = 0; i < segments.length; ) {
    const run = runAt(segments, i);
    if (run.length < SHORTEST_RUN) {
      found.push(...segments.slice(i, i + 1));
      i += 1;
      continue;
    }
    reportList(run, report);
    found.push(...run.map((point) => ({ ...point, bullet: { mark: '*', indent: 0 } })));
    i += run.length;
  }
  return found;
}

function runAt(segments: readonly Segment[], from: number): TextSegment[] {
  const run: TextSegment[] = [];
  for (const segment of segments.slice(from)) {
    if (segment.kind !== 'text' || segment.bullet || !isShort(segment.text)) break;
    run.push(segment);
  }
  return run;
}

function isShort(text: string): boolean {
  return (
    /^[\p{L}\p{N}“"‘'`[(]/u.test(text) &&
    !/[.!?:;,…]["”’)]*$/u.test(text) &&
    !MARK.test(text) &&
    wordsOf(text).length <= LONGEST_POINT_WORDS
  );
}

function reportList(run: readonly TextSegment[], report: ImportReport): void {
  const [first] = run;
  if (!first) return;
  const message = `${run.length} short lines from ${quote(first.text)} on are taken for the points of a list; if they were links, their addresses are lost`;
  report.doubt('list-guessed', first.place, message);
}

/** Whether what stands behind a heading may be a list without anything between its points. */
export function isRunTogether(segment: Segment): boolean {
  if (segment.kind !== 'text') return false;
  const { text } = segment;
  const ends = [...sentenceStarts(text, 0, text.length).map(({ at }) => at), text.length];
  return ends.some((end, i) => {
    const sentence = text.slice(ends[i - 1] ?? 0, end);
    return wordsOf(sentence).length > LONGEST_SENTENCE_WORDS && !MARK.test(sentence);
  });
}
