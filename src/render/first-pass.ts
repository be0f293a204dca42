/**
 * The first pass: templates over the issue. Subscriber expressions leave markers; the issue's own
 * text is inserted as data and never compiled.
 */
import Handlebars from 'handlebars';
import { AppError } from '../errors.js';
import { Marking } from './mark.js';
import type { Markers } from './markers.js';
import type { LocateLine } from './mjml.js';
import {
  COMMON_HELPERS,
  evaluationError,
  parseTemplate,
  type TemplateFile,
  type TemplateSet,
} from './templates.js';

interface FirstPass {
  /** @throws AppError template_invalid */
  render(name: string, data: unknown): string;
  /** Where the lines of what `render` returned came from; renders once more to find out. */
  locator(name: string, data: unknown): LocateLine;
}

interface PassOptions {
  helpers: Record<string, Handlebars.HelperDelegate>;
  /** Plain text: `{{x}}` is inserted as it is. */
  noEscape: boolean;
}

export function createFirstPass(
  templates: TemplateSet,
  markers: Markers,
  options: PassOptions,
): FirstPass {
  const run = (name: string, data: unknown, traced: boolean): string => {
    const template = templates.files.get(name);
    if (template === undefined) {
      throw new AppError('template_invalid', `there is no template ${name}`);
    }
    const { environment, marking } = traced
      ? compile(templates, options, true)
      : compiledOnce(templates, options);
    const helpers = { ...options.helpers, ...marking.helpers(markers) };
    try {
      const render: Handlebars.TemplateDelegate = environment.partials[name];
      return render(data, { allowProtoPropertiesByDefault: false, helpers });
    } catch (error) {
      throw evaluationError(error, template, templates.files.values());
    }
  };
  return {
    render: (name, data) => run(name, data, false),
    locator: (name, data) => {
      const lines = originsOf(run(name, data, true), [...templates.files.values()]);
      return (line) => lines[line - 1] ?? { file: templates.files.get(name)?.file ?? name, line };
    },
  };
}

/** Templates ready to run for any build; which helpers they find is that build's affair. */
interface Compiled {
  environment: typeof Handlebars;
  marking: Marking;
}

const compiled = new Map<string, Compiled>();
const MOST_COMPILED = 8;

/** Check, freeze and both editions render the same templates. */
function compiledOnce(templates: TemplateSet, options: PassOptions): Compiled {
  const key = JSON.stringify([options.noEscape, [...templates.files.values()]]);
  const known = compiled.get(key) ?? compile(templates, options, false);
  compiled.delete(key);
  compiled.set(key, known);
  const [oldest] = compiled.keys();
  if (compiled.size > MOST_COMPILED && oldest !== undefined) compiled.delete(oldest);
  return known;
}

function compile(templates: TemplateSet, { noEscape }: PassOptions, traced: boolean): Compiled {
  const environment = Handlebars.create();
  environment.registerHelper(COMMON_HELPERS);
  const marking = new Marking();
  [...templates.files.values()].forEach((template, index) => {
    const program = marking.rewrite(parseTemplate(template), template);
    if (traced) trace(program, index);
    environment.registerPartial(template.name, environment.compile(program, { noEscape }));
  });
  return { environment, marking };
}

/** Before every piece of static text, and in each of its lines: `<file>:<line>`, in private-use brackets. */
const TRACE = /\uE000(\d+):(\d+)\uE001/;

function trace(program: hbs.AST.Program, file: number): void {
  const visitor = new Handlebars.Visitor();
  visitor.ContentStatement = (node) => {
    const original = String(node.original);
    const skipped = original.slice(0, Math.max(0, original.indexOf(node.value)));
    let line = node.loc.start.line + skipped.split('\n').length - 1;
    node.value = node.value
      .split('\n')
      .map((text) => `\uE000${file}:${line++}\uE001${text}`)
      .join('\n');
  };
  visitor.accept(program);
}

function originsOf(traced: string, files: TemplateFile[]): { file: string; line: number }[] {
  let last = { file: files[0]?.file ?? '', line: 1 };
  return traced.split('\n').map((text) => {
    const match = TRACE.exec(text);
    if (match !== null) {
      last = { file: files[Number(match[1])]?.file ?? '', line: Number(match[2]) };
    }
    return last;
  });
}
