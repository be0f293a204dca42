/** What is wrong with a configuration, in words for the person who wrote it. */
import * as z from 'zod';
import { AppError } from '../errors.js';
import { redact } from '../redaction.js';
import { didYouMean } from './did-you-mean.js';
import type { Path } from './document.js';
import { allowed } from './values-schema.js';

/** Where a value came from. */
export type Origin = { file: string; line: number } | { variable: string };

interface Problem {
  origin: Origin;
  words: string;
}

const LONGEST_SHOWN = 60;

/**
 * All problems as one error: it stands at the first, the others follow on lines of their own.
 * @param input what was checked
 * @param originOf where the value at a path came from
 */
export function configError(
  schema: z.ZodType,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  originOf: (path: Path) => Origin,
): AppError {
  const problems = issues
    .flatMap((issue) => problemsOf(schema, input, issue, originOf))
    .sort((a, b) => lineOf(a.origin) - lineOf(b.origin));
  const [first, ...others] = problems;
  if (!first) return new AppError('config_invalid', 'the configuration is not valid');
  const rest = others.map(({ origin, words }) => `\n${labelOf(origin)}: ${words}`).join('');
  if ('variable' in first.origin) {
    return new AppError('config_invalid', `${labelOf(first.origin)}: ${first.words}${rest}`);
  }
  return new AppError('config_invalid', first.words + rest, first.origin);
}

function problemsOf(
  schema: z.ZodType,
  input: unknown,
  issue: z.core.$ZodIssue,
  originOf: (path: Path) => Origin,
): Problem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(schema, path));
    return issue.keys.map((key) => ({
      origin: originOf([...path, key]),
      words: unknownKey([...path, key], key, known),
    }));
  }
  return [{ origin: originOf(path), words: wrongValue(schema, input, path, issue) }];
}

function unknownKey(path: Path, key: string, known: readonly string[]): string {
  const meant = didYouMean(key, known);
  const hint = meant ? `did you mean ${meant}?` : `allowed here: ${known.join(', ')}`;
  return `unknown key ${dotted(path)}; ${hint}`;
}

function wrongValue(
  schema: z.ZodType,
  input: unknown,
  path: Path,
  issue: z.core.$ZodIssue,
): string {
  if (issue.code === 'custom' && issue.params?.isWhole === true)
    return `${dotted(path)}: ${issue.message}`;
  const here = schemaAt(schema, path);
  const keys = keysOf(here);
  const words = allowed.get(here)?.allowed ?? `a mapping of ${keys.join(', ')}`;
  const value = path.reduce<unknown>(
    (container, step) => (container as Record<string, unknown> | undefined)?.[step],
    input,
  );
  if (value !== undefined) {
    // Whatever stands there was meant to be a secret.
    const found = path.at(-1) === 'secret' ? 'something else' : shown(value);
    return `${dotted(path)}: found ${found}; allowed: ${words}`;
  }
  const why = issue.code === 'custom' ? ` (${issue.message})` : '';
  return `${dotted(path)} is missing${why}: ${words}`;
}

/** The deepest schema on the way to `path` that says what it allows. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType {
  let here = schema;
  for (const step of path) {
    const inner = unwrapped(here);
    const next =
      inner instanceof z.ZodObject
        ? inner.shape[step]
        : inner instanceof z.ZodArray && inner.element;
    if (!(next instanceof z.ZodType)) break;
    here = next;
  }
  return unwrapped(here);
}

/** A schema without what stands around it: `optional()`, and `transform()` unless it has words. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (allowed.has(schema)) return schema;
  if (schema instanceof z.ZodOptional) return unwrapped(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in as z.ZodType);
  return schema;
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function dotted(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

/** A value as it is shown in a message: short, and without passwords. */
function shown(value: unknown): string {
  const text = redact(JSON.stringify(value) ?? String(value));
  const short = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return typeof value === 'string' ? short : `${short} (${kindOf(value)})`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}

function labelOf(origin: Origin): string {
  return 'variable' in origin
    ? `environment variable ${origin.variable}`
    : `${origin.file}:${origin.line}`;
}

function lineOf(origin: Origin): number {
  return 'variable' in origin ? 0 : origin.line;
}
