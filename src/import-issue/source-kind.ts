/** What a source is, by what stands in it. */
export type SourceKind = 'text' | 'html' | 'mail' | 'markdown';

const MAIL_HEADER =
  /^(?:(?:Return-Path|Received|Delivered-To|Message-ID|MIME-Version|Content-Type|DKIM-Signature|From|To|Subject|Date|X-[\w-]+|List-[\w-]+|Reply-To|Authentication-Results|ARC-[\w-]+)):/i;
const HTML =
  /<(?:!doctype html|html|body|head|table|div|p|h[1-6]|td|article|main|section)\b[^>]*>/i;
const TAG = /<\/?(?:p|div|td|tr|table|span|h[1-6]|li|ul|a|br|body|html)\b[^>]*>/gi;
const MARKDOWN_SIGNS = [
  /^#{1,6} \S/m,
  /\[[^\]\n]+\]\((?:https?:|mailto:|\/|#)[^)\s]*\)/,
  /^\[[^\]\n]+\]:\s+https?:/m,
  /\*\*[^*\n]+\*\*/,
  /^---\n(?:[\w-]+:.*\n)+/,
  /^\+\+\+\n/,
  /^```/m,
];

export function detectKind(source: string): SourceKind {
  const text = source.replace(/^\uFEFF?\s*/, '');
  if (isMail(text)) return 'mail';
  const body = text.replace(/^(?:<!--[\s\S]*?-->|<\?xml[^>]*>)\s*/g, '');
  if (/^<(?:!doctype\s+html|html|head|body)\b/i.test(body)) return 'html';
  const isHtml = HTML.test(body) && (body.match(TAG)?.length ?? 0) > 5;
  const markdown = MARKDOWN_SIGNS.filter((sign) => sign.test(text)).length;
  // A lone "[1]" or bold word is no Markdown; a front matter or links with words are.
  if (markdown > 1 || (markdown === 1 && isStrongSign(text))) return 'markdown';
  return isHtml ? 'html' : 'text';
}

/** Two header fields that only mail has, one below the other. @see RFC 5322 §2.2 */
function isMail(text: string): boolean {
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const [first = '', ...others] = /^From \S+ /.test(lines[0] ?? '') ? lines.slice(1) : lines;
  if (!MAIL_HEADER.test(first)) return false;
  const fields = [first, ...others];
  const isHead = fields.every((line) => /^[!-9;-~]+:/.test(line));
  return (
    isHead &&
    fields.some((line) => /^(?:MIME-Version|Content-Type|Message-ID|Received):/i.test(line))
  );
}

function isStrongSign(text: string): boolean {
  return (
    /^---\n(?:[\w-]+:.*\n)+---/.test(text) || /^#{1,3} \S/m.test(text) || /\]\(https?:/.test(text)
  );
}
