/**
 * check/ looks an issue over before its readers do: what the parser found, then links, pictures,
 * headings, and the mail that comes out of it.
 *
 * It owns severities and what can be mended by itself. It changes no file, needs neither Redis nor
 * keys, and goes on the network only when asked (links/).
 */
import { AppError } from '../errors.js';
import { displayPath } from '../issue/choose.js';
import { highlightsOf } from '../issue/editions.js';
import { type ReadIssue, readIssue } from '../issue/store.js';
import type { Issue } from '../issue/types.js';
import type { RenderedMail } from '../render/types.js';
import { buildMail, filledMail, measure } from './build.js';
import { parseDocument } from './document.js';
import { type AskedLink, askLinks, draftsOf } from './links/check-links.js';
import type { Probe } from './links/probe.js';
import { type Mend, placeOf } from './place.js';
import { checkClientSupport } from './rules/client-support.js';
import { checkContrast } from './rules/contrast.js';
import { checkHead } from './rules/head.js';
import { checkImages } from './rules/images.js';
import { checkLinks } from './rules/links.js';
import { checkHtml, checkSize, checkWayOut } from './rules/mail.js';
import { checkStructure } from './rules/structure.js';
import { severityOf } from './severities.js';
import type { CheckFinding, CheckSettings, Draft, MailSize, Subject } from './types.js';

export interface CheckedIssue {
  /** As the user knows it. */
  file: string;
  /** Absolute. */
  path: string;
  /** Undefined when the file cannot be read as an issue. */
  issue: Issue | undefined;
  /** In the order of the file; findings about templates last. */
  findings: CheckFinding[];
  /** Undefined when no mail could be made. */
  size: MailSize | undefined;
  /** Of the edition of the highlights, where it was asked for and is one of its own. */
  highlights: MailSize | undefined;
  /** What was asked; empty without a probe. */
  links: AskedLink[];
}

export interface CheckOptions {
  /** Asks links on the network; without it nothing is asked. */
  probe?: Probe;
  /** Leaves out what needs the finished mail (size, colours, mail programs), which takes longest. */
  textOnly?: boolean;
  /** Also measures the edition of the highlights. */
  editions?: boolean;
  /** The issue's mail, where it was made already. */
  rendered?: RenderedMail;
}

/**
 * Checks one issue as it is on disk.
 * @param issueArg number or path
 * @throws AppError issue_missing, file_missing; issue_invalid when two files have the number
 */
export async function checkIssue(
  settings: CheckSettings,
  issueArg: string,
  options: CheckOptions = {},
): Promise<CheckedIssue> {
  const read = await readIssue(settings.dir, issueArg, settings.publication);
  return checkRead(settings, read, options);
}

/** The same for an issue that was read already. */
export async function checkRead(
  settings: CheckSettings,
  { issue, findings, ...origin }: ReadIssue,
  { probe, textOnly = false, editions = false, rendered }: CheckOptions = {},
): Promise<CheckedIssue> {
  const parsed: Draft[] = findings.map((finding) => parserDraft(finding, origin.source));
  const { file, path } = origin;
  if (!issue) {
    const { findings } = finish(parsed, origin, settings);
    return { file, path, issue, findings, size: undefined, highlights: undefined, links: [] };
  }
  const subject: Subject = { settings, issue, ...origin };
  const written = [...checkText(subject), ...(await checkImages(subject))];
  const { drafts: ofMail, size } = textOnly ? NO_MAIL : await checkMail(subject, rendered);
  const links = probe ? await askLinks(subject, probe) : [];
  const highlights = editions && size ? await highlightsSize(subject) : undefined;
  const all = [...parsed, ...written, ...draftsOf(links), ...ofMail];
  const { findings: found } = finish(all, origin, settings);
  return { file, path, issue, findings: found, size, highlights, links };
}

/** What can be mended without a decision; no mail is made for it. */
export function mendsOf(
  settings: CheckSettings,
  { issue, findings, ...origin }: ReadIssue,
): Mend[] {
  const parsed = findings.map((finding) => parserDraft(finding, origin.source));
  const text = issue ? checkText({ settings, issue, ...origin }) : [];
  return finish([...parsed, ...text], origin, settings).mends;
}

function checkText(subject: Subject): Draft[] {
  return [...checkHead(subject), ...checkStructure(subject), ...checkLinks(subject)];
}

interface MailFindings {
  drafts: Draft[];
  size: MailSize | undefined;
}

const NO_MAIL: MailFindings = { drafts: [], size: undefined };

async function checkMail(subject: Subject, rendered?: RenderedMail): Promise<MailFindings> {
  const { issue, settings, file } = subject;
  try {
    const mail = rendered ? filledMail(rendered, settings) : await buildMail(issue, settings, file);
    const size = measure(mail, subject);
    const document = parseDocument(mail.html);
    const drafts = [
      ...checkSize(size, settings),
      ...checkHtml(mail, document, settings),
      ...checkWayOut(mail),
      ...checkContrast(document, settings),
      ...(await checkClientSupport(mail, settings)),
    ];
    return { drafts, size };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'template_invalid') throw error;
    return { drafts: [templateDraft(error, settings)], size: undefined };
  }
}

/** The same templates made the whole issue: what is wrong with them was found there. */
async function highlightsSize(subject: Subject): Promise<MailSize | undefined> {
  const { settings, file } = subject;
  const issue = settings.publication.editions.highlights ? highlightsOf(subject.issue) : undefined;
  if (issue === undefined) return undefined;
  return measure(await buildMail(issue, settings, file, 'highlights'), { ...subject, issue });
}

function templateDraft(error: AppError, { dir }: CheckSettings): Draft {
  const { message, file, line = 1 } = error;
  const named = file === undefined ? {} : { file: displayPath(dir, file) };
  return { code: 'template-invalid', line, message, ...named };
}

/** Some of what the parser reports can be mended by itself. */
function parserDraft(
  { code, line, message }: { code: string; line: number; message: string },
  source: string,
): Draft {
  if (code !== 'heading-in-item') return { code, line, message };
  const written = source.split(/\r\n|\r|\n/)[line - 1] ?? '';
  const [, at = ''] = /^( {0,3}#{1,3}(?=[ \t\u00A0]))/.exec(written) ?? [];
  return { code, line, message, ...(at !== '' && { at, replacement: '####' }) };
}

function finish(
  drafts: Draft[],
  { file, source }: { file: string; source: string },
  settings: CheckSettings,
): { findings: CheckFinding[]; mends: Mend[] } {
  const findings: CheckFinding[] = [];
  const mends: Mend[] = [];
  for (const draft of drafts) {
    const severity = severityOf(draft.code, settings.check);
    if (severity === undefined) continue;
    const { line, column, mend } = placeOf(draft, source);
    const { code, message } = draft;
    const place = { file: draft.file ?? file, line, ...(column !== undefined && { column }) };
    findings.push({ code, severity, message, ...place, fixable: mend !== undefined });
    if (mend) mends.push(mend);
  }
  const isElsewhere = (finding: CheckFinding) => Number(finding.file !== file);
  findings.sort(
    (a, b) =>
      isElsewhere(a) - isElsewhere(b) || a.line - b.line || (a.column ?? 0) - (b.column ?? 0),
  );
  return { findings, mends };
}
