/** What a subscriber expression looks like, and what an author who meant one got wrong. */

const FIELD = String.raw`subscriber(?:\.(?:[\p{L}_][\p{L}\p{N}_-]*|\[[^\]{}]+\]))+`;
/** What `each` walks over; only inside a block. */
const LOCAL = String.raw`this(?:\.[\p{L}_][\p{L}\p{N}_-]*)*|@(?:index|key|first|last)`;
const LITERAL = String.raw`"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|-?\d+(?:\.\d+)?`;

/** The reader's own pages. */
const LINK = 'unsubscribe_url|preferences_url';

const OUTPUT = form(`${LINK}|${FIELD}|default\\s+${FIELD}\\s+(?:${LITERAL})`);
const OPENING = form(`#(?:if|unless|each)\\s+${FIELD}`);
const INSIDE = [
  OUTPUT,
  OPENING,
  form(`${LOCAL}|default\\s+(?:${LOCAL})\\s+(?:${LITERAL})`),
  form(`#(?:if|unless|each)\\s+(?:${LOCAL})`),
  form(`else(?:\\s+(?:if|unless)\\s+(?:${FIELD}|${LOCAL}))?`),
];

/** Says that an author meant one of ours: a subscriber's field, our URL, our helper. */
const OURS =
  /(?:^|[^\p{L}\p{N}_.])(?:subscriber\s*(?:[.[]|$)|(?:unsubscribe|preferences)_url(?![\p{L}\p{N}_]))|^[~#&]?default\s/u;

/** Double braces and what is between them; strings may hold braces. */
const TAG = /\{\{((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^{}"']|\}(?!\}))*?)\}\}/y;
const TRIPLE_TAG = /\{\{\{([^{}]*)\}\}\}/y;

export interface Tag {
  /** With its braces. */
  written: string;
  /** Without braces and outer blanks. */
  content: string;
  triple: boolean;
  end: number;
}

/** The tag that starts at an offset, if its braces close. */
export function readTag(text: string, offset: number): Tag | undefined {
  const triple = text.startsWith('{{{', offset);
  const pattern = triple ? TRIPLE_TAG : TAG;
  pattern.lastIndex = offset;
  const match = pattern.exec(text);
  if (!match) return undefined;
  const content = (match[1] ?? '').trim();
  return { written: match[0], content, triple, end: offset + match[0].length };
}

export const isOutput = (content: string) => OUTPUT.test(content);
export const isOpening = (content: string) => OPENING.test(content);
export const isAllowedInside = (content: string) => INSIDE.some((form) => form.test(content));
export const isMeantAsOurs = (content: string) => OURS.test(content);

/** "if" of `#if subscriber.name` */
export function openingName(content: string): string | undefined {
  return /^#(\w+)/.exec(content)?.[1];
}

/** "if" of `/if` */
export function closingName(content: string): string | undefined {
  return /^\/\s*(\w+)$/.exec(content)?.[1];
}

/** Why a tag that is meant as ours is none. */
export function explainFault({ written, content, triple }: Tag): string {
  if (triple || content.startsWith('&')) {
    return `${written} would go out unescaped; write it with two braces`;
  }
  if (/[“”‘’]/u.test(content)) return `${written} has curly quotes; write straight ones: "reader"`;
  return (
    `${written} is not understood; there are {{subscriber.field}}, ` +
    '{{default subscriber.field "text"}}, {{unsubscribe_url}}, {{preferences_url}}, {{#if}}, {{#unless}} and {{#each}}'
  );
}

function form(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, 'u');
}
