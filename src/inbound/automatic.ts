/**
 * Mails that nobody wrote or asked for. Pure.
 *
 * A machine that answers (an absence note, a report of non-delivery) asks for nothing. A machine that
 * was asked to, such as the unsubscribe button of a mailbox provider, does: `auto-generated` counts.
 * @see docs/decisions/0014-leaving-by-mail.md, RFC 3834 §5
 */
import PostalMime from 'postal-mime';

const ANSWERS = /^\s*auto-(?:replied|notified)\b/i;
const REPORT = /^\s*multipart\/report\b/i;

/** @param header of the mail, as it came; it may be cut anywhere */
export async function isAnswerOfMachine(header: Buffer): Promise<boolean> {
  const { headers } = await PostalMime.parse(header);
  const says = (name: string, pattern: RegExp) =>
    headers.some(({ key, value }) => key === name && pattern.test(value));
  return says('auto-submitted', ANSWERS) || says('content-type', REPORT);
}
