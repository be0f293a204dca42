/**
 * The journal: what a restored backup must not undo, kept beside Redis.
 *
 * Owns `.pressrun/journal/`: one file a month, only ever appended to, by every process of this host.
 * It is written for each change of consent or suppression and for each beginning of mailing, and
 * read by `restore` alone. Every host has its own. Must never hold anything personal.
 *
 * A record is on disk (fdatasync) before `write` or `note` resolves. It is one write in append mode,
 * so that lines of several processes never mix, and begins with the line break: a line that a crash
 * tore is thereby ended by the next one.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import type { Logger } from '../log.js';
import { formatEntry, type JournalEntry } from './entry.js';

/** What happened, without its time: that is now. */
export type JournalNote = Omit<JournalEntry, 'at'>;

export interface Journal {
  /** `.pressrun/journal` */
  readonly folder: string;
  /** Keeps the record of what is about to happen. @throws AppError journal_unwritable */
  write(notes: readonly JournalNote[]): Promise<void>;
  /**
   * Keeps the record of what has happened. When it cannot be written (a full disk) the log says so
   * once and it is tried again until it can: what has happened must not fail for it.
   * @throws AppError journal_unwritable, when very much is waiting already
   */
  note(notes: readonly JournalNote[]): Promise<void>;
  /** A last try for what is waiting. @throws AppError journal_unwritable */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** The publication's private folder. */
  dataDir: string;
  log: Logger;
  /** Told the id of this journal when this process first wrote to it. */
  announce?(id: string, host: string): Promise<unknown>;
}

const RETRY_MS = 2_000;
/** About 6 MB. */
const MOST_WAITING = 100_000;

export function createJournal(options: JournalOptions): Journal {
  return new FileJournal(options);
}

class FileJournal implements Journal {
  readonly folder: string;
  private readonly options: JournalOptions;
  private waiting: string[] = [];
  /** Lines ever taken, and those of them on disk. */
  private taken = 0;
  private written = 0;
  private writing: Promise<void> | undefined;
  private failing = false;
  private announced = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: JournalOptions) {
    this.options = options;
    this.folder = join(options.dataDir, 'journal');
  }

  async write(notes: readonly JournalNote[]): Promise<void> {
    await this.append(linesOf(notes)).catch((cause: unknown) => {
      throw this.unwritable('nothing was begun', cause);
    });
  }

  async note(notes: readonly JournalNote[]): Promise<void> {
    if (notes.length === 0) return;
    if (this.waiting.length + notes.length > MOST_WAITING) {
      throw this.unwritable(`${this.waiting.length} changes wait for it already`);
    }
    this.waiting.push(...linesOf(notes));
    this.taken += notes.length;
    await this.flush(this.taken).catch((error: unknown) => this.tryLater(error));
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush(this.taken).catch((cause: unknown) => {
      const changes = `${this.waiting.length} changes took effect but are not in the journal`;
      throw this.unwritable(`${changes}: a restored backup would undo them`, cause);
    });
  }

  /** Whatever comes while a group is being written makes up the next one. */
  private async flush(until: number): Promise<void> {
    while (this.written < until) {
      this.writing ??= this.writeWaiting().finally(() => {
        this.writing = undefined;
      });
      await this.writing;
    }
  }

  private async writeWaiting(): Promise<void> {
    const lines = [...this.waiting];
    await this.append(lines);
    this.waiting = this.waiting.slice(lines.length);
    this.written += lines.length;
    if (this.failing) this.options.log.info('the journal can be written again');
    this.failing = false;
  }

  private tryLater(error: unknown): void {
    if (!this.failing) {
      this.options.log.error(
        { err: error },
        'the journal cannot be written: what changes now takes effect, but a backup restored later could undo it; trying again',
      );
    }
    this.failing = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.flush(this.taken).catch((again: unknown) => this.tryLater(again));
    }, RETRY_MS).unref();
  }

  private async append(lines: readonly string[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const id = await journalId(this.folder);
    const month = new Date().toISOString().slice(0, 7);
    const file = await open(join(this.folder, `${month}.log`), 'a', 0o600);
    try {
      const isNew = (await file.stat()).size === 0;
      const opening = { at: Date.now(), kind: 'journal', subject: id, word: hostname() } as const;
      const all = isNew ? [formatEntry(opening), ...lines] : lines;
      const bytes = Buffer.from(all.map((line) => `\n${line}`).join(''));
      const { bytesWritten } = await file.write(bytes);
      // A disk that filled up in the middle: what is there is a torn line.
      if (bytesWritten < bytes.length) throw new Error('no space left for the whole record');
      await file.datasync();
      if (isNew) await syncFolder(this.folder);
    } finally {
      await file.close();
    }
    if (this.announced) return;
    this.announced = true;
    await this.options.announce?.(id, hostname());
  }

  private unwritable(what: string, cause?: unknown): AppError {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    return new AppError('journal_unwritable', `the journal cannot be written${why}; ${what}`, {
      file: this.folder,
      cause,
    });
  }
}

function linesOf(notes: readonly JournalNote[]): string[] {
  const at = Date.now();
  return notes.map((note) => formatEntry({ at, ...note }));
}

/** The journal's id: made once, whichever of several processes is first. */
async function journalId(folder: string): Promise<string> {
  const file = join(folder, 'id');
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known.trim();
  const mine = join(folder, `id.${randomBytes(6).toString('hex')}`);
  await writeFile(mine, `${randomBytes(12).toString('base64url')}\n`, { mode: 0o600 });
  await link(mine, file).catch(() => {});
  await rm(mine);
  return (await readFile(file, 'utf8')).trim();
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
