/** Items that stand under no heading get one: in our format, text before the first is the intro. */
import type { ImportReport } from '../report.js';
import type { Segment } from './segments.js';

const NAME = 'Reading';

export function underHeading(segments: readonly Segment[], report: ImportReport): Segment[] {
  const first = segments.findIndex(({ kind }) => kind === 'item' || kind === 'heading');
  const item = segments[first];
  const isPiece = item?.kind === 'item' && item.title.includes('\uE000') && item.colon;
  if (!isPiece) return [...segments];
  const { place } = item;
  const message = `the first items stand under no heading; "${NAME}" was put above them`;
  report.doubt('heading-missing', place, message);
  const heading: Segment = {
    kind: 'heading',
    name: NAME,
    level: 2,
    style: 'known',
    depth: undefined,
    known: true,
    place,
  };
  return [...segments.slice(0, first), heading, ...segments.slice(first)];
}
