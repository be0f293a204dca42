/**
 * Another newsletter's Markdown: front matter of any kind becomes ours; blocks that our format
 * understands stay as their author typed them, the others are written anew.
 */
import type { Root, RootContent } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { isMap, parseDocument } from 'yaml';
import { readDate } from './dates.js';
import type { Draft } from './draft.js';
import { type ImportReport, quote } from './report.js';
import { shapeNodes } from './shape.js';
import { writeMarkdown } from './write-issue.js';

const parser = unified().use(remarkParse).use(remarkGfm, { singleTilde: false });

export interface MarkdownDraft {
  draft: Draft;
  /** The text, and the values of its front matter. */
  words: string;
}

export function readMarkdown(source: string, report: ImportReport): MarkdownDraft {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const { metadata, body, values } = takeFrontMatter(text, report);
  const root: Root = parser.parse(body);
  const { number, title, date, extra } = metadata;
  const shaped = shapeNodes(root.children, report, title);
  const draft = {
    number: number ?? shaped.number,
    title: title ?? shaped.title,
    date: date ?? shaped.date,
    extra,
    nodes: shaped.nodes,
    body: writeBody(shaped.nodes, root.children, body),
  };
  return { draft, words: `${values}\n${body}` };
}

/** Blocks that were not changed, as they stand in the source. */
function writeBody(
  nodes: readonly RootContent[],
  original: readonly RootContent[],
  source: string,
): string {
  const untouched = new Map(original.map((node) => [node.position?.start.offset, node]));
  const parts = nodes.map((node) => {
    const before = untouched.get(node.position?.start.offset);
    const { start, end } = node.position ?? {};
    const isSame = before !== undefined && writeMarkdown([before]) === writeMarkdown([node]);
    return isSame && start?.offset !== undefined && end?.offset !== undefined
      ? source.slice(start.offset, end.offset)
      : writeMarkdown([node]);
  });
  return parts.join('\n\n');
}

interface Metadata {
  number: number | undefined;
  title: string | undefined;
  date: string | undefined;
  extra: Record<string, unknown>;
}

/** Keys that other programs use for what ours are. */
const NUMBER_KEYS = ['number', 'issue', 'issue_number', 'edition', 'episode'];
const TITLE_KEYS = ['title', 'subject', 'name'];
const DATE_KEYS = [
  'date',
  'publish_date',
  'published',
  'published_at',
  'pubdate',
  'post_date',
  'send_at',
];
const KEPT_KEYS: Record<string, string> = {
  audio: 'audio',
  audio_url: 'audio',
  url: 'url',
  web_url: 'url',
  canonical_url: 'url',
  preheader: 'preheader',
  subtitle: 'preheader',
  description: 'preheader',
  preview_text: 'preheader',
};

function takeFrontMatter(
  text: string,
  report: ImportReport,
): { metadata: Metadata; body: string; values: string } {
  const fenced = /^\s*---\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text);
  const toml = /^\s*\+\+\+\n([\s\S]*?)\n\+\+\+[ \t]*(?:\n|$)/.exec(text);
  const bare = /^(?:[A-Za-z][\w -]{0,30}:[ \t]+.*\n)+(?=\s*\n)/.exec(text);
  const match = fenced ?? toml ?? bare;
  const entries = fenced
    ? readYaml(fenced[1] ?? '')
    : toml
      ? readToml(toml[1] ?? '')
      : readLines(bare?.[0] ?? '');
  const body = text.slice(match?.[0].length ?? 0);
  const lines = (match?.[0] ?? '').split('\n').length - 1;
  // Line numbers of the body count from the top of the file.
  for (const [index, line] of (match?.[0] ?? '').split('\n').entries()) {
    const comment = /(?:^|\s)#\s(.+)$/.exec(line);
    const place = { line: index + 1, column: (comment?.index ?? 0) + 1 };
    if (comment && !bare) report.leaveOut(comment[1] ?? '', place, 'comment in the front matter');
  }
  const values = [...entries.values()].map((value) => JSON.stringify(value) ?? '').join('\n');
  return { metadata: sortEntries(entries, report), body: '\n'.repeat(lines) + body, values };
}

function readYaml(source: string): Map<string, unknown> {
  const document = parseDocument(source, { prettyErrors: false });
  if (document.errors.length > 0 || !isMap(document.contents)) return readLines(source);
  return new Map(Object.entries(document.toJS({ maxAliasCount: 10 }) as Record<string, unknown>));
}

/** The simple part of TOML that front matter consists of: `key = "value"`. */
function readToml(source: string): Map<string, unknown> {
  const rows = source.matchAll(/^\s*([\w-]+)\s*=\s*(.+?)\s*$/gm);
  return new Map(
    [...rows].map(([, key = '', value = '']) => [key, value.replace(/^(["'])(.*)\1$/, '$2')]),
  );
}

function readLines(source: string): Map<string, unknown> {
  const rows = source.matchAll(/^([A-Za-z][\w -]*?)\s*:\s*(.*)$/gm);
  return new Map(
    [...rows].map(([, key = '', value = '']) => [
      key,
      value.trim().replace(/^(["'])(.*)\1$/, '$2'),
    ]),
  );
}

function sortEntries(entries: Map<string, unknown>, report: ImportReport): Metadata {
  const metadata: Metadata = { number: undefined, title: undefined, date: undefined, extra: {} };
  for (const [key, value] of entries) {
    const name = key.toLowerCase().replace(/[ -]/g, '_');
    const text = value instanceof Date ? value.toISOString() : String(value ?? '').trim();
    if (text === '') continue;
    if (NUMBER_KEYS.includes(name) && /^#?\d{1,6}$/.test(text) && metadata.number === undefined) {
      metadata.number = Number(text.replace('#', ''));
    } else if (TITLE_KEYS.includes(name) && metadata.title === undefined) {
      setTitle(metadata, text, report);
    } else if (DATE_KEYS.includes(name) && readDate(text) && metadata.date === undefined) {
      metadata.date = readDate(text);
    } else {
      const kept = KEPT_KEYS[name] ?? key;
      metadata.extra[Object.hasOwn(metadata.extra, kept) ? key : kept] =
        kept === key ? value : text;
    }
  }
  return metadata;
}

/** "Weekly #12: Title": the number is one of its own. */
function setTitle(metadata: Metadata, text: string, report: ImportReport): void {
  metadata.title = text;
  const match = /(?:#|\b[Ii]ssue\s+|\b[Nn]o\.\s*)(\d{1,5})\b/u.exec(text);
  if (!match) return;
  metadata.number ??= Number(match[1]);
  const message = `the number ${match[1]} is read from the title ${quote(text)}`;
  report.doubt('number-guessed', { line: 1, column: 1 }, message);
}
