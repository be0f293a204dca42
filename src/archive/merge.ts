/** What becomes of the rows of a sheet that is imported. Pure. */
import { IdRegister, slugOf } from '../issue/ids.js';
import { comparableTitle } from '../issue/title-index.js';
import type { SummaryRow } from './columns.js';
import { isSameRow, type StoredRow } from './database.js';
import { parseTitle } from './item-rows.js';
import type { Sheet } from './sheet.js';

export interface MergeReport {
  imported: number;
  updated: number;
  unchanged: number;
  /** Of issues the archive has in full: their own items stand. */
  known: number;
  invalid: { line: number; reason: string }[];
}

/**
 * Puts the rows of a sheet into the database. A row is the same as a stored one when issue, title
 * and address are (the second of two such rows is the second there, too).
 * @param published rows of the issues that the archive has from a send or a file, by number
 */
export function mergeRows(
  stored: readonly StoredRow[],
  sheet: Pick<Sheet, 'rows' | 'invalid'>,
  published: ReadonlyMap<number, readonly SummaryRow[]>,
): { rows: StoredRow[]; report: MergeReport } {
  const report: MergeReport = {
    ...{ imported: 0, updated: 0, unchanged: 0, known: 0 },
    invalid: [...sheet.invalid],
  };
  const rows = [...stored];
  const places = new Map(keysOf(stored).map((key, at) => [key, at]));
  const nextKey = keyMaker();
  const ids = new Ids(stored);
  for (const { line, row } of sheet.rows) {
    const { issue } = row;
    const refuse = (reason: string) => report.invalid.push({ line, reason });
    if (issue === undefined) {
      refuse('Email is empty: it names the issue, as in "AN #62"');
      continue;
    }
    const own = published.get(issue);
    if (own) {
      if (own.some((item) => keyOf(item) === keyOf(row))) report.known += 1;
      else refuse(`issue ${issue} is in the archive in full, and "${row.title}" is not in it`);
      continue;
    }
    const at = places.get(nextKey(row));
    const before = at === undefined ? undefined : rows[at];
    if (at === undefined || before === undefined) {
      rows.push({ ...row, issue, id: ids.of(row, issue) });
      report.imported += 1;
    } else if (isSameRow(before, row)) report.unchanged += 1;
    else {
      rows[at] = { ...row, issue, id: before.id };
      report.updated += 1;
    }
  }
  report.invalid.sort((a, b) => a.line - b.line);
  return { rows, report };
}

function keyOf({ issue, title, url }: SummaryRow): string {
  return JSON.stringify([issue, comparableTitle(title), url]);
}

function keysOf(rows: readonly SummaryRow[]): string[] {
  return rows.map(keyMaker());
}

/** Keys with the count of how often the same came before. */
function keyMaker(): (row: SummaryRow) => string {
  const seen = new Map<string, number>();
  return (row) => {
    const key = keyOf(row);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return `${count} ${key}`;
  };
}

/** Anchors as the parser gives them: from number and title, unique in the issue. */
class Ids {
  readonly #registers = new Map<number, IdRegister>();

  constructor(stored: readonly StoredRow[]) {
    for (const { issue, id } of stored) this.#register(issue).claim(id);
  }

  of({ title }: SummaryRow, issue: number): string {
    return this.#register(issue).claim(`${issue}-${slugOf(parseTitle(title).title)}`);
  }

  #register(issue: number): IdRegister {
    const register = this.#registers.get(issue) ?? new IdRegister();
    this.#registers.set(issue, register);
    return register;
  }
}
