/**
 * Slots at send time: canonical Handlebars in, one recipient's bytes out.
 *
 * A slot was written by `canonical.ts`: each output names its context with a helper, and nothing
 * but the helpers below exists. Values come from subscribers and are never trusted: they are
 * escaped for where they stand and are never compiled.
 */
import Handlebars from 'handlebars';
import { type Encode, type ParagraphParts, paragraphEvaluator } from './paragraph.js';
import type { Slot, SlotData } from './types.js';

/** What a subscriber's field may stand in; each is a helper of the same name in a slot's source. */
export type SlotContext = 'html' | 'attr' | 'url' | 'header' | 'plain';

const HTML_ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** C0 but tab, LF and CR, then DEL and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const CONTROLS = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/g;
const LINE_ENDS = /[\t\n\r\u2028\u2029]+/g;
const SAFE_URL = /^(?:https?:\/\/[^/?#]|mailto:.)/i;

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? character);
}

/** A field's value as one line of text: lists joined, objects and absent values empty. */
function lineOf(value: unknown): string {
  if (typeof value === 'string') return value.replace(CONTROLS, '').replace(LINE_ENDS, ' ');
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(lineOf).filter(Boolean).join(', ');
  return '';
}

/** A whole URL, or '#' when it is not one of the schemes a reader may be sent to. */
function wholeUrl(value: unknown): string {
  const url = lineOf(value).trim();
  if (!SAFE_URL.test(url)) return '#';
  return escapeHtml(url.replace(/[\s<>"'\\^`{|}]/g, (character) => encodeURIComponent(character)));
}

/** A part of a URL: nothing in it can start a new path segment, parameter or scheme. */
function urlPart(value: unknown): string {
  return encodeURIComponent(lineOf(value).replace(/\p{Surrogate}/gu, '\uFFFD')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const isBlank = (value: unknown): boolean => lineOf(value).trim() === '';

/** The first argument that is not blank; the last one when all are. Also a helper of templates. */
export function firstFilled(...args: unknown[]): unknown {
  const values = args.slice(0, -1);
  return values.find((value) => !isBlank(value)) ?? values.at(-1) ?? '';
}

/** The block around a slot's statements, by a name that no template uses. */
const BODY = 'slot body';

const KNOWN_HELPERS = {
  [BODY]: true,
  html: true,
  attr: true,
  url: true,
  header: true,
  plain: true,
  default: true,
  if: true,
  unless: true,
  each: true,
  with: false,
  log: false,
  lookup: false,
  helperMissing: false,
  blockHelperMissing: false,
};

let environment: typeof Handlebars | undefined;

function slotEnvironment(): typeof Handlebars {
  if (environment !== undefined) return environment;
  environment = Handlebars.create();
  for (const name of ['with', 'log', 'lookup']) environment.unregisterHelper(name);
  environment.registerHelper({
    html: (value: unknown) => escapeHtml(lineOf(value)),
    attr: (value: unknown) => escapeHtml(lineOf(value)),
    url: (value: unknown, options: Handlebars.HelperOptions) =>
      options.hash.part === true ? urlPart(value) : wholeUrl(value),
    header: (value: unknown) => lineOf(value),
    plain: (value: unknown) => lineOf(value),
    default: firstFilled,
  });
  return environment;
}

/**
 * Compiles a slot's source, once per message.
 * @param source canonical Handlebars, see {@link Slot}
 * @returns the text for one recipient: escaped for where it stands, without control characters
 */
export function compileSlot(source: string): (data: SlotData) => string {
  return compileStatements(statementsOf(source));
}

/** Handlebars' own white space control is at work in it already. */
function statementsOf(source: string): hbs.AST.Statement[] {
  return Handlebars.parse(source, { ignoreStandalone: true }).body;
}

/**
 * Handlebars sets a template up at every call, which costs more than to evaluate a slot; so the
 * statements are the body of a block, set up once, that is kept.
 */
function compileStatements(statements: hbs.AST.Statement[]): (data: SlotData) => string {
  const template = Handlebars.parse(`{{#[${BODY}]}}{{/[${BODY}]}}`);
  const [block] = template.body as [hbs.AST.BlockStatement];
  block.program.body = statements;
  let evaluate: Handlebars.TemplateDelegate = () => '';
  const keep = ({ fn }: Handlebars.HelperOptions): void => {
    evaluate = fn;
  };
  slotEnvironment().compile(template, {
    ignoreStandalone: true,
    knownHelpersOnly: true,
    knownHelpers: KNOWN_HELPERS,
    noEscape: true,
  })(undefined, {
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
    helpers: { [BODY]: keep },
  });
  return (data) => evaluate(data, { data: { root: data } });
}

/**
 * Compiles a slot as a whole: what it evaluates to is wrapped when the slot asks for it.
 * @param encode what becomes of the text then
 */
export function slotEvaluator(
  { source, wrap }: Slot,
  encode: Encode = (text) => text,
): (data: SlotData) => string {
  if (wrap === undefined) {
    const evaluate = compileSlot(source);
    return (data) => encode(evaluate(data));
  }
  return paragraphEvaluator(partsOf(source), wrap, encode);
}

function partsOf(source: string): ParagraphParts {
  const statements = statementsOf(source);
  const isField = (statement: hbs.AST.Statement): boolean => !isStatic(statement);
  const end = statements.findLastIndex(isField) + 1;
  const start = end === 0 ? 0 : statements.findIndex(isField);
  const textOf = (part: hbs.AST.Statement[]) => compileStatements(part)(NO_DATA);
  return {
    front: textOf(statements.slice(0, start)),
    between: compileStatements(statements.slice(start, end)),
    tail: textOf(statements.slice(end)),
  };
}

/** Whether a statement gives everyone the same: text, or the literal that stands for braces. */
function isStatic(statement: hbs.AST.Statement): boolean {
  if (statement.type === 'ContentStatement') return true;
  if (statement.type !== 'MustacheStatement') return false;
  const { params } = statement as hbs.AST.MustacheStatement;
  return params.length === 1 && params[0]?.type === 'StringLiteral';
}

const NO_DATA: SlotData = { subscriber: {}, unsubscribe_url: '', preferences_url: '' };
