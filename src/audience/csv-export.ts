/**
 * Exporting everybody as CSV that `subscribers import` takes again. Everybody's edition is written, so
 * that an old export undoes what readers chose since (docs/operations.md, Editions).
 */
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Audience } from './store.js';

const COLUMNS = [
  ...['email', 'name', 'attributes', 'edition'],
  ...['status', 'suppressed', 'created', 'left'],
];

/**
 * Streams the list, one row a subscriber.
 *
 * Cells that a spreadsheet would run as formulas (`=…`, `+…`) are not altered: the file must come
 * back without loss. `spreadsheet` puts a quote mark before them instead, for people who open it.
 */
export async function exportCsv(
  audience: Pick<Audience, 'all'>,
  target: Writable,
  { spreadsheet = false }: { spreadsheet?: boolean } = {},
): Promise<number> {
  let count = 0;
  async function* rows(): AsyncGenerator<string[]> {
    for await (const subscriber of audience.all()) {
      count += 1;
      const { address, name, attributes, edition, status } = subscriber;
      const { createdAt, leftAt, suppressed } = subscriber;
      yield [
        address,
        name,
        Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes),
        edition,
        status,
        suppressed ?? '',
        isoTime(createdAt),
        isoTime(leftAt),
      ];
    }
  }
  const csv = stringify({ header: true, columns: COLUMNS, escape_formulas: spreadsheet });
  await pipeline(rows(), csv, target, { end: target !== process.stdout });
  return count;
}

function isoTime(seconds: number | undefined): string {
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString();
}
