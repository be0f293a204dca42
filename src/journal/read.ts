/** Reading journals: what became of people and sends since a moment, over several hosts. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { linesOf } from '../lines.js';
import { type JournalEntry, parseEntry } from './entry.js';

/** A line that says nothing: torn by a crash, or damaged. */
export interface DamagedLine {
  file: string;
  /** From 1. */
  line: number;
}

export interface JournalContent {
  /** Ids of the journals read. */
  journals: Set<string>;
  /** Ids of backups begun. */
  backups: Set<string>;
  /** Records since the moment asked for, in the order of their times. */
  entries: JournalEntry[];
  damaged: DamagedLine[];
}

/**
 * @param paths files, or folders that hold `*.log` files; a folder that does not exist is empty
 * @param since epoch ms
 * @throws AppError file_missing
 */
export async function readJournals(
  paths: readonly string[],
  since: number,
): Promise<JournalContent> {
  const content: JournalContent = {
    journals: new Set(),
    backups: new Set(),
    entries: [],
    damaged: [],
  };
  for (const path of paths) {
    for (const file of await filesAt(path)) await readFile(file, since, content);
  }
  // Two hosts, or the same file given twice: order and repetition must not matter.
  content.entries.sort((one, other) => one.at - other.at);
  return content;
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('file_missing', 'the journal cannot be read', { file: path, cause });
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.log'));
  return names.sort().map((name) => join(path, name));
}

async function readFile(file: string, since: number, content: JournalContent): Promise<void> {
  let number = 0;
  try {
    for await (const bytes of linesOf(createReadStream(file))) {
      number += 1;
      const line = bytes.toString();
      // The file begins with the line break of its first record.
      if (line === '') continue;
      const entry = parseEntry(line);
      if (entry === undefined) content.damaged.push({ file, line: number });
      else take(entry, since, content);
    }
  } catch (cause) {
    throw new AppError('file_missing', 'the journal cannot be read', { file, cause });
  }
}

function take(entry: JournalEntry, since: number, content: JournalContent): void {
  if (entry.kind === 'journal') content.journals.add(entry.subject);
  else if (entry.kind === 'backup') content.backups.add(entry.subject);
  else if (entry.at >= since) content.entries.push(entry);
}
