/**
 * The author's own subscriber expressions (`{{default subscriber.name "reader"}}` in an issue).
 *
 * Unlike a template's, the text inside of a block is text, escaped for where it ends up, and
 * nothing but the subscriber's fields can be named.
 */
import Handlebars from 'handlebars';
import { AppError } from '../errors.js';
import type { Expression, Issue } from '../issue/types.js';
import {
  BLOCK_HELPERS,
  type ExpressionScope,
  isDynamicCall,
  type ParsedExpression,
  parseExpression,
  parseParameter,
  refused,
} from './expressions.js';
import type { Markers, Origin } from './markers.js';

/**
 * Gives each of the issue's expressions a marker of this build and puts it wherever the parser's
 * own marker stands.
 * @param file the issue file's name, for messages
 * @returns a copy of the issue, and its expressions' markers
 * @throws AppError template_invalid with the line of an expression that cannot be used
 */
export function adoptExpressions(
  issue: Issue,
  markers: Markers,
  file: string,
): { issue: Issue; adopted: string[] } {
  const replacements = issue.expressions
    .map((expression) => ({
      from: expression.marker,
      to: new AuthorExpression(expression, markers, file).marker(),
    }))
    // A marker that begins like another one must not hide it.
    .sort((a, b) => b.from.length - a.from.length);
  const { expressions, ...rest } = issue;
  const replaced = mapStrings(rest, (text) =>
    replacements.reduce((result, { from, to }) => result.replaceAll(from, to), text),
  );
  return { issue: { ...replaced, expressions }, adopted: replacements.map(({ to }) => to) };
}

/** A copy of plain data with every string in it changed; of places in a file there is one. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((entry) => mapStrings(entry, change)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const entries = Object.entries(value).map(([key, entry]) => [
    key,
    key === 'position' ? entry : mapStrings(entry, change),
  ]);
  return Object.fromEntries(entries) as T;
}

class AuthorExpression {
  readonly #expression: Expression;
  readonly #markers: Markers;
  readonly #file: string;

  constructor(expression: Expression, markers: Markers, file: string) {
    this.#expression = expression;
    this.#markers = markers;
    this.#file = file;
  }

  marker(): string {
    return this.#bodyText(this.#parse(), 0);
  }

  #parse(): hbs.AST.Program {
    const { source } = this.#expression;
    try {
      return Handlebars.parse(source, { ignoreStandalone: true });
    } catch (cause) {
      const message = `${source} is not a complete expression`;
      throw new AppError('template_invalid', message, { ...this.#place, cause });
    }
  }

  get #place(): { file: string; line: number } {
    return { file: this.#file, line: this.#expression.line };
  }

  get #origin(): Origin {
    return { ...this.#place, source: this.#expression.source };
  }

  #bodyText(program: hbs.AST.Program, loops: number): string {
    const scope = { file: this.#file, loops };
    return program.body.map((node) => this.#statement(node, scope)).join('');
  }

  #statement(node: hbs.AST.Statement, scope: ExpressionScope): string {
    try {
      if (node.type === 'ContentStatement') return (node as hbs.AST.ContentStatement).value;
      if (node.type === 'CommentStatement') return '';
      if (node.type === 'MustacheStatement') {
        return this.#output(node as hbs.AST.MustacheStatement, scope);
      }
      if (node.type === 'BlockStatement') {
        return this.#block(node as hbs.AST.BlockStatement, scope);
      }
      throw refused(`${this.#expression.source}: an issue cannot use templates`, node, scope);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Lines of the expression count from its own first line.
      const line = this.#expression.line + (error.line ?? 1) - 1;
      throw new AppError(error.code, error.message, { ...this.#place, line, cause: error });
    }
  }

  #output(node: hbs.AST.MustacheStatement, scope: ExpressionScope): string {
    if (!isDynamicCall(node, scope) || !node.escaped) {
      const message = `${this.#expression.source}: inside, only subscriber fields in double braces can be used`;
      throw refused(message, node, scope);
    }
    const expression = this.#canonical(parseExpression(node, scope), node, scope);
    return this.#markers.add({ kind: 'output', expression, origin: this.#origin });
  }

  #block(node: hbs.AST.BlockStatement, scope: ExpressionScope): string {
    const helper = BLOCK_HELPERS.find((name) => name === node.path.original);
    const condition = node.params[0];
    const isPlain = node.params.length === 1 && !node.hash?.pairs.length;
    if (helper === undefined || condition === undefined || !isPlain) {
      const message = `${this.#expression.source}: only #if, #unless and #each over one subscriber field`;
      throw refused(message, node, scope);
    }
    const inner = helper === 'each' ? scope.loops + 1 : scope.loops;
    return this.#markers.add({
      kind: 'block',
      helper,
      expression: this.#canonical(parseParameter(condition, scope), node, scope),
      program: this.#bodyText(node.program, inner),
      inverse: node.inverse && this.#bodyText(node.inverse, scope.loops),
      writtenBy: 'author',
      origin: this.#origin,
    });
  }

  #canonical(parsed: ParsedExpression, node: hbs.AST.Node, scope: ExpressionScope): string {
    if (parsed.holes.length === 0) return parsed.parts.join('');
    const message = `${this.#expression.source}: only subscriber.*, unsubscribe_url, preferences_url and "quoted text" can be named`;
    throw refused(message, node, scope);
  }
}
