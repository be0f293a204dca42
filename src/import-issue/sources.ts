/** The kinds of source an issue can come from, each read in its own way. */
import { AppError } from '../errors.js';
import type { Draft } from './draft.js';
import { readHtml } from './html-source.js';
import { readMail } from './mail-source.js';
import { readMarkdown } from './markdown-source.js';
import { withoutMergeTags } from './merge-tags.js';
import type { ImportReport } from './report.js';
import type { KnownSection } from './section-names.js';
import { detectKind, type SourceKind } from './source-kind.js';
import { readFlatText } from './text/flat-text.js';

export interface ReadSource {
  kind: SourceKind;
  draft: Draft;
  /** All the words the source shows. */
  words: string;
}

/** @throws AppError issue_invalid for a source with no text in it */
export async function readSource(
  source: string,
  sections: readonly KnownSection[],
  report: ImportReport,
): Promise<ReadSource> {
  const kind = detectKind(source);
  const read = await readAs(kind, source, sections, report);
  if (!/[\p{L}\p{N}]/u.test(read.words)) {
    throw new AppError('issue_invalid', 'there is no text in it to import');
  }
  return read;
}

async function readAs(
  kind: SourceKind,
  written: string,
  sections: readonly KnownSection[],
  report: ImportReport,
): Promise<ReadSource> {
  if (kind === 'mail') return readMailSource(written, sections, report);
  const source = withoutMergeTags(written, kind, report);
  switch (kind) {
    case 'html':
      return { kind, ...readHtml(source, report) };
    case 'markdown':
      return { kind, ...readMarkdown(source, report) };
    case 'text':
      return { kind, ...readFlatText(source, sections, report) };
  }
}

async function readMailSource(
  source: string,
  sections: readonly KnownSection[],
  report: ImportReport,
): Promise<ReadSource> {
  const { subject, date, body } = await readMail(source, report);
  if (!body) throw new AppError('issue_invalid', 'the mail has neither a text nor an HTML part');
  const inner = await readAs(body.kind, body.text, sections, report);
  const match =
    /^(?:(?:Re|Fwd?|AW|WG):\s*)*\[?(?:\p{Lu}[\p{L} ]{0,30})?#(\d{1,5})\]?:?\s*(.*)$/iu.exec(
      subject ?? '',
    );
  if (subject !== undefined)
    report.leaveOut(subject, { line: 1, column: 1 }, 'subject of the mail');
  const title = (match ? match[2] : subject)?.trim() || undefined;
  const own = inner.draft.title;
  if (title !== undefined && own !== undefined && own !== title) {
    report.leaveOut(own, { line: 1, column: 1 }, 'title in the mail; its subject is another');
  }
  return {
    kind: 'mail',
    words: `${subject ?? ''}\n${inner.words}`,
    draft: {
      ...inner.draft,
      number: match ? Number(match[1]) : inner.draft.number,
      title: title ?? inner.draft.title,
      date: date ?? inner.draft.date,
    },
  };
}
