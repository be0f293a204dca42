/**
 * render/ turns an Issue into a mail and into the body of its web page.
 *
 * It owns templates and everything that is escaped into them, and is the only user of mjml and
 * handlebars. It never reads an issue file, never sees a subscriber, and never compiles anything
 * an author or a subscriber typed: their expressions travel as markers (markers.ts), each of which
 * ends up as a slot that names its escaping (canonical.ts), or the build fails.
 *
 * HTML: https://html.spec.whatwg.org; text part: RFC 5322 §2.1.1, RFC 3676 §4.1 (quoting).
 */
import type { PublicationConfig } from '../config/types.js';
import type { Edition } from '../issue/editions.js';
import type { Issue } from '../issue/types.js';
import { adoptExpressions } from './author.js';
import { misplaced, toPieces } from './canonical.js';
import { renderHtmlPart } from './html-part.js';
import { Markers } from './markers.js';
import { titleToNobody } from './neutral.js';
import { loadStrings } from './strings.js';
import { loadTemplates, type TemplateSet } from './templates.js';
import { renderTextPart } from './text-part.js';
import type { RenderedMail } from './types.js';
import { viewOf } from './view.js';

interface RenderOptions {
  /** The publication's own `templates/`: a file in there replaces ours of the same name. */
  templatesDir?: string;
  /** Name of the issue file, for messages. */
  issueFile?: string;
  /** Which one `issue` holds: that of the highlights says so and leads to the rest. */
  edition?: Edition;
  /** Where the episode is, when it is up already. */
  audioUrl?: string | undefined;
}

/**
 * Renders an issue as the mail that is frozen and sent.
 * @throws AppError template_invalid with file and line, for templates and for the author's
 *   subscriber expressions
 */
export async function renderMail(
  issue: Issue,
  publication: PublicationConfig,
  options: RenderOptions = {},
): Promise<RenderedMail> {
  const email = loadTemplates('email', options.templatesDir);
  const plain = loadTemplates('text', options.templatesDir);
  const markers = new Markers(everythingIn([issue, publication], email, plain));
  const file = options.issueFile ?? `issues/${issue.number}.md`;
  const { issue: marked, adopted } = adoptExpressions(issue, markers, file);
  const { edition = 'full' } = options;
  const plainTitle = titleToNobody(issue);
  const view = viewOf(marked, publication, { plainTitle, edition, audioUrl: options.audioUrl });
  const strings = loadStrings(options.templatesDir);
  const { html, pieces } = await renderHtmlPart(view, email, markers, strings);
  const text = renderTextPart(view, plain, markers, strings);
  const expected = markersOfBody(marked, adopted);
  refuseMissing(expected, html, 'HTML', markers);
  refuseMissing(expected, text.text, 'text', markers);
  return {
    subject: toPieces(oneLine(subjectOf(marked, publication, edition)), 'header', markers),
    html: pieces,
    text: text.pieces,
  };
}

/** Every text of the build: what no marker may be part of. */
function everythingIn(data: unknown, ...sets: TemplateSet[]): string {
  const sources = sets.flatMap(({ files }) => [...files.values()].map(({ source }) => source));
  return [JSON.stringify(data), ...sources].join('\n');
}

function subjectOf(
  { subject, number, title }: Issue,
  { prefix, editions }: PublicationConfig,
  edition: Edition,
): string {
  const note = edition === 'highlights' ? (editions.subjectNote ?? '') : '';
  return `${subject ?? `[${prefix === '' ? '' : `${prefix} `}#${number}]: ${title}`} ${note}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Those of the author's markers that stand in the text itself: they must reach both parts. */
function markersOfBody({ intro, sections }: Issue, adopted: string[]): string[] {
  const body = JSON.stringify([intro, sections]);
  return adopted.filter((marker) => body.includes(marker));
}

function refuseMissing(expected: string[], part: string, name: string, markers: Markers): void {
  const counts = markers.count(part);
  const missing = expected.find((marker) => !counts.has(marker));
  if (missing === undefined) return;
  const insertion = markers.get(missing);
  const message = `this expression got lost on the way into the ${name} part; is it in a link that is not https, or left out by a template?`;
  throw misplaced(message, insertion.kind === 'paragraph' ? undefined : insertion.origin);
}
