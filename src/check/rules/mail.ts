/** The finished mail: its size, its HTML, and what no mail may lack. */
import type { Piece } from '../../render/types.js';
import type { MailDocument } from '../document.js';
import { placeInTemplates } from '../templates.js';
import type { BuiltMail, CheckSettings, Draft, MailSize } from '../types.js';

const NUMBER = new Intl.NumberFormat('en-US');

/** Clipping hides the end of a mail, the unsubscribe link with it. */
export function checkSize(size: MailSize, { check }: CheckSettings): Draft[] {
  const { warnHtmlBytes, maxHtmlBytes } = check;
  const isTooLarge = size.longest > maxHtmlBytes;
  if (!isTooLarge && size.longest <= warnHtmlBytes) return [];
  const largest = [...size.items].sort((a, b) => b.bytes - a.bytes)[0];
  const limit = NUMBER.format(isTooLarge ? maxHtmlBytes : warnHtmlBytes);
  const message =
    `the HTML has ${NUMBER.format(size.typical)} bytes for a typical reader, ` +
    `${NUMBER.format(size.longest)} for one with long fields, over ${limit}: Gmail cuts long mails off` +
    (largest
      ? `. The longest item is "${largest.title}" with ${NUMBER.format(largest.bytes)}`
      : '');
  return [{ code: isTooLarge ? 'html-too-large' : 'html-large', line: 1, message }];
}

export function checkHtml(
  { html }: BuiltMail,
  { errors }: MailDocument,
  settings: CheckSettings,
): Draft[] {
  const faults = new Map<string, string>();
  for (const { code, line } of errors) {
    if (!faults.has(code)) faults.set(code, html.split('\n')[line - 1] ?? '');
  }
  return [...faults].map(([code, written]) => ({
    code: 'html-invalid',
    line: 1,
    message: `the mail's HTML is not valid (${code}) at ${excerpt(written)}`,
    ...placeInTemplates(settings.dir, longestWord(written)),
  }));
}

/** Many laws demand both, and readers who find no way out use the spam button. */
export function checkWayOut({ rendered }: BuiltMail): Draft[] {
  return (['html', 'text'] as const).flatMap((part): Draft[] => {
    if (rendered[part].some(isUnsubscribe)) return [];
    const message = `the ${part === 'html' ? 'HTML' : 'text'} part has no {{unsubscribe_url}}: readers cannot leave`;
    return [{ code: 'unsubscribe-missing', line: 1, message }];
  });
}

function isUnsubscribe(piece: Piece): boolean {
  return typeof piece !== 'string' && piece.source.includes('unsubscribe_url');
}

function excerpt(line: string): string {
  const text = line.trim();
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function longestWord(text: string): string {
  return text.split(/[<>{}\s"'=]+/).reduce((a, b) => (b.length > a.length ? b : a), '');
}
