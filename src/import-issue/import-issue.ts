/**
 * import-issue/ makes an issue file of an issue that exists already: of the text it was mailed as,
 * of a saved mail or web page, or of another newsletter's Markdown.
 *
 * It reads nothing but its argument. It never invents text and never loses any: every word of the
 * source is in the issue or, with its place and the reason, in the report. What it had to guess it
 * says, with the line in the source.
 */
import { parseIssue } from '../issue/parse.js';
import type { Finding, Issue } from '../issue/types.js';
import { itemsOf } from '../issue/visit.js';
import { lostWords } from './accounting.js';
import { decodeSource } from './decode.js';
import { type Doubt, ImportReport, type LeftOut } from './report.js';
import type { KnownSection } from './section-names.js';
import type { SourceKind } from './source-kind.js';
import { readSource } from './sources.js';
import { writeIssue } from './write-issue.js';

export interface ImportOptions {
  /** Wins over what the source says. */
  number?: number;
  title?: string;
  /** Taken when neither the options nor the source name one. */
  nextNumber: number;
  /** Name of the source's file: may hold number and date. */
  fileName?: string;
  /** The publication's sections, from its earlier issues. */
  sections?: readonly KnownSection[];
}

export interface ImportedIssue {
  kind: SourceKind;
  /** The text of the issue file. */
  text: string;
  /** As our own parser understands that text. */
  issue: Issue | undefined;
  findings: Finding[];
  doubts: Doubt[];
  leftOut: LeftOut[];
  /** Words of the source that are in neither: a fault of the import, said rather than hidden. */
  lostWords: string[];
}

/**
 * @param bytes the file
 * @throws AppError issue_invalid for what holds no text
 */
export async function importIssue(bytes: Buffer, options: ImportOptions): Promise<ImportedIssue> {
  const report = new ImportReport();
  const source = decodeSource(bytes, report);
  const { kind, draft, words } = await readSource(source, options.sections ?? [], report);
  const number = options.number ?? draft.number ?? numberIn(options.fileName);
  if (number === undefined) {
    const message = `the source names no number; it became ${options.nextNumber}`;
    report.doubt('number-missing', START, message);
  }
  const head = {
    number: number ?? options.nextNumber,
    title: options.title ?? draft.title ?? '',
    date: draft.date,
    extra: draft.extra ?? {},
  };
  if (head.title === '')
    head.title = standInTitle(
      writeIssue({ ...head, title: '-' }, draft.body ?? draft.nodes),
      report,
    );
  const text = writeIssue(head, draft.body ?? draft.nodes);
  const { issue, findings } = parseIssue(text);
  report.sort();
  const { doubts, leftOut } = report;
  const kept = [text, ...leftOut.map((part) => part.text)];
  return { kind, text, issue, findings, doubts, leftOut, lostWords: lostWords(words, kept) };
}

const START = { line: 1, column: 1 };

/** The first item's title: words of the source, where nothing is said to be the title. */
function standInTitle(text: string, report: ImportReport): string {
  const { issue } = parseIssue(text);
  const [first] = issue ? itemsOf(issue) : [];
  const title = first?.title ?? issue?.sections[0]?.name ?? 'TK';
  const message = `the source names no title; that of the first item stands in for it: "${title}"`;
  report.doubt(
    'title-missing',
    START,
    title === 'TK' ? 'the source names no title; write one' : message,
  );
  return title;
}

/** `an-101.txt`, `issue 7.html`; not the figures of a date or of a hash. */
function numberIn(fileName: string | undefined): number | undefined {
  const stem = fileName?.replace(/\.\w+$/, '').replace(/\d{4}-\d\d-\d\d/, '') ?? '';
  const match = /^(?:[a-z -]*?[a-z]?[-_ #]*)?0*(\d{1,5})$/i.exec(stem.trim());
  return match ? Number(match[1]) : undefined;
}
