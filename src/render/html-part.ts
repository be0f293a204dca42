/** The HTML part: Handlebars over the issue, MJML, and markers cut into slots. */
import Handlebars from 'handlebars';
import type { RootContent } from 'mdast';
import { misplaced, toPieces } from './canonical.js';
import { createFirstPass } from './first-pass.js';
import { htmlWords } from './fixed-words.js';
import { createHtmlWriter, type HtmlWriter } from './markdown.js';
import type { Markers } from './markers.js';
import { compileMjml } from './mjml.js';
import { escapeHtml } from './slots.js';
import type { Strings } from './strings.js';
import type { TemplateSet } from './templates.js';
import type { Piece } from './types.js';
import type { IssueView } from './view.js';

const LAYOUT = 'issue';

/** @throws AppError template_invalid */
export async function renderHtmlPart(
  view: IssueView,
  templates: TemplateSet,
  markers: Markers,
  strings: Strings,
): Promise<{ html: string; pieces: Piece[] }> {
  const helpers = {
    ...htmlHelpers(createHtmlWriter(view.linkBase, { maxImageWidth: textWidth(view) })),
    t: htmlWords(strings, { publication: view.publication.name }),
    padding: () => previewPadding(view.issue.preheader),
  };
  const pass = createFirstPass(templates, markers, { helpers, noEscape: false });
  const document = pass.render(LAYOUT, view);
  const html = await compileMjml(document, (line) => pass.locator(LAYOUT, view)(line));
  refuseLostMarkers(document, html, markers);
  return { html, pieces: toPieces(html, 'html', markers) };
}

/** Left and right of the text in templates/email/issue.mjml, in pixels. */
const CARD_PADDING = 36;

function textWidth({ design }: IssueView): number {
  return design.width - 2 * CARD_PADDING;
}

/** Columns that a mail program may show of a mail before it is opened. */
const PREVIEW_COLUMNS = 130;

/**
 * Fills the rest of the preview with nothing to see, or a mail program goes on with the first words
 * of the mail. The joiner keeps the blanks from being taken as one.
 */
function previewPadding(preheader: string): Handlebars.SafeString {
  const columns = Math.max(0, PREVIEW_COLUMNS - preheader.length);
  return new Handlebars.SafeString(' &#847;'.repeat(columns));
}

/**
 * `markdown`, `inline` and `attr` for templates that make HTML.
 * @param pageUrl what addresses that are an anchor alone begin with
 */
export function htmlHelpers(
  write: HtmlWriter,
  pageUrl = '',
): Record<string, Handlebars.HelperDelegate> {
  const helper = (writeNodes: (nodes: RootContent[]) => string) => (nodes?: RootContent[]) =>
    new Handlebars.SafeString(writeNodes(nodes ?? []));
  return {
    markdown: helper(write.blocks),
    inline: helper(write.inline),
    // Handlebars would write a "=" in a URL as six characters.
    attr: (value: unknown) => {
      const text = String(value ?? '');
      return new Handlebars.SafeString(
        escapeHtml(text.startsWith('#') ? `${pageUrl}${text}` : text),
      );
    },
  };
}

/** MJML drops text between its elements and copies titles: neither may happen to a field. */
function refuseLostMarkers(before: string, after: string, markers: Markers): void {
  const counts = markers.count(after);
  for (const [marker, expected] of markers.count(before)) {
    const found = counts.get(marker) ?? 0;
    if (found === expected) continue;
    const insertion = markers.get(marker);
    const message =
      found < expected
        ? 'MJML drops what stands between its elements; move this into an mj-text or mj-raw'
        : 'MJML repeats this place, so a field cannot stand in it';
    throw misplaced(message, insertion.kind === 'paragraph' ? undefined : insertion.origin);
  }
}
