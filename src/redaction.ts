/**
 * Takes addresses, tokens and secrets out of text and data, wherever they stand (invariant 9).
 * Too much may go, never too little: what reads well is worth less than what leaks nothing.
 */

/** One UTF-16 unit of a local part (RFC 6531 §3.3; of letters beyond the BMP, their halves). */
const ATEXT = /[\p{L}\p{N}\p{M}\p{Cs}!#$%&'*+/=?^_`{|}~.-]/u;
const LONGEST_LOCAL_PART = 320;
// The last label begins with a letter: package@5.4.1 in a stack is no address.
const AT_DOMAIN =
  /(?:@|%(?:25)*40)(?:\[[^\]\s]{1,80}\]|(?:[\p{L}\p{N}\p{M}_-]+\.)*\p{L}[\p{L}\p{N}\p{M}-]*)/gu;

const SECRET_NAME =
  '(?:pass(?:word|wd|phrase)?|secret|token|(?:id|api|token|private|access)[-_]?keys?|authorization|cookie|credentials?|signature)s?';

const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[key]'],
  // A login may hold anything up to the last @; in web URLs an @ may stand in the path as well.
  [/(\bhttps?:\/\/)[^\s/@]*@/gi, '$1[login]@'],
  [/(\b(?!https?:|file:)[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s"'<>]{0,500}@/gi, '$1[login]@'],
  [/(\/|%2F)(u|p|confirm|move)(\/|%2F)[\w.~%+=-]+/gi, '$1$2$3[token]'],
  [/\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)\s+|Bearer\s+|Basic\s+)[\w.~+/=-]+/gi, '$1[secret]'],
  [
    new RegExp(
      `\\b(PRESSRUN_\\w*SECRETS?|${SECRET_NAME})(\\\\?["']?\\s*[:=]\\s*\\\\?["']?)[^\\s"',;&\\\\]+`,
      'gi',
    ),
    '$1$2[secret]',
  ],
  [/\bwhsec_[\w+/=-]+/g, '[secret]'],
  // 32 or 33 bytes in base64url: the form of every key and token we make.
  [/(?<![\w-])[\w-]{43,44}(?![\w-])/g, '[key]'],
];

const SECRET_FIELD = new RegExp(
  `^(?:${SECRET_NAME}|address|e-?mail|recipient|rcpt|subscriber)$`,
  'i',
);

/** Text without addresses, tokens and secrets. */
export function redact(text: string): string {
  const withoutSecrets = RULES.reduce(
    (redacted, [pattern, word]) => redacted.replace(pattern, word),
    text,
  );
  return withoutAddresses(withoutSecrets);
}

/** Looks from each @ to the left, not from each letter to the right: lines may be long. */
function withoutAddresses(text: string): string {
  let redacted = '';
  let end = 0;
  for (const { 0: domain, index } of text.matchAll(AT_DOMAIN)) {
    const start = startOfLocalPart(text, index, end);
    // `/@scope/package` in a stack has no local part.
    if (start === index || text[index - 1] === '/') continue;
    redacted += `${text.slice(end, start)}[address]`;
    end = index + domain.length;
  }
  return redacted + text.slice(end);
}

function startOfLocalPart(text: string, at: number, end: number): number {
  const first = Math.max(end, at - LONGEST_LOCAL_PART);
  if (text[at - 1] === '"') {
    // A quoted one (RFC 5321 §4.1.2), its quotes perhaps escaped by JSON.
    const opening = text.lastIndexOf('"', at - 2);
    if (opening >= first) return text[opening - 1] === '\\' ? opening - 1 : opening;
  }
  let start = at;
  while (start > first && ATEXT.test(text.charAt(start - 1))) start -= 1;
  return start;
}

/**
 * Plain data (as from JSON) without them: every string and key is redacted, and a field whose
 * name says that it holds one is dropped whole, whatever is in it.
 */
export function redactData(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redactData);
  if ('type' in value && value.type === 'Buffer') return '[bytes]';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      redact(key),
      SECRET_FIELD.test(key) ? '[redacted]' : redactData(inner),
    ]),
  );
}
