/** What the journals say of the time since a backup. Pure. */
import type { AudienceChange } from '../audience/restored.js';
import type { JournalContent } from '../journal/read.js';
import type { BackupHeader } from './archive.js';

/** Clocks of several hosts differ; what is done twice by this does no harm. */
export const CLOCK_MARGIN_MS = 10 * 60_000;

export interface Evidence {
  changes: AudienceChange[];
  /** Ids of people who came since. */
  added: string[];
  /** Issue → what began to be mailed since, and when first (epoch ms). */
  begun: Map<number, { words: Set<string>; at: number }>;
}

export function evidenceIn({ entries }: JournalContent): Evidence {
  const evidence: Evidence = { changes: [], added: [], begun: new Map() };
  for (const { at, kind, subject, word } of entries) {
    if (kind === 'left' || kind === 'suppressed' || kind === 'erased') {
      evidence.changes.push({ id: subject, kind, word, at });
    } else if (kind === 'added') evidence.added.push(subject);
    else if (kind === 'sent') {
      const known = evidence.begun.get(Number(subject)) ?? { words: new Set(), at };
      known.words.add(word);
      evidence.begun.set(Number(subject), known);
    }
  }
  return evidence;
}

/**
 * Why the journals at hand may not tell everything since the backup.
 * @param wanted journal id → host, of all that were written to
 */
export function gapsIn(
  { journals, backups }: JournalContent,
  { id }: BackupHeader,
  wanted: Readonly<Record<string, string>>,
): string[] {
  const missing = Object.entries(wanted)
    .filter(([journal]) => !journals.has(journal))
    .map(([, host]) => `the journal of host ${host} is missing`);
  if (missing.length > 0 || backups.has(id)) return missing;
  return ['no journal at hand reaches back to this backup'];
}
