/** `pressrun import-issue FILE`: an issue that exists elsewhere, as an issue file of ours. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { FILE_NAME } from '../config/load.js';
import { AppError, unreadable } from '../errors.js';
import { type ImportedIssue, importIssue } from '../import-issue/import-issue.js';
import { displayPath } from '../issue/choose.js';
import { type IssueFile, readIssueFolder } from '../issue/issue-folder.js';
import { parseIssue } from '../issue/parse.js';
import { itemsOf } from '../issue/visit.js';
import { action, EXIT, type Terminal } from './command.js';

interface Options {
  out?: string;
  number?: number;
  title?: string;
}

const STDIO = '-';

export function registerImportIssue(program: Command): void {
  const command = program
    .command('import-issue')
    .argument('<file>', 'the issue: text, saved HTML, a mail (.eml) or Markdown; "-" is stdin')
    .description('an existing issue into our format, with a report of what was unsure')
    .option('--out <file>', 'where to write it (default: issues/NUMBER.md; "-" is stdout)')
    .option('--number <n>', 'its number (default: what the source says, else the next)', toNumber)
    .option('--title <title>', 'its title (default: what the source says)')
    .addHelpText(
      'after',
      `
What the file is shows from its content. Nothing is invented, and nothing is lost: what is not in the
issue is in the report, with its line in the source and the reason. Nothing is overwritten.
docs/editing.md says what is recognised.`,
    );
  action(command, (terminal, [file = ''], options) => run(terminal, file, options));
}

async function run(terminal: Terminal, source: string, options: Options): Promise<number> {
  const bytes = await readSource(source);
  const published = await readIssueFolder(join(terminal.dir, 'issues'));
  const imported = await importFrom(bytes, source, published, options);
  const number = imported.issue?.number ?? 0;
  const out = options.out ?? defaultOut(terminal.dir, number);
  if (out !== STDIO) await write(resolve(out), imported.text, published);
  tell(terminal, source, out, imported);
  return EXIT.ok;
}

async function readSource(source: string): Promise<Buffer> {
  if (source === STDIO) return buffer(process.stdin);
  try {
    return await readFile(resolve(source));
  } catch (cause) {
    throw unreadable(source, cause);
  }
}

async function importFrom(
  bytes: Buffer,
  source: string,
  published: readonly IssueFile[],
  { number, title }: Options,
): Promise<ImportedIssue> {
  const numbers = published.flatMap((file) => file.number ?? []);
  try {
    return await importIssue(bytes, {
      nextNumber: Math.max(0, ...numbers) + 1,
      sections: sectionsOf(published),
      ...(source !== STDIO && { fileName: basename(source) }),
      ...(number !== undefined && { number }),
      ...(title !== undefined && { title }),
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, { file: source, cause: error });
  }
}

/** The sections of earlier issues, the latest first: its own names are what its headings say. */
function sectionsOf(published: readonly IssueFile[]) {
  const latest = [...published].sort((a, b) => (b.number ?? 0) - (a.number ?? 0)).slice(0, 12);
  return latest.flatMap(({ source }) => parseIssue(source).issue?.sections ?? []);
}

/** In a publication among its issues, elsewhere in the current folder. */
function defaultOut(dir: string, number: number): string {
  const isPublication = existsSync(join(dir, FILE_NAME)) || existsSync(join(dir, 'issues'));
  return isPublication ? join(dir, 'issues', `${number}.md`) : join(dir, `${number}.md`);
}

/** @throws AppError file_exists, with nothing written */
async function write(path: string, text: string, published: readonly IssueFile[]): Promise<void> {
  const number = parseIssue(text).issue?.number;
  const holder = published.find((file) => file.number === number);
  const isAmongThem = published.some((file) => dirname(file.path) === dirname(path));
  if (holder && isAmongThem && holder.path !== path) {
    const message = `it has the number ${number} already; import it with another --number`;
    throw new AppError('file_exists', message, { file: holder.path });
  }
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    const message = 'the file exists already and was not overwritten; name another with --out';
    throw new AppError('file_exists', message, { file: path, cause });
  }
}

function tell(terminal: Terminal, source: string, out: string, imported: ImportedIssue): void {
  const { kind, text, issue, findings, doubts, leftOut, lostWords } = imported;
  const file = out === STDIO ? STDIO : displayPath(terminal.dir, resolve(out));
  const items = issue ? itemsOf(issue) : [];
  const opinions = items.reduce((sum, item) => sum + item.opinions.length, 0);
  const sections = issue?.sections.length ?? 0;
  const name = source === STDIO ? 'stdin' : source;
  if (out === STDIO) terminal.print(text.trimEnd());
  else terminal.print(`${file}: issue ${issue?.number}, "${issue?.title}"`);
  terminal.note(`from ${kind}: ${items.length} items, ${opinions} opinions, ${sections} sections`);
  for (const { line, column, message } of doubts) {
    terminal.note(`${name}:${line}:${column}: unsure: ${message}`);
  }
  for (const part of leftOut) {
    terminal.note(`${name}:${part.line}: left out (${part.reason}): ${part.text}`);
  }
  for (const { line, severity, message } of findings) {
    terminal.note(`${file}:${line}: ${severity}: ${message}`);
  }
  if (lostWords.length > 0) terminal.note(`not found again: ${lostWords.join(' ')}`);
  terminal.document({
    file: out === STDIO ? null : file,
    source: kind,
    number: issue?.number ?? null,
    title: issue?.title ?? null,
    date: issue?.date ?? null,
    counts: { sections, items: items.length, opinions },
    unsure: doubts,
    leftOut,
    lostWords,
    findings,
    ...(out === STDIO && { text }),
  });
}

function toNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number is wanted.');
}
