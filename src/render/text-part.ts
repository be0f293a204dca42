/** The text part: Handlebars over the same issue, wrapped, with numbered links. */
import type Handlebars from 'handlebars';
import type { RootContent } from 'mdast';
import { toPieces } from './canonical.js';
import { createFirstPass } from './first-pass.js';
import { plainWords } from './fixed-words.js';
import { Footnotes } from './footnotes.js';
import type { Markers } from './markers.js';
import { CODE_BLANK, createPlainWriter, type PlainWriter, type Prefix } from './plain.js';
import type { Strings } from './strings.js';
import type { TemplateSet } from './templates.js';
import { GLUE, TEXT_WIDTH, type Wrap, wrapText } from './text.js';
import type { Piece } from './types.js';
import type { IssueView } from './view.js';
import { displayWidth } from './width.js';

const LAYOUT = 'issue';

/** @throws AppError template_invalid */
export function renderTextPart(
  view: IssueView,
  templates: TemplateSet,
  markers: Markers,
  strings: Strings,
): { text: string; pieces: Piece[] } {
  const footnotes = new Footnotes();
  const wrap = (text: string, how: Wrap) =>
    markers.has(text) ? markers.add({ kind: 'paragraph', text, wrap: how }) : wrapText(text, how);
  const writer = createPlainWriter(view.linkBase, footnotes, wrap);
  const t = plainWords(strings, { publication: view.publication.name });
  const helpers = { ...textHelpers(writer, footnotes), t };
  const pass = createFirstPass(templates, markers, { helpers, noEscape: true });
  // Links that the template did not define where they were used are defined at the end.
  const text = tidy(`${pass.render(LAYOUT, view)}\n\n${footnotes.pending()}`);
  return { text, pieces: toPieces(text, 'plain', markers) };
}

/**
 * - `markdown nodes first="" rest=""`: blocks, wrapped
 * - `inline nodes`: phrasing, for use inside of `wrap`
 * - `#wrap first="" rest=""`: its content as one paragraph
 * - `ref url`: the link's number, with a blank before it
 * - `footnotes`: the links numbered since the last call
 * - `t "name"`: fixed words (strings.yaml)
 * - `upper text`, `underline "=" text`, `rule`
 */
export function textHelpers(
  writer: PlainWriter,
  footnotes: Footnotes,
): Record<string, Handlebars.HelperDelegate> {
  return {
    markdown: (nodes: RootContent[] | undefined, options: Handlebars.HelperOptions) =>
      writer.blocks(nodes ?? [], prefixOf(options)),
    inline: (nodes: RootContent[] | undefined) => writer.inline(nodes ?? []),
    wrap(this: unknown, options: Handlebars.HelperOptions) {
      return writer.paragraph(options.fn(this), prefixOf(options));
    },
    ref: (url: unknown) => {
      const reference = typeof url === 'string' ? writer.reference(url) : '';
      return reference && GLUE + reference;
    },
    footnotes: () => footnotes.pending(),
    upper: (text: unknown) => String(text).toUpperCase(),
    underline: (mark: string, text: unknown) =>
      mark.repeat(Math.min(TEXT_WIDTH, Math.max(3, displayWidth(String(text))))),
    rule: () => '-'.repeat(TEXT_WIDTH),
  };
}

function prefixOf({ hash }: Handlebars.HelperOptions): Prefix {
  const rest = String(hash.rest ?? '');
  return { first: String(hash.first ?? rest), rest };
}

export function tidy(text: string): string {
  const lines = text.replace(/[ \t]+\n/g, '\n').replace(/\n{3,}/g, '\n\n');
  return `${lines.replaceAll(CODE_BLANK, '').replaceAll(GLUE, ' ').trim()}\n`;
}
