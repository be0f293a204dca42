/**
 * Letters: mails to one person that are no issue. Data in, a finished mail out; who gets it, when,
 * and under which headers is decided elsewhere.
 *
 * Each kind is a template of its name in `letters/` of templates/email and templates/text, in the
 * layout `letter`; its words are in strings.yaml. A publication replaces any of them.
 */
import type { PublicationConfig } from '../config/types.js';
import { AppError } from '../errors.js';
import { designView } from './design-view.js';
import { directionOf } from './direction.js';
import { createFirstPass } from './first-pass.js';
import { htmlWords, plainWords } from './fixed-words.js';
import { Footnotes } from './footnotes.js';
import { htmlHelpers } from './html-part.js';
import { createHtmlWriter } from './markdown.js';
import { Markers } from './markers.js';
import { compileMjml } from './mjml.js';
import { createPlainWriter } from './plain.js';
import { loadStrings, type Strings } from './strings.js';
import { loadTemplates, type TemplateSet } from './templates.js';
import { wrapText } from './text.js';
import { textHelpers, tidy } from './text-part.js';

/** What each kind of letter needs. URLs are absolute. */
export interface LetterData {
  /** Asks whether they want to join. */
  confirm: { confirmUrl: string; expires: Date };
  /** Somebody typed their address into the form, and they are on the list already. */
  known: { manageUrl: string; expires: Date };
  welcome: {
    /** The latest issue; undefined before the first. */
    latest: { number: number; title: string; url: string } | undefined;
    archiveUrl: string;
    unsubscribeUrl: string;
    preferencesUrl?: string;
  };
  goodbye: { resubscribeUrl: string };
  /** The link that opens everything about them. */
  manage: { manageUrl: string; expires: Date };
  /** To the new address of somebody who changes theirs. */
  move: { confirmUrl: string; address: string; expires: Date };
  /** To the people who run the newsletter. */
  operator: {
    headline: string;
    /** The issue it is about. */
    about?: string;
    text?: string;
    /** A table: what is counted or named, and how it stands. */
    facts: { name: string; value: string }[];
    /** What can be done now, and the command that does it. */
    commands: { does: string; command: string }[];
  };
}

export type LetterKind = keyof LetterData;

/** One finished mail before MIME. Lines end in LF; the subject is one line. */
export interface RenderedLetter {
  subject: string;
  html: string;
  text: string;
}

/**
 * @param options.templatesDir the publication's own `templates/`
 * @throws AppError template_invalid with file and line
 */
export async function renderLetter<K extends LetterKind>(
  kind: K,
  data: LetterData[K],
  publication: PublicationConfig,
  { templatesDir }: { templatesDir?: string } = {},
): Promise<RenderedLetter> {
  const strings = loadStrings(templatesDir);
  const view = letterView(kind, data, publication, strings);
  return {
    subject: view.subject,
    html: await htmlOf(kind, view, loadTemplates('email', templatesDir), strings),
    text: textOf(kind, view, loadTemplates('text', templatesDir), strings),
  };
}

interface LetterView extends Record<string, unknown> {
  publication: PublicationConfig;
  subject: string;
  title: string;
}

function letterView(
  kind: LetterKind,
  data: LetterData[LetterKind],
  publication: PublicationConfig,
  strings: Strings,
): LetterView {
  const { name, language } = publication;
  const values = { ...data, publication: name };
  const text = (part: string) => strings.text(`letters.${kind}.${part}`, values);
  return {
    ...data,
    ...directionOf(language),
    ...('expires' in data && { expires: momentInWords(data.expires, publication) }),
    design: designView(publication),
    publication,
    subject: text('subject').replace(/\s+/g, ' ').trim(),
    title: 'headline' in data ? data.headline : text('title'),
  };
}

/** "27 May 2026 at 14:00 CEST" */
function momentInWords(moment: Date, { language, timezone }: PublicationConfig): string {
  const parts = { dateStyle: 'long', timeStyle: 'long', timeZone: timezone } as const;
  const words = new Intl.DateTimeFormat(language, parts).format(moment);
  return words.replace(/(\d[:.]\d\d)[:.]\d\d/, '$1');
}

async function htmlOf(
  kind: LetterKind,
  view: LetterView,
  templates: TemplateSet,
  strings: Strings,
): Promise<string> {
  const markers = new Markers(JSON.stringify(view));
  const helpers = {
    ...htmlHelpers(createHtmlWriter(view.publication.url)),
    t: htmlWords(strings, { publication: view.publication.name }),
  };
  const pass = createFirstPass(templates, markers, { helpers, noEscape: false });
  const name = `letters/${kind}`;
  const document = pass.render(name, view);
  refuseFields(document, name, templates, markers);
  return compileMjml(document, (line) => pass.locator(name, view)(line));
}

function textOf(
  kind: LetterKind,
  view: LetterView,
  templates: TemplateSet,
  strings: Strings,
): string {
  const markers = new Markers(JSON.stringify(view));
  const footnotes = new Footnotes();
  const writer = createPlainWriter(view.publication.url, footnotes, wrapText);
  const t = plainWords(strings, { publication: view.publication.name });
  const helpers = { ...textHelpers(writer, footnotes), t };
  const pass = createFirstPass(templates, markers, { helpers, noEscape: true });
  const name = `letters/${kind}`;
  const text = tidy(`${pass.render(name, view)}\n\n${footnotes.pending()}`);
  refuseFields(text, name, templates, markers);
  return text;
}

/** A letter is made for one person: its data has what is theirs, and nothing is filled in later. */
function refuseFields(text: string, name: string, { files }: TemplateSet, markers: Markers): void {
  if (!markers.has(text)) return;
  const message = 'a letter has no subscriber fields; it says what its own data holds';
  const file = files.get(name)?.file;
  throw new AppError('template_invalid', message, file === undefined ? {} : { file });
}
