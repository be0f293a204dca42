/**
 * One line of the journal: `2026-11-24T18:30:01.123Z left AbCdEf0123456789 link 1a2b3c4d`.
 *
 * Time, kind, subject, a word about it, and a checksum of what stands before. Ids are keyed hashes,
 * so nothing personal is in a journal, erased people included. Pure.
 */
import { crc32 } from 'node:zlib';

/**
 * - `added`: came on the list; the word is the source of the consent.
 * - `left`: unsubscribed; the word says how (`link`, `mailto`, `operator`).
 * - `suppressed`: the word is the reason.
 * - `erased`
 * - `sent`: a send mails people from here on; the subject is the number, the word what
 *   began (`begun`, `newcomers`, `retry`, `resend`).
 * - `backup`: a backup was begun; the subject is its id.
 * - `journal`: opens a file; the subject is the journal's id, the word its host.
 */
const KINDS = ['added', 'left', 'suppressed', 'erased', 'sent', 'backup', 'journal'] as const;

export type JournalKind = (typeof KINDS)[number];

export interface JournalEntry {
  /** Epoch ms, by the clock of the host that wrote it. */
  at: number;
  kind: JournalKind;
  subject: string;
  word: string;
}

const LINE = /^(\S+) (\S+) (\S+) (\S+) ([0-9a-f]{8})$/;

export function formatEntry({ at, kind, subject, word }: JournalEntry): string {
  // A host's name or a source could hold what the line must not.
  const said = word.replace(/\s+/g, '_') || '-';
  const line = `${new Date(at).toISOString()} ${kind} ${subject} ${said}`;
  return `${line} ${checksum(line)}`;
}

/** @returns undefined for a line that is torn or damaged, or of a kind this version does not know */
export function parseEntry(line: string): JournalEntry | undefined {
  const [, time = '', kind = '', subject = '', word = '', sum] = LINE.exec(line) ?? [];
  if (sum === undefined || checksum(line.slice(0, -9)) !== sum) return undefined;
  const at = Date.parse(time);
  if (Number.isNaN(at) || !isKind(kind)) return undefined;
  return { at, kind, subject, word };
}

function isKind(kind: string): kind is JournalKind {
  return (KINDS as readonly string[]).includes(kind);
}

function checksum(line: string): string {
  return crc32(line).toString(16).padStart(8, '0');
}
