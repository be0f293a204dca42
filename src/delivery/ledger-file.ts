/**
 * The ledger of one send as a file: what becomes of it once `delivery.keepLedgers` newer ones are in
 * Redis.
 *
 * `.pressrun/ledgers/ISSUE-….jsonl.gz`: lines of JSON, compressed. A head, a line for each recipient by
 * id (never an address), and an end with the count of them.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { readGzip, writeGzip } from '../gzip-lines.js';
import type { LedgerTotals, SendRecord } from './send-record.js';
import type { RecipientStory } from './tally.js';

const FORMAT = 'pressrun ledger';
const VERSION = 1;
const ROWS_AT_ONCE = 500;

export type LedgerRow = RecipientStory & { id: string };

export interface LedgerFiles {
  /** @returns the name of a new file, whole and on the disk */
  write(record: SendRecord, rows: AsyncIterable<LedgerRow>): Promise<string>;
  remove(file: string): Promise<void>;
  /**
   * The rows, in the order of the ledger.
   * @param id  only of this recipient, found without reading the others' lines as JSON
   * @throws AppError file_missing when it is not here or not whole
   */
  read(place: Pick<LedgerTotals, 'file' | 'host'>, id?: string): AsyncGenerator<LedgerRow>;
}

/** @param dataDir the publication's private folder */
export function createLedgerFiles(dataDir: string): LedgerFiles {
  const folder = join(dataDir, 'ledgers');
  return {
    async write(record, rows) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const name = `${record.issue}-${randomBytes(4).toString('hex')}.jsonl.gz`;
      await writeGzip(join(folder, name), linesFor(record, rows));
      return name;
    },

    remove: (file) => rm(join(folder, file), { force: true }),

    async *read({ file, host }, id) {
      const path = join(folder, file);
      let whole = false;
      try {
        for await (const line of readGzip(path)) {
          whole = line.includes('{"end":');
          const wanted = id === undefined ? line.includes('{"id":') : line.includes(`"${id}"`);
          if (wanted) yield JSON.parse(line.toString()) as LedgerRow;
        }
      } catch (cause) {
        throw unreadable(path, host, cause);
      }
      if (!whole) throw unreadable(path, host);
    },
  };
}

async function* linesFor(
  { issue, title, state, startedAt, endedAt }: SendRecord,
  rows: AsyncIterable<LedgerRow>,
): AsyncGenerator<Buffer> {
  const text = (values: object[]): Buffer =>
    Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  yield text([{ format: FORMAT, version: VERSION, issue, title, state, startedAt, endedAt }]);
  let group: object[] = [];
  let count = 0;
  for await (const { id, ...story } of rows) {
    count += 1;
    group.push({ id, ...story });
    if (group.length < ROWS_AT_ONCE) continue;
    yield text(group);
    group = [];
  }
  yield text([...group, { end: count }]);
}

function unreadable(file: string, host: string, cause?: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'cut off';
  return new AppError(
    'file_missing',
    `the ledger of that send is a file, written on ${host}, and cannot be read here (${code}): copy it here, or ask there`,
    { file, cause },
  );
}
