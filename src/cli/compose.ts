/** `pressrun compose NUMBER --from FILE`: an issue file from the rows of a sheet. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { SummaryRow } from '../archive/columns.js';
import { composeIssue } from '../archive/compose.js';
import { readSheet, type Sheet } from '../archive/sheet.js';
import { loadSettings } from '../config/load.js';
import { AppError } from '../errors.js';
import { displayPath } from '../issue/choose.js';
import { readIssueFolder } from '../issue/issue-folder.js';
import { action, EXIT, type Terminal } from './command.js';
import { formatCount } from './ledger-view.js';

interface Options {
  from: string;
  out?: string;
  title?: string;
  date?: string;
  strict?: boolean;
}

const STDIO = '-';

export function registerCompose(program: Command): void {
  const command = program
    .command('compose')
    .argument('<number>', 'the number of the issue', (text) => {
      if (/^\d{1,8}$/.test(text)) return text;
      throw new InvalidArgumentError('a whole number is wanted.');
    })
    .description('an issue file from the rows of a sheet')
    .requiredOption('--from <file>', 'CSV, XLSX or JSON with the columns of "archive export"')
    .option('--title <title>', 'its title (default: TK, which "check" finds)')
    .option('--date <date>', 'its date, YYYY-MM-DD')
    .option('--out <file>', 'where to write it (default: issues/NUMBER.md; "-" is stdout)')
    .option('--strict', 'refuse the whole file when a row is faulty')
    .addHelpText(
      'after',
      `
Taken are the rows whose Email names this issue, and those that name none. Highlights come first,
then category by category in the order of the sheet; "A > B" is subsection B of section A. Nothing is
overwritten. Faulty rows are listed and left out.`,
    );
  action(command, (terminal, [number = ''], options) =>
    compose(terminal, Number(number), options as unknown as Options),
  );
}

async function compose(terminal: Terminal, number: number, options: Options): Promise<number> {
  const { from, title = 'TK', date } = options;
  if (date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(date)) {
    throw new AppError('usage', `--date is "${date}": write YYYY-MM-DD`);
  }
  const { dir } = await loadSettings(terminal.dir);
  const sheet = await readSheet(from);
  const rows = rowsFor(number, sheet, options);
  const composed = composeIssue({ number, title, date }, rows);
  const out = options.out ?? join(dir, 'issues', `${number}.md`);
  if (out !== STDIO) await write(dir, number, resolve(out), composed.text);
  const file = out === STDIO ? STDIO : displayPath(dir, resolve(out));
  if (out === STDIO) terminal.print(composed.text.trimEnd());
  else terminal.print(`${file}: issue ${number} with ${formatCount(composed.items)} items`);
  for (const { line, reason } of sheet.invalid) {
    terminal.note(`${from}:${line}: left out: ${reason}`);
  }
  const others = sheet.rows.length - rows.length;
  if (others > 0) terminal.note(`${formatCount(others)} rows are of other issues`);
  for (const doubt of composed.doubts) terminal.note(`unsure: ${doubt}`);
  for (const { line, severity, message } of composed.findings) {
    terminal.note(`${file}:${line}: ${severity}: ${message}`);
  }
  terminal.document({
    ...{ file: out === STDIO ? null : file, number, items: composed.items },
    ...{ unsure: composed.doubts, findings: composed.findings, invalid: sheet.invalid },
    ...(out === STDIO && { text: composed.text }),
  });
  return EXIT.ok;
}

/** @throws AppError sheet_invalid when none is left, or with --strict when one is faulty */
function rowsFor(number: number, sheet: Sheet, { from, strict }: Options): SummaryRow[] {
  const [faulty] = sheet.invalid;
  if (strict && faulty) {
    const message = `${faulty.reason}; nothing was written (--strict)`;
    throw new AppError('sheet_invalid', message, { file: from, line: faulty.line });
  }
  const rows = sheet.rows.map(({ row }) => row);
  const wanted = rows.filter(({ issue }) => issue === undefined || issue === number);
  if (wanted.length > 0) return wanted;
  const message = `no row is of issue ${number}; Email names it, or stays empty`;
  throw new AppError('sheet_invalid', message, { file: from });
}

/** @throws AppError file_exists, with nothing written */
async function write(dir: string, number: number, path: string, text: string): Promise<void> {
  const files = await readIssueFolder(join(dir, 'issues'));
  const taken = files.find((file) => file.number === number);
  if (taken && dirname(path) === dirname(taken.path)) {
    throw new AppError('file_exists', `it is issue ${number} already; nothing was written`, {
      file: displayPath(dir, taken.path),
    });
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const file = displayPath(dir, path);
    if (code === 'EEXIST') {
      throw new AppError('file_exists', 'the file exists already; nothing was written', { file });
    }
    throw new AppError('file_unwritable', `it cannot be written (${code})`, { file, cause });
  }
}
