/**
 * Takes addresses, tokens and secrets out of text and data, wherever they stand (invariant 9).
 * Too much may go, never too little: what reads well is worth less than what leaks nothing.
 */

const ATEXT = "[\\p{L}\\p{N}\\p{M}!#$%&'*+/=?^_`{|}~.-]";
const QUOTED = '\\\\?"[^"\\r\\n]{1,320}\\\\?"';
// The last label begins with a letter: package@5.4.1 in a stack is no address.
const DOMAIN = '(?:[\\p{L}\\p{N}\\p{M}_-]+\\.)*\\p{L}[\\p{L}\\p{N}\\p{M}-]*';
const AT = '(?:@|%(?:25)*40)';

const SECRET_NAME =
  '(?:pass(?:word|wd|phrase)?|secret|token|(?:id|api|token|private|access)[-_]?keys?|authorization|cookie|credentials?|signature)s?';

const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[key]'],
  // A login may hold anything up to the last @; in web URLs an @ may stand in the path as well.
  [/(\bhttps?:\/\/)[^\s/@]*@/gi, '$1[login]@'],
  [/(\b(?!https?:)[a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*@/gi, '$1[login]@'],
  [/(\/|%2F)(u|p|confirm)(\/|%2F)[\w.~%+=-]+/gi, '$1$2$3[token]'],
  [/\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)\s+|Bearer\s+|Basic\s+)[\w.~+/=-]+/gi, '$1[secret]'],
  [
    new RegExp(
      `\\b(PRESSRUN_\\w*SECRETS?|${SECRET_NAME})(\\\\?["']?\\s*[:=]\\s*\\\\?["']?)[^\\s"',;&\\\\]+`,
      'gi',
    ),
    '$1$2[secret]',
  ],
  [
    new RegExp(
      `(?:${QUOTED}|${ATEXT}{0,319}(?!/)${ATEXT})${AT}(?:\\[[^\\]\\s]*\\]|${DOMAIN})`,
      'gu',
    ),
    '[address]',
  ],
  // 32 or 33 bytes in base64url: the form of every key and token we make.
  [/(?<![\w-])[\w-]{43,44}(?![\w-])/g, '[key]'],
];

const SECRET_FIELD = new RegExp(
  `^(?:${SECRET_NAME}|address|e-?mail|recipient|rcpt|subscriber)$`,
  'i',
);

/** Text without addresses, tokens and secrets. */
export function redact(text: string): string {
  return RULES.reduce((redacted, [pattern, word]) => redacted.replace(pattern, word), text);
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
