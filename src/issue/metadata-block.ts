/** The lines at the top of an issue file: fenced YAML, or unfenced `Key: value`. */
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Findings } from './findings.js';

export interface Entry {
  /** As written. */
  key: string;
  /** As YAML understands it; text in an unfenced head. */
  value: unknown;
  /** As written, without quotes; undefined for lists and maps. */
  text: string | undefined;
  line: number;
}

export interface MetadataBlock {
  entries: Entry[];
  /** Offset at which the Markdown begins. */
  bodyStart: number;
}

const FENCE_START = /^\s*---[ \t]*\n/;
const FENCE_END = /^(?:---|\.\.\.)[ \t]*(?:\n|$)/m;
const KEY_LINE = /^([A-Za-z][\w -]{0,40}?)[ \t]*:(?:[ \t]+(.*))?$/;

/** @param isKnown whether the format knows a key, in lower case */
export function readMetadataBlock(
  text: string,
  isKnown: (key: string) => boolean,
  findings: Findings,
): MetadataBlock {
  return FENCE_START.test(text) ? readFenced(text, findings) : readUnfenced(text, isKnown);
}

function readFenced(text: string, findings: Findings): MetadataBlock {
  const start = FENCE_START.exec(text)?.[0].length ?? 0;
  const end = FENCE_END.exec(text.slice(start));
  const firstLine = text.slice(0, start).split('\n').length;
  if (!end) {
    findings.error(
      'metadata-invalid',
      firstLine - 1,
      'the metadata is never closed; add a line ---',
    );
    return { entries: [], bodyStart: text.length };
  }
  const entries = readYaml(text.slice(start, start + end.index), firstLine, findings);
  return { entries, bodyStart: start + end.index + end[0].length };
}

function readYaml(yaml: string, firstLine: number, findings: Findings): Entry[] {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => firstLine + Math.max(lines.linePos(offset).line, 1) - 1;
  for (const { pos, message } of document.errors) {
    const hint = /implicit|nested mapping|compact mapping/i.test(message)
      ? ' (a value with a colon needs quotes)'
      : '';
    findings.error('metadata-invalid', lineAt(pos[0]), `${message}${hint}`);
  }
  if (document.errors.length > 0 || document.contents === null) return [];
  if (!isMap(document.contents)) {
    findings.error('metadata-invalid', firstLine, 'the metadata must be lines of "key: value"');
    return [];
  }
  return document.contents.items.map(({ key, value }) => {
    const keyText = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
    const line = isScalar(key) && key.range ? lineAt(key.range[0]) : firstLine;
    const scalar = isScalar(value) || value === null;
    const text = isScalar(value) && value.value !== null ? (value.source ?? '') : '';
    // Aliases are not followed: a head of a few lines has no use for them, a bomb has.
    const plain = isScalar(value) ? value.value : isMap(value) || value ? String(value) : null;
    return { key: keyText, value: plain, text: scalar ? text : undefined, line };
  });
}

/** Ends at an empty line, or where a line is no entry; one known key tells it from prose. */
function readUnfenced(text: string, isKnown: (key: string) => boolean): MetadataBlock {
  const blank = /^\s*/.exec(text)?.[0] ?? '';
  let line = blank.split('\n').length;
  let offset = blank.lastIndexOf('\n') + 1;
  const entries: Entry[] = [];
  for (const row of text.slice(offset).split('\n')) {
    const match = KEY_LINE.exec(row);
    const last = entries.at(-1);
    if (match) {
      const value = unquote((match[2] ?? '').trim());
      entries.push({ key: match[1] ?? '', value, text: value, line });
    } else if (last && /^[ \t]+\S/.test(row)) {
      last.text = last.value = `${last.text} ${row.trim()}`.trim();
    } else break;
    offset += row.length + 1;
    line++;
  }
  const isHead = entries.some(({ key }) => isKnown(key.toLowerCase()));
  return isHead
    ? { entries, bodyStart: Math.min(offset, text.length) }
    : { entries: [], bodyStart: 0 };
}

function unquote(text: string): string {
  return /^"[^"]*"$|^'[^']*'$/.test(text) ? text.slice(1, -1) : text;
}
