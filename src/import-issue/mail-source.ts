/** A saved mail (.eml): subject and date from its header, the issue from its HTML or text part. */
import PostalMime from 'postal-mime';
import type { ImportReport } from './report.js';

export interface MailSource {
  subject: string | undefined;
  /** YYYY-MM-DD, in the time zone of the sender. */
  date: string | undefined;
  body: { kind: 'html' | 'text'; text: string } | undefined;
}

export async function readMail(source: string, report: ImportReport): Promise<MailSource> {
  const mail = await PostalMime.parse(source);
  const { html, text } = mail;
  for (const { filename, mimeType } of mail.attachments) {
    report.leaveOut(filename ?? mimeType, { line: 1, column: 1 }, 'attachment of the mail');
  }
  const body = html?.trim()
    ? { kind: 'html' as const, text: html }
    : text?.trim()
      ? { kind: 'text' as const, text }
      : undefined;
  const written = mail.headers.find(({ key }) => key === 'date')?.value;
  return { subject: mail.subject?.trim() || undefined, date: dateOf(written), body };
}

/** The calendar day where the mail was sent: that is the day on the issue. */
function dateOf(header: string | undefined): string | undefined {
  const match = /(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})/.exec(header ?? '');
  const date = match ? new Date(`${match[1]} ${match[2]} ${match[3]} 00:00:00 UTC`) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString().slice(0, 10) : undefined;
}
