/**
 * Which Handlebars expressions are the subscriber's, and how they are written in a slot.
 *
 * A slot knows only the subscriber: whatever else an expression names (`publication.name`) is a
 * *hole*, evaluated when the issue is built and written into the slot as a quoted text.
 */
import { AppError } from '../errors.js';

/** The helpers a subscriber expression may use; anything else is refused. */
const FUNCTIONS = new Set(['default']);
export const BLOCK_HELPERS = ['if', 'unless', 'each'] as const;

/** A canonical expression with holes. */
export type ExpressionPart = string | { hole: number };

export interface ParsedExpression {
  parts: ExpressionPart[];
  /** Static expressions to evaluate, by hole number. */
  holes: hbs.AST.Expression[];
}

/** Where the expression stands. */
export interface ExpressionScope {
  /** Name of the file, for messages. */
  file: string;
  /** `#each` blocks over subscriber fields around it. */
  loops: number;
}

/** Something that is called: a mustache, a block or a subexpression. */
interface Call {
  path: hbs.AST.Expression;
  params?: hbs.AST.Expression[];
  hash?: hbs.AST.Hash;
}

const ROOTS = new Set(['subscriber', 'unsubscribe_url', 'preferences_url']);

const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression =>
  node.type === 'PathExpression';
const isCall = (node: hbs.AST.Node): node is hbs.AST.SubExpression => node.type === 'SubExpression';
const isString = (node: hbs.AST.Node): node is hbs.AST.StringLiteral =>
  node.type === 'StringLiteral';

const isLiteral = (node: hbs.AST.Node): node is hbs.AST.Literal & { value?: number | boolean } =>
  node.type.endsWith('Literal');

/** The path's parts from the root of the data, when it names a subscriber field. */
function subscriberPath(path: hbs.AST.PathExpression): string[] | undefined {
  const parts = path.data && path.parts[0] === 'root' ? path.parts.slice(1) : path.parts;
  const isField = ROOTS.has(parts[0] ?? '') && (!path.data || path.parts[0] === 'root');
  return isField ? parts : undefined;
}

/** Whether a path is about the current element of a loop over a subscriber's list. */
function isLoopVariable(path: hbs.AST.PathExpression, scope: ExpressionScope): boolean {
  if (path.data) return scope.loops > 0 && path.parts[0] !== 'root';
  return path.depth < scope.loops;
}

export function isDynamic(node: hbs.AST.Expression, scope: ExpressionScope): boolean {
  if (isPath(node)) return subscriberPath(node) !== undefined || isLoopVariable(node, scope);
  return isCall(node) && isDynamicCall(node, scope);
}

/** Whether a call names a subscriber field anywhere; a helper's own name is none. */
export function isDynamicCall(call: Call, scope: ExpressionScope): boolean {
  const params = call.params ?? [];
  const named = call.hash?.pairs.map((pair) => pair.value) ?? [];
  const isHelper = params.length + named.length > 0 || isBuiltIn(call.path);
  if (!isHelper && isDynamic(call.path, scope)) return true;
  return [...params, ...named].some((param) => isDynamic(param, scope));
}

function isBuiltIn(path: hbs.AST.Expression): boolean {
  return isPath(path) && (FUNCTIONS.has(path.original) || path.original === 'else');
}

/** Writes a dynamic output or a block's parameter canonically. */
export function parseExpression(call: Call, scope: ExpressionScope): ParsedExpression {
  const holes: hbs.AST.Expression[] = [];
  return { parts: callParts(call, scope, holes), holes };
}

export function parseParameter(node: hbs.AST.Expression, scope: ExpressionScope): ParsedExpression {
  const holes: hbs.AST.Expression[] = [];
  return { parts: expressionParts(node, scope, holes), holes };
}

function callParts(
  call: Call,
  scope: ExpressionScope,
  holes: hbs.AST.Expression[],
): ExpressionPart[] {
  const params = call.params ?? [];
  if (params.length === 0 && isPath(call.path)) return [pathText(call.path, scope)];
  const name = isPath(call.path) ? call.path.original : '';
  if (!FUNCTIONS.has(name) || (call.hash?.pairs.length ?? 0) > 0) {
    const message = `{{${name} …}} cannot be used with a subscriber's field: only default, #if, #unless and #each can`;
    throw refused(message, call.path, scope);
  }
  return [name, ...params.flatMap((param) => [' ', ...expressionParts(param, scope, holes)])];
}

function expressionParts(
  node: hbs.AST.Expression,
  scope: ExpressionScope,
  holes: hbs.AST.Expression[],
): ExpressionPart[] {
  if (isString(node)) return [quote(node.value)];
  if (isLiteral(node)) return [String(node.value ?? '""')];
  if (!isDynamic(node, scope)) {
    holes.push(node);
    return [{ hole: holes.length - 1 }];
  }
  if (isPath(node)) return [pathText(node, scope)];
  return ['(', ...callParts(node as hbs.AST.SubExpression, scope, holes), ')'];
}

function pathText(path: hbs.AST.PathExpression, scope: ExpressionScope): string {
  const field = subscriberPath(path);
  if (field === undefined) {
    const up = path.data ? '@' : '../'.repeat(path.depth);
    return up + (path.parts.length === 0 ? 'this' : segments(path.parts, path, scope));
  }
  return (scope.loops > 0 ? '@root.' : '') + segments(field, path, scope);
}

function segments(parts: string[], node: hbs.AST.Node, scope: ExpressionScope): string {
  return parts
    .map((part) => {
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(part)) return part;
      if (part.includes(']')) throw refused(`the field name ${part} has a bracket`, node, scope);
      return `[${part}]`;
    })
    .join('.');
}

/**
 * A Handlebars string literal. The language cannot say a backslash before a quote or at the end,
 * so those are left out.
 */
export function quote(text: string): string {
  return `"${text.replace(/\\+(?="|$)/g, '').replaceAll('"', '\\"')}"`;
}

/** An error at a node of a template or of an author's expression. */
export function refused(message: string, node: hbs.AST.Node, scope: ExpressionScope): AppError {
  return new AppError('template_invalid', message, {
    file: scope.file,
    line: node.loc.start.line,
  });
}
