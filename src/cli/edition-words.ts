/** Editions in words: those of an issue, and one that is asked for on the command line. */
import { parseEdition } from '../audience/csv-file.js';
import type { PublicationConfig } from '../config/types.js';
import type { Frozen } from '../delivery/send-record.js';
import { AppError } from '../errors.js';
import { type Edition, whyWhole } from '../issue/editions.js';
import type { Issue } from '../issue/types.js';

/** undefined where readers have no choice. */
export function editionWords(
  { editions }: Pick<PublicationConfig, 'editions'>,
  issue: Issue,
): string | undefined {
  if (!editions.highlights) return undefined;
  const why = whyWhole(issue);
  return why === undefined
    ? 'two editions: the whole issue, and its highlights'
    : `readers of the highlights get the whole issue: ${why}`;
}

export function editionsOf({ highlights }: Frozen): Edition[] {
  return highlights ? ['full', 'highlights'] : ['full'];
}

/** @throws AppError usage */
export function editionFrom(text: string | undefined): Edition | undefined {
  const parsed = parseEdition(text);
  if (parsed.ok) return parsed.edition;
  throw new AppError('usage', parsed.reason);
}
