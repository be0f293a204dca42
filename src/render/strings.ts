/**
 * The fixed words of pages and letters, all in one file: `templates/strings.yaml`. A publication's
 * own `templates/strings.yaml` replaces as many of them as it likes, for a translation all.
 *
 * `{{t "joining.heading" name=publication.name}}` in a template prints one: values are put where the
 * text says `{name}`, everything is escaped for HTML, and `**words**` of the text (not of a value)
 * are set strong.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { parse, YAMLParseError } from 'yaml';
import { AppError } from '../errors.js';
import { packageRoot } from '../package-root.js';

const FILE_NAME = 'strings.yaml';

export type Values = Record<string, unknown>;

export interface Strings {
  /** Plain text. @throws AppError template_invalid when there is no text of that name */
  text(name: string, values?: Values): string;
  /** The `t` of templates. */
  helper: Handlebars.HelperDelegate;
}

/**
 * The words as they are when the first of them is asked for.
 * @param templatesDir the publication's `templates/`
 * @param options.lookEveryMs for those who keep them: when to look for changed words again
 */
export function loadStrings(
  templatesDir: string | undefined,
  { lookEveryMs = Number.POSITIVE_INFINITY }: { lookEveryMs?: number } = {},
): Strings {
  const ours = join(packageRoot(), 'templates', FILE_NAME);
  const theirs = templatesDir === undefined ? [] : [join(templatesDir, FILE_NAME)];
  let looked: { texts: Map<string, string>[]; at: number } | undefined;
  const find = (name: string): string => {
    const at = performance.now();
    if (looked === undefined || at - looked.at >= lookEveryMs) {
      looked = { texts: [...theirs, ours].map(textsIn), at };
    }
    for (const texts of looked.texts) {
      const found = texts.get(name);
      if (found !== undefined) return found;
    }
    throw new AppError('template_invalid', `no text is called "${name}"`, { file: ours });
  };
  return {
    text: (name, values = {}) => filled(find(name), values, String),
    helper: (name: string, { hash }: Handlebars.HelperOptions) => {
      const strong = Handlebars.escapeExpression(find(name)).replace(
        /\*\*(.+?)\*\*/g,
        '<strong>$1</strong>',
      );
      return new Handlebars.SafeString(filled(strong, hash, escapedValue));
    },
  };
}

/** A value that is markup already, such as a link, stays it. */
function escapedValue(value: unknown): string {
  return value instanceof Handlebars.SafeString
    ? value.toHTML()
    : Handlebars.escapeExpression(String(value));
}

function filled(text: string, values: Values, escaped: (value: unknown) => string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? escaped(values[name] ?? '') : whole,
  );
}

const cache = new Map<string, { version: string; texts: Map<string, string> }>();

/** Read again when the file changes, like the templates. */
function textsIn(file: string): Map<string, string> {
  const status = statSync(file, { throwIfNoEntry: false });
  const version = status ? `${status.mtimeMs} ${status.size}` : '';
  const known = cache.get(file);
  if (known?.version === version) return known.texts;
  const texts = new Map(status ? [...leaves(read(file), '')] : []);
  cache.set(file, { version, texts });
  return texts;
}

function read(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const line = cause instanceof YAMLParseError ? cause.linePos?.[0].line : undefined;
    const details = { file, cause, ...(line !== undefined && { line }) };
    throw new AppError('template_invalid', 'the texts are no YAML', details);
  }
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [path, value.trim()];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield* leaves(inner, path === '' ? name : `${path}.${name}`);
  }
}
