/** `pressrun new [NUMBER]`: a new issue file in the shape of the last one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { loadSettings } from '../config/load.js';
import { AppError } from '../errors.js';
import { displayPath } from '../issue/choose.js';
import { type IssueFile, readIssueFolder } from '../issue/issue-folder.js';
import { type IssueJson, toJson } from '../issue/json.js';
import { parseIssue } from '../issue/parse.js';
import { skeletonOf } from '../issue/skeleton.js';
import { action, EXIT, type Terminal } from './command.js';
import { sampleIssue } from './scaffold.js';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

export function registerNew(program: Command): void {
  const command = program
    .command('new')
    .argument('[number]', 'its number (default: the next)', (text) => {
      if (/^\d{1,8}$/.test(text)) return text;
      throw new InvalidArgumentError('a whole number is wanted.');
    })
    .description('a new issue file, in the shape of the last one')
    .addHelpText(
      'after',
      `
The sections are those of the last issue, with a placeholder item where items stood; text that the
last two issues share is kept. "TK" marks what is still to come, and \`pressrun show\` finds it.
Without any issue yet, the new one is the sample of the format. Nothing is overwritten.`,
    );
  action(command, (terminal, [number]) => create(terminal, number));
}

interface Made {
  number: number;
  text: string;
  /** The issue it has its shape from. */
  after: IssueFile | undefined;
  date: string | undefined;
}

async function create(terminal: Terminal, wanted: string | undefined): Promise<number> {
  const { dir } = await loadSettings(terminal.dir);
  const files = (await readIssueFolder(join(dir, 'issues')))
    .filter((file) => file.number !== undefined)
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  const number = wanted === undefined ? (files.at(-1)?.number ?? 0) + 1 : Number(wanted);
  const taken = files.find((file) => file.number === number);
  if (taken) refuse(displayPath(dir, taken.path), `it is issue ${number} already`);
  const made = await make(number, files);
  const path = join(dir, 'issues', fileName(made));
  await write(dir, path, made.text);
  tell(terminal, displayPath(dir, path), made, dir);
  return EXIT.ok;
}

async function make(number: number, files: readonly IssueFile[]): Promise<Made> {
  const before = files.filter((file) => (file.number ?? 0) < number);
  const readable = (before.length > 0 ? before : files).flatMap((file) => {
    const { issue } = parseIssue(file.source);
    return issue ? [{ file, issue: toJson(issue) }] : [];
  });
  const last = readable.at(-1);
  if (!last) {
    const date = isoDate(new Date());
    const sample = await sampleIssue(date);
    const text = sample.replace(/^number: .*$/m, `number: ${number}`);
    return { number, text, after: undefined, date };
  }
  const date = nextDate(last.issue);
  const lines = last.file.source.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  const text = skeletonOf(number, date, { issue: last.issue, lines }, readable.at(-2)?.issue);
  return { number, text, after: last.file, date };
}

/** The next day of the week on which the last issue came out; none when that is not known. */
function nextDate({ date }: IssueJson): string | undefined {
  const last = date === null ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(last)) return undefined;
  const today = Date.parse(`${isoDate(new Date())}T00:00:00Z`);
  const weeks = Math.max(1, Math.ceil((today - last) / (WEEK_DAYS * DAY_MS)));
  return new Date(last + weeks * WEEK_DAYS * DAY_MS).toISOString().slice(0, 10);
}

/** On the editor's calendar. */
function isoDate(day: Date): string {
  const month = String(day.getMonth() + 1).padStart(2, '0');
  return `${day.getFullYear()}-${month}-${String(day.getDate()).padStart(2, '0')}`;
}

/** As the last file is named: `an-101.md` after `an-100.md`. */
function fileName({ number, after }: Made): string {
  const name = basename(after?.path ?? '');
  const named = /^(\D*?)0*(\d+)(\.\w+)$/.exec(name);
  const isNumbered = named && Number(named[2]) === after?.number;
  if (!isNumbered) return `${number}.md`;
  const width = name.length - (named[1] ?? '').length - (named[3] ?? '').length;
  return `${named[1]}${String(number).padStart(width, '0')}${named[3]}`;
}

async function write(dir: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    refuse(displayPath(dir, path), 'the file exists already');
  }
}

function refuse(file: string, words: string): never {
  throw new AppError('file_exists', `${words}; nothing was written`, { file });
}

function tell(terminal: Terminal, file: string, { number, after, date }: Made, dir: string): void {
  const from = after ? displayPath(dir, after.path) : undefined;
  const shape = from ? `in the shape of ${from}` : 'the sample of the format';
  terminal.print(
    `${file}: issue ${number}, ${shape}${date ? `, dated ${date}` : ', without a date yet'}`,
  );
  terminal.document({ file, number, date: date ?? null, after: from ?? null });
}
