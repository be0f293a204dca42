/** MJML to HTML, strictly: whatever MJML finds wrong is an error with the template's own line. */
import type { default as Compile } from 'mjml';
import { AppError } from '../errors.js';

interface ValidationFault {
  line: number;
  message: string;
  tagName: string;
}

/** Where a line of the MJML document came from. */
export type LocateLine = (line: number) => { file: string; line: number };

let compiler: Promise<typeof Compile> | undefined;

/** MJML takes most of a second to load: only what builds a mail pays for it. */
function loadCompiler(): Promise<typeof Compile> {
  compiler ??= import('mjml').then((module) => module.default);
  return compiler;
}

/**
 * @param locate asked only when something is wrong
 * @throws AppError template_invalid
 */
export async function compileMjml(document: string, locate: LocateLine): Promise<string> {
  const compile = await loadCompiler();
  try {
    const { html } = await compile(document, {
      validationLevel: 'strict',
      keepComments: false,
      ignoreIncludes: true,
      fonts: {},
    });
    return tidy(html);
  } catch (error) {
    throw mjmlError(error, locate);
  }
}

function mjmlError(error: unknown, locate: LocateLine): AppError {
  const faults = (error as { errors?: ValidationFault[] }).errors ?? [];
  const [first] = faults;
  if (first === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    return new AppError('template_invalid', message, { ...locate(1), cause: error });
  }
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const message = `<${first.tagName}>: ${first.message}${more}`;
  return new AppError('template_invalid', message, { ...locate(first.line), cause: error });
}

/**
 * Drops MJML's indentation, a tenth of the mail. White space after a line feed means nothing in
 * HTML, but in preformatted text.
 */
function tidy(html: string): string {
  return html
    .split(/(<pre[\s>][\s\S]*?<\/pre>)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[ \t]*\n[ \t\n]*/g, '\n')))
    .join('')
    .trim()
    .concat('\n');
}
