/**
 * Takes the subscriber expressions out of a template, before its first pass.
 *
 * A statement that names `subscriber.*`, `unsubscribe_url` or `preferences_url` is replaced by a call that leaves a
 * marker; everything static in and around it is evaluated as usual. A block over a subscriber's
 * field (`{{#if subscriber.name}}`) becomes one marker whose bodies, first-passed themselves, wait
 * in the insertion; a static block is only walked into.
 */
import type Handlebars from 'handlebars';
import {
  BLOCK_HELPERS,
  type ExpressionPart,
  type ExpressionScope,
  isDynamic,
  isDynamicCall,
  parseExpression,
  parseParameter,
  quote,
  refused,
} from './expressions.js';
import type { BlockInsertion, Markers, Origin } from './markers.js';
import type { TemplateFile } from './templates.js';

const OUTPUT = 'pressrun_output';
const BLOCK = 'pressrun_block';
/** Stands between the evaluated parts of a call's body; cannot come from Markdown or YAML text. */
const SEPARATOR = '\u0000\uFDD0';

interface Recipe {
  parts: ExpressionPart[];
  origin: Origin;
  /** undefined: an output. */
  block?: { helper: BlockInsertion['helper']; hasInverse: boolean };
}

/** Rewrites templates, once for all builds, and knows what each mark in them stands for. */
export class Marking {
  readonly #recipes: Recipe[] = [];

  /** What rewritten templates call, for one build. */
  helpers(markers: Markers): Record<string, Handlebars.HelperDelegate> {
    const leave = (id: number, evaluated: string) => this.#leaveMarker(markers, id, evaluated);
    const helper = function (this: unknown, id: number, options: Handlebars.HelperOptions) {
      return leave(id, options.fn(this));
    };
    return { [OUTPUT]: helper, [BLOCK]: helper };
  }

  /** @throws AppError template_invalid, with file and line, for what cannot be made safe */
  rewrite(program: hbs.AST.Program, template: TemplateFile): hbs.AST.Program {
    return new TemplateRewriter(template, this.#recipes).program(program, 0);
  }

  #leaveMarker(markers: Markers, id: number, evaluated: string): string {
    const recipe = this.#recipes[id];
    if (recipe === undefined) throw new Error(`no recipe ${id}`);
    const values = evaluated.split(SEPARATOR);
    const expression = recipe.parts
      .map((part) => (typeof part === 'string' ? part : quote(values[part.hole] ?? '')))
      .join('');
    const { block, origin } = recipe;
    if (block === undefined) return markers.add({ kind: 'output', expression, origin });
    const holes = recipe.parts.filter((part) => typeof part !== 'string').length;
    return markers.add({
      kind: 'block',
      helper: block.helper,
      expression,
      program: values[holes] ?? '',
      inverse: block.hasInverse ? (values[holes + 1] ?? '') : undefined,
      writtenBy: 'template',
      origin,
    });
  }
}

class TemplateRewriter {
  readonly #template: TemplateFile;
  readonly #recipes: Recipe[];
  readonly #lines: string[];

  constructor(template: TemplateFile, recipes: Recipe[]) {
    this.#template = template;
    this.#recipes = recipes;
    this.#lines = template.source.split('\n');
  }

  program(program: hbs.AST.Program, loops: number): hbs.AST.Program {
    const scope = { file: this.#template.file, loops };
    return { ...program, body: program.body.map((node) => this.#statement(node, scope)) };
  }

  #statement(node: hbs.AST.Statement, scope: ExpressionScope): hbs.AST.Statement {
    switch (node.type) {
      case 'MustacheStatement':
        return this.#mustache(node as hbs.AST.MustacheStatement, scope);
      case 'BlockStatement':
        return this.#block(node as hbs.AST.BlockStatement, scope);
      case 'PartialStatement':
        return this.#partial(node as hbs.AST.PartialStatement, scope);
      case 'PartialBlockStatement':
      case 'DecoratorBlock': {
        const block = node as hbs.AST.PartialBlockStatement;
        return {
          ...this.#partial(block, scope),
          program: this.program(block.program, scope.loops),
        } as hbs.AST.PartialBlockStatement;
      }
      default:
        return node;
    }
  }

  #mustache(node: hbs.AST.MustacheStatement, scope: ExpressionScope): hbs.AST.Statement {
    if (!isDynamicCall(node, scope)) return atOuterDepth(node, scope);
    if (!node.escaped) {
      const message = `${this.#sourceOf(node)}: triple braces would put a subscriber's field in unescaped; use two`;
      throw refused(message, node, scope);
    }
    const { parts, holes } = parseExpression(node, scope);
    return this.#call(
      OUTPUT,
      node,
      { parts, origin: this.#origin(node) },
      this.#holes(holes, scope),
    );
  }

  #block(node: hbs.AST.BlockStatement, scope: ExpressionScope): hbs.AST.Statement {
    if (!isDynamicCall(node, scope)) return this.#staticBlock(node, scope);
    const helper = BLOCK_HELPERS.find((name) => name === node.path.original);
    const condition = node.params[0];
    if (helper === undefined || condition === undefined || node.params.length > 1) {
      const message = `${this.#sourceOf(node)}: only #if, #unless and #each can ask about a subscriber's field`;
      throw refused(message, node, scope);
    }
    if ((node.hash?.pairs.length ?? 0) > 0 || (node.program?.blockParams?.length ?? 0) > 0) {
      const message = `${this.#sourceOf(node)}: options and "as |name|" cannot be used with a subscriber's field`;
      throw refused(message, node, scope);
    }
    const { parts, holes } = parseParameter(condition, scope);
    const inner = helper === 'each' ? scope.loops + 1 : scope.loops;
    const bodies = [
      ...this.#holes(holes, scope),
      this.program(node.program, inner).body,
      ...(node.inverse === undefined ? [] : [this.program(node.inverse, scope.loops).body]),
    ];
    const block = { helper, hasInverse: node.inverse !== undefined };
    return this.#call(BLOCK, node, { parts, origin: this.#origin(node), block }, bodies);
  }

  #staticBlock(node: hbs.AST.BlockStatement, scope: ExpressionScope): hbs.AST.Statement {
    if (scope.loops > 0 && ['each', 'with'].includes(node.path.original)) {
      const message = `${this.#sourceOf(node)}: no other loop can stand inside #each over a subscriber's field`;
      throw refused(message, node, scope);
    }
    return {
      ...atOuterDepth(node, scope),
      program: this.program(node.program, scope.loops),
      inverse: node.inverse && this.program(node.inverse, scope.loops),
    } as hbs.AST.BlockStatement;
  }

  #partial<T extends hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement>(
    node: T,
    scope: ExpressionScope,
  ): T {
    const values = [...(node.params ?? []), ...(node.hash?.pairs.map((pair) => pair.value) ?? [])];
    if (values.some((value) => isDynamic(value, scope))) {
      const message = `${this.#sourceOf(node)}: a subscriber's field cannot be handed to a partial; name it inside`;
      throw refused(message, node, scope);
    }
    return node;
  }

  /** A block that evaluates `bodies` and hands them, separated, to the helper `name`. */
  #call(
    name: string,
    node: hbs.AST.Statement,
    recipe: Recipe,
    bodies: hbs.AST.Statement[][],
  ): hbs.AST.BlockStatement {
    const id = this.#recipes.push(recipe) - 1;
    const { loc } = node;
    const strip = { open: false, close: false };
    const separator = { type: 'ContentStatement', value: SEPARATOR, original: SEPARATOR, loc };
    const body = bodies.flatMap((statements) => [...statements, separator]);
    return {
      type: 'BlockStatement',
      path: { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc },
      params: [{ type: 'NumberLiteral', value: id, original: id, loc } as hbs.AST.NumberLiteral],
      hash: { type: 'Hash', pairs: [], loc },
      program: { type: 'Program', body, blockParams: [], loc },
      inverse: undefined as unknown as hbs.AST.Program,
      openStrip: strip,
      inverseStrip: strip,
      closeStrip: strip,
      loc,
    };
  }

  /** Each static expression as a statement of its own, printed as it is. */
  #holes(holes: hbs.AST.Expression[], scope: ExpressionScope): hbs.AST.Statement[][] {
    return holes.map((hole) => {
      const call = hole.type === 'SubExpression' ? (hole as hbs.AST.SubExpression) : undefined;
      const statement = {
        type: 'MustacheStatement',
        path: call?.path ?? hole,
        params: call?.params ?? [],
        hash: call?.hash,
        escaped: false,
        strip: { open: false, close: false },
        loc: hole.loc,
      } as unknown as hbs.AST.MustacheStatement;
      return [atOuterDepth(statement, scope)];
    });
  }

  #origin(node: hbs.AST.Node): Origin {
    const { file } = this.#template;
    return { file, line: node.loc.start.line, source: this.#sourceOf(node) };
  }

  /** The opening tag as it was written. */
  #sourceOf(node: hbs.AST.Node): string {
    const rest = this.#lines
      .slice(node.loc.start.line - 1)
      .join('\n')
      .slice(node.loc.start.column);
    return /^\{\{[^}]*\}{2,3}/.exec(rest)?.[0] ?? '{{…}}';
  }
}

/**
 * A static statement inside a loop over a subscriber's list is evaluated outside of it: `../x`
 * there is `x` here.
 */
function atOuterDepth<T extends hbs.AST.MustacheStatement | hbs.AST.BlockStatement>(
  node: T,
  scope: ExpressionScope,
): T {
  if (scope.loops === 0) return node;
  const shift = <E extends hbs.AST.Expression>(expression: E): E => {
    const path = expression as unknown as hbs.AST.PathExpression;
    if (path.type !== 'PathExpression' || path.depth === 0) return expression;
    return { ...expression, depth: path.depth - scope.loops };
  };
  return { ...node, path: shift(node.path), params: node.params.map(shift) };
}
