/**
 * A title, its address on the line below, and its text on the line below that: one item, whatever
 * number stands before it.
 */
import type { ImportReport } from '../report.js';
import { MARK_SOURCE } from './link-marks.js';
import { type Passage, placeIn } from './passage.js';
import { opensText, wordsOf } from './words-of.js';

const ONLY_ADDRESS = new RegExp(`^${MARK_SOURCE}$`, 'u');
const LONGEST_TITLE_WORDS = 24;

export function joinAddresses(passages: readonly Passage[], report: ImportReport): Passage[] {
  const joined: Passage[] = [];
  for (let i = 0; i < passages.length; i++) {
    const [title, address, text] = passages.slice(i, i + 3);
    if (!title) break;
    if (!address || !isTitleOf(title, address)) {
      joined.push(title);
      continue;
    }
    const withText = text && isBelow(address, text) && !ONLY_ADDRESS.test(text.text);
    const item = append(title, ' ', address);
    joined.push(numberless(withText ? append(item, ': ', text) : item, report));
    i += withText ? 2 : 1;
  }
  return joined;
}

function isTitleOf(title: Passage, address: Passage): boolean {
  const { text } = title;
  if (!ONLY_ADDRESS.test(address.text) || !isBelow(title, address)) return false;
  if (title.style || text.includes('\uE000') || !opensText(text) || /[.:;,]$/u.test(text))
    return false;
  return wordsOf(text).length <= LONGEST_TITLE_WORDS;
}

/** On the very next line, and no point of its own. */
function isBelow(above: Passage, below: Passage): boolean {
  const end = above.origins.at(-1)?.line ?? 0;
  return !below.bullet && !below.style && placeIn(below, 0).line === end + 1;
}

function append(passage: Passage, joint: string, { text, origins }: Passage): Passage {
  const start = passage.text.length + joint.length;
  const behind = origins.map((origin) => ({ ...origin, offset: origin.offset + start }));
  return {
    ...passage,
    text: `${passage.text}${joint}${text}`,
    origins: [...passage.origins, ...behind],
  };
}

/** The numbers of pieces are those of their order. */
function numberless(passage: Passage, report: ImportReport): Passage {
  const { bullet } = passage;
  if (!bullet || !/\d/.test(bullet.mark)) return passage;
  report.leaveOut(bullet.mark, placeIn(passage, 0), 'number of an item');
  return { ...passage, bullet: undefined };
}
