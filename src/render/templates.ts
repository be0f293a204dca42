/**
 * The template files: ours, and over them the publication's own, file by file.
 *
 * A template's name is its path below the folder, without the extension; every template can be
 * used by any other in its folder as a partial (`{{> name}}`) or a layout (`{{#> name}}…{{/name}}`).
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import Handlebars from 'handlebars';
import { AppError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { firstFilled } from './slots.js';

type TemplateFolder = 'email' | 'text' | 'web';

export interface TemplateFile {
  name: string;
  /** Absolute path. */
  file: string;
  source: string;
}

export interface TemplateSet {
  files: Map<string, TemplateFile>;
  /** Changes whenever a file of the set appears, vanishes or is written. */
  version: string;
}

const EXTENSIONS = new Set(['.mjml', '.txt', '.html', '.hbs', '.xml']);

/** Paths of all templates of a folder, by name; the publication's files replace ours. */
function locate(folder: TemplateFolder, templatesDir: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const root of [join(packageRoot(), 'templates'), templatesDir]) {
    const base = root === undefined ? undefined : join(root, folder);
    if (base === undefined || !existsSync(base)) continue;
    for (const entry of readdirSync(base, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const extension = extname(entry.name);
      if (!entry.isFile() || !EXTENSIONS.has(extension)) continue;
      const name = relative(base, path).slice(0, -extension.length).split(sep).join('/');
      found.set(name, path);
    }
  }
  return found;
}

function versionOf(paths: Map<string, string>): string {
  return [...paths.values()]
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${path}:${mtimeMs}:${size}`;
    })
    .join('\n');
}

/** Reads a folder of templates as it is now. */
export function loadTemplates(
  folder: TemplateFolder,
  templatesDir: string | undefined,
): TemplateSet {
  const paths = locate(folder, templatesDir);
  const files = new Map<string, TemplateFile>();
  for (const [name, file] of paths) {
    files.set(name, { name, file, source: readFileSync(file, 'utf8') });
  }
  return { files, version: versionOf(paths) };
}

/** Parses a template; a syntax error names its file and line. */
export function parseTemplate(template: TemplateFile): hbs.AST.Program {
  try {
    return withoutPartialIndent(Handlebars.parse(template.source, { srcName: template.name }));
  } catch (error) {
    throw syntaxError(error, template);
  }
}

/**
 * Handlebars indents everything a partial on a line of its own prints, code blocks of the issue
 * included. Nothing here wants that.
 */
function withoutPartialIndent(program: hbs.AST.Program): hbs.AST.Program {
  const visitor = new Handlebars.Visitor();
  visitor.PartialStatement = (partial) => {
    partial.indent = '';
  };
  visitor.accept(program);
  return program;
}

function syntaxError(error: unknown, template: TemplateFile): AppError {
  const message = messageOf(error);
  const stated = Number(/^Parse error on line (\d+)/.exec(message)?.[1]);
  const known = (error as { lineNumber?: unknown }).lineNumber;
  const line = typeof known === 'number' ? known : stated;
  return new AppError('template_invalid', message, {
    file: template.file,
    ...(Number.isInteger(line) && { line }),
    cause: error,
  });
}

/**
 * What went wrong while templates were evaluated. Handlebars does not say where a partial or a
 * helper is missing, so the place is looked up by its name.
 * @param entry the template that was asked for
 */
export function evaluationError(
  error: unknown,
  entry: TemplateFile,
  files: Iterable<TemplateFile>,
): AppError {
  if (error instanceof AppError) return error;
  const message = messageOf(error);
  const missing = /^The partial (\S+) could not be found|^Missing helper: "(.+)"/.exec(message);
  const name = missing?.[1] ?? missing?.[2];
  const place = name === undefined ? undefined : placeOf(name, files);
  return new AppError('template_invalid', message, {
    ...(place ?? { file: entry.file }),
    cause: error,
  });
}

function placeOf(
  name: string,
  files: Iterable<TemplateFile>,
): { file: string; line: number } | undefined {
  for (const { file, source } of files) {
    const line = source
      .split('\n')
      .findIndex((text) => /\{\{.*\}\}/.test(text) && text.includes(name));
    if (line >= 0) return { file, line: line + 1 };
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}

/** Helpers that every template may use. */
export const COMMON_HELPERS: Record<string, Handlebars.HelperDelegate> = {
  default: firstFilled,
  eq: (left: unknown, right: unknown) => left === right,
  and: (...args: unknown[]) => args.slice(0, -1).every(Boolean),
  or: (...args: unknown[]) => args.slice(0, -1).find(Boolean),
  linked,
};

/** Words as a link, where there is an address. */
function linked(href: unknown, words: unknown): Handlebars.SafeString {
  const [address, text] = [href, words].map((value) =>
    Handlebars.escapeExpression(String(value ?? '')),
  );
  return new Handlebars.SafeString(address ? `<a href="${address}">${text}</a>` : `${text}`);
}

interface CachedFolder {
  version: string;
  /** When it was last compared with the files, performance.now(). */
  checkedAt: number;
  environment: typeof Handlebars;
  files: Map<string, TemplateFile>;
}

const cache = new Map<string, CachedFolder>();

function cachedFolder({ folder, templatesDir, lookEveryMs = 0 }: TemplateOptions): CachedFolder {
  const key = `${folder}\n${templatesDir ?? ''}`;
  const known = cache.get(key);
  const checkedAt = performance.now();
  if (known !== undefined && checkedAt - known.checkedAt < lookEveryMs) return known;
  if (known !== undefined && known.version === versionOf(locate(folder, templatesDir))) {
    known.checkedAt = checkedAt;
    return known;
  }
  const { files, version } = loadTemplates(folder, templatesDir);
  const environment = Handlebars.create();
  environment.registerHelper(COMMON_HELPERS);
  for (const template of files.values()) {
    const options = { noEscape: folder === 'text' };
    environment.registerPartial(
      template.name,
      environment.compile(parseTemplate(template), options),
    );
  }
  const fresh = { version, checkedAt, environment, files };
  cache.set(key, fresh);
  return fresh;
}

interface TemplateOptions {
  templatesDir?: string;
  folder: TemplateFolder;
  /** Helpers beside the common ones, for this rendering. */
  helpers?: Record<string, Handlebars.HelperDelegate>;
  /** For how long a look at the folder counts; without it each rendering looks. */
  lookEveryMs?: number;
}

/**
 * Renders a page (or a mail that is not an issue) from its template.
 * @param name path below the folder without extension: `unsubscribe`, `admin/sends`
 * @param data what the template may name; `{{x}}` is escaped for HTML, but in the folder text
 * @throws AppError template_invalid with file and line; file_missing when there is no such template
 */
export function renderTemplate(name: string, data: unknown, options: TemplateOptions): string {
  return templateRenderer(name, options)(data);
}

/** The same for many data at once: the folder is looked at for changes only here. */
export function templateRenderer(
  name: string,
  options: TemplateOptions,
): (data: unknown) => string {
  const { environment, files } = cachedFolder(options);
  const template = files.get(name);
  if (template === undefined) {
    throw new AppError('file_missing', `no template ${options.folder}/${name}`);
  }
  const render: Handlebars.TemplateDelegate = environment.partials[name];
  return (data) => {
    try {
      return render(data, {
        allowProtoPropertiesByDefault: false,
        ...(options.helpers && { helpers: options.helpers }),
      });
    } catch (error) {
      throw evaluationError(error, template, files.values());
    }
  };
}
