/** `pressrun archive …`: the database of everything ever published. */
import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { SummaryRow } from '../archive/columns.js';
import { readDatabase, writeDatabase } from '../archive/database.js';
import { rowsOf } from '../archive/item-rows.js';
import { mergeRows } from '../archive/merge.js';
import {
  fileIssues,
  layered,
  type PublishedIssues,
  publishedIssues,
} from '../archive/published.js';
import { formatSheet, readSheet, SHEET_FORMATS, type SheetFormat } from '../archive/sheet.js';
import { dateIn } from '../delivery/send-time.js';
import { AppError } from '../errors.js';
import { DATABASE_FILE } from '../issue/earlier-items.js';
import type { IssueHead } from '../issue/issue-folder.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { formatCount } from './ledger-view.js';
import { withSystem } from './with-system.js';

const MOST_SHOWN = 20;

export function registerArchive(program: Command): void {
  const group = program.command('archive').description('every item ever published: export, import');
  const exporting = group
    .command('export')
    .description('every item as a table: CSV, XLSX or JSON')
    .addOption(
      new Option('--format <format>', 'what is written (default: as --out says, else csv)').choices(
        SHEET_FORMATS,
      ),
    )
    .option('--out <file>', 'to this file instead of stdout')
    .option('--published', 'only what the archive shows: no issue files that were never sent')
    .addHelpText('after', EXPORT_HELP);
  action(exporting, (terminal, _args, options) =>
    withSystem(terminal, (system) => exportItems(system, terminal, options)),
  );
  const importing = group
    .command('import')
    .argument('<file>', 'CSV, XLSX or JSON with the columns of the export')
    .description('add an existing database to the archive')
    .option('--strict', 'refuse the whole file when a row is faulty')
    .addHelpText('after', IMPORT_HELP);
  action(importing, (terminal, [file = ''], options) =>
    withSystem(terminal, (system) => importItems(system, terminal, file, options)),
  );
}

const EXPORT_HELP = `
The first issue is that with the highest number. Beside what was sent, imported or published before
pressrun (archive.before), issue files count that nobody sent from here, unless they look like drafts:
dated today or later, or above the newest issue sent. In a CSV, cells that a spreadsheet would run
as formulas begin with an apostrophe; the import takes it away again.`;

const IMPORT_HELP = `
The Email column names the issue of each item ("AN #62"). The rows are kept in ${DATABASE_FILE},
to be committed like the issues; references (<@Title@>) resolve to them from then on. A row with the
same issue, title and URL as one before replaces it. Issues that were sent stay as they are.`;

async function exportItems(
  system: System,
  terminal: Terminal,
  options: { format?: SheetFormat; out?: string; published?: boolean },
): Promise<number> {
  const { out } = options;
  const format = options.format ?? formatOf(out);
  if (out === undefined && terminal.json && format !== 'json') {
    throw new AppError('usage', 'with --json say --out FILE, or --format json');
  }
  if (out === undefined && format === 'xlsx' && process.stdout.isTTY) {
    throw new AppError('usage', 'a workbook is nothing for a terminal: say --out FILE.xlsx');
  }
  const rows = await rowsFrom(options.published ? shown(system) : await withFiles(system), system);
  const bytes = await formatSheet(rows, format, system.config.publication.prefix);
  await write(bytes, out);
  terminal.note(`${formatCount(rows.length)} items exported`);
  if (out !== undefined) terminal.document({ exported: rows.length, format, file: out });
  return EXIT.ok;
}

function formatOf(out: string | undefined): SheetFormat {
  return SHEET_FORMATS.find((format) => out?.toLowerCase().endsWith(`.${format}`)) ?? 'csv';
}

function shown({ config, sends, episodes }: System): PublishedIssues {
  return publishedIssues(config, sends, episodes);
}

/** What is published, and issue files that do not look like drafts. */
async function withFiles(system: System): Promise<PublishedIssues> {
  const { config, sends } = system;
  const { dir, publication } = config;
  const records = await sends.list();
  const newest = Math.max(...records.map(({ issue }) => issue));
  const today = dateIn(publication.timezone, Date.now());
  const isOld = ({ number, date }: IssueHead) =>
    (records.length === 0 || number < newest) &&
    (date === undefined || date < today) &&
    !records.some(({ issue }) => issue === number);
  return layered([shown(system), fileIssues(dir, publication, isOld)]);
}

/** Imported rows as they came; those of issues as the issues say it. */
async function rowsFrom(issues: PublishedIssues, { config }: System): Promise<SummaryRow[]> {
  const stored = await readDatabase(config.dir);
  const rows: SummaryRow[] = [];
  for (const { number, isImported } of await issues.list()) {
    if (isImported) {
      rows.push(...stored.filter(({ issue }) => issue === number));
      continue;
    }
    const found = await issues.get(number);
    if (found) rows.push(...rowsOf(found.issue));
  }
  return rows;
}

async function write(bytes: Buffer, out: string | undefined): Promise<void> {
  if (out === undefined) {
    await new Promise((resolve) => process.stdout.write(bytes, resolve));
    return;
  }
  try {
    await writeFile(out, bytes);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new AppError('file_unwritable', `the export cannot be written${code}`, {
      file: out,
      cause,
    });
  }
}

async function importItems(
  system: System,
  terminal: Terminal,
  file: string,
  { strict = false }: { strict?: boolean },
): Promise<number> {
  const { dir } = system.config;
  const sheet = await readSheet(file);
  const published = await fullIssues(system, new Set(sheet.rows.map(({ row }) => row.issue)));
  const { rows, report } = mergeRows(await readDatabase(dir), sheet, published);
  const [first] = report.invalid;
  if (strict && first) {
    const more = report.invalid.length > 1 ? ` (and ${report.invalid.length - 1} more)` : '';
    const message = `${first.reason}${more}; nothing was imported (--strict)`;
    throw new AppError('sheet_invalid', message, { file, line: first.line });
  }
  if (report.imported + report.updated > 0) await writeDatabase(dir, rows);
  tell(terminal, file, sheet.ignored, report);
  return EXIT.ok;
}

/** Rows of the issues among `wanted` that the archive has in full. */
async function fullIssues(
  system: System,
  wanted: ReadonlySet<number | undefined>,
): Promise<Map<number, SummaryRow[]>> {
  const issues = shown(system);
  const full = new Map<number, SummaryRow[]>();
  for (const { number, isImported } of await issues.list()) {
    if (isImported || !wanted.has(number)) continue;
    const found = await issues.get(number);
    if (found) full.set(number, rowsOf(found.issue));
  }
  return full;
}

function tell(
  terminal: Terminal,
  file: string,
  ignored: string[],
  report: ReturnType<typeof mergeRows>['report'],
): void {
  if (ignored.length > 0)
    terminal.note(`Columns not known and not imported: ${ignored.join(', ')}`);
  for (const { line, reason } of report.invalid.slice(0, MOST_SHOWN)) {
    terminal.note(`${file}:${line}: ${reason}`);
  }
  const more = report.invalid.length - MOST_SHOWN;
  if (more > 0) terminal.note(`and ${formatCount(more)} further faulty rows (--json has all)`);
  const { imported, updated, unchanged, known, invalid } = report;
  terminal.print(
    `imported ${formatCount(imported)} · updated ${formatCount(updated)} · unchanged ${formatCount(unchanged)}` +
      ` · in issues already ${formatCount(known)} · invalid ${formatCount(invalid.length)}`,
  );
  if (imported + updated > 0) terminal.note(`Kept in ${DATABASE_FILE}: commit it with the issues.`);
  terminal.document({ ...report, ignored });
}
