/** Which headings are sections and which subsections. */
import { type ImportReport, quote } from '../report.js';
import type { HeadingSegment, Segment } from './segments.js';

type Level = 1 | 2 | 3;

export interface LevelledHeading extends HeadingSegment {
  level: Level;
}

export type LevelledSegment = Exclude<Segment, HeadingSegment> | LevelledHeading;

/**
 * A known name has its level; marks tell it where there are several kinds of them; else a heading
 * right behind another is its subsection, and so are those that follow.
 */
export function settleLevels(
  segments: readonly Segment[],
  report: ImportReport,
): LevelledSegment[] {
  const styles = levelsOfStyles(segments.filter((segment) => segment.kind === 'heading'));
  let previous: Level = 2;
  return segments.map((segment, i): LevelledSegment => {
    if (segment.kind !== 'heading') return segment;
    const follows = segments[i - 1]?.kind === 'heading';
    const leads = segments[i + 1]?.kind === 'heading';
    const level = levelOf(segment, { styles, follows, leads, previous });
    reportGuess(segment, level, report);
    previous = level;
    return { ...segment, level };
  });
}

interface Surroundings {
  styles: ReadonlyMap<string, Level>;
  follows: boolean;
  leads: boolean;
  previous: Level;
}

function levelOf(
  segment: HeadingSegment,
  { styles, follows, leads, previous }: Surroundings,
): Level {
  const marked = styles.get(styleOf(segment));
  if (marked !== undefined) return marked;
  if (segment.level !== undefined) return segment.level;
  if (follows && previous < 3) return 3;
  if (leads) return 2;
  return previous;
}

/** `##` and `###`, or a heading between rules and one over a rule, say what is within what. */
function levelsOfStyles(headings: readonly HeadingSegment[]): Map<string, Level> {
  const marks = headings.filter(({ style }) => !['capitals', 'known', 'short'].includes(style));
  const kinds = [...new Set(marks.map(styleOf))];
  const levels = new Map<string, Level>();
  const depths = [...new Set(marks.flatMap(({ depth }) => depth ?? []))].sort();
  for (const [i, depth] of depths.entries())
    levels.set(`hash ${depth}`, i === 0 && depths.length > 0 ? 2 : 3);
  if (kinds.includes('enclosed')) {
    levels.set('enclosed', 2).set('underlined', 3).set('double-underlined', 2);
  } else if (kinds.includes('double-underlined')) {
    levels.set('double-underlined', 2).set('underlined', 3);
  }
  return levels;
}

function styleOf({ style, depth }: HeadingSegment): string {
  return style === 'hash' ? `hash ${depth}` : style;
}

function reportGuess(
  { name, known, style, place }: HeadingSegment,
  level: Level,
  report: ImportReport,
): void {
  if (known || !['capitals', 'short'].includes(style)) return;
  const kind = level === 3 ? 'a subsection' : 'a section';
  const looks = style === 'capitals' ? 'its capitals' : 'its shortness';
  const message = `${quote(name)} is taken for the heading of ${kind} for ${looks}`;
  report.doubt('heading-guessed', place, message);
}
