/** `pressrun check`: what is wrong with issues, before their readers find out. */
import type { Command } from 'commander';
import { type CheckedIssue, checkIssue } from '../check/check.js';
import type { AskedLink } from '../check/links/check-links.js';
import { rememberLinks } from '../check/links/memory.js';
import { createProbe, type Probe } from '../check/links/probe.js';
import { mendIssue } from '../check/mend.js';
import type { Mend } from '../check/place.js';
import type { CheckSettings, MailSize } from '../check/types.js';
import { loadSettings, type Settings, standInSettings } from '../config/load.js';
import { AppError } from '../errors.js';
import { chooseIssues } from '../issue/store.js';
import { action, EXIT, type Terminal } from './command.js';
import { editionWords } from './edition-words.js';
import { findingLine, highlightsLine, sizeLine, tallyLine, tallyOf } from './finding-lines.js';

interface CheckCommandOptions {
  all?: boolean;
  fix?: boolean;
  links?: boolean;
  strict?: boolean;
}

const HELP = `
Without an issue, the newest one is checked. Every finding has a code; docs/check.md explains each, and
"check.rules" in pressrun.yaml turns it off or changes how much it counts.

Exit codes: 0 no errors (with --strict: no findings), 1 errors, 2 wrong command line.`;

export function registerCheck(program: Command): void {
  const command = program
    .command('check')
    .argument('[issue...]', 'numbers of issues, or paths of their files')
    .description('lint: structure, references, links, size, accessibility, client support')
    .option('--all', 'check every issue')
    .option('--fix', 'mend what can be mended without a decision, and say what was changed')
    .option('--links', 'also ask every link whether it still leads somewhere')
    .option('--strict', 'let warnings fail')
    .addHelpText('after', HELP);
  action(command, (terminal, issues, options: CheckCommandOptions) =>
    check(terminal, issues, options),
  );
}

interface Result extends CheckedIssue {
  mended: Mend[];
}

async function check(
  terminal: Terminal,
  issues: string[],
  options: CheckCommandOptions,
): Promise<number> {
  if (options.all && issues.length > 0) {
    throw new AppError('usage', 'name issues, or say --all, but not both');
  }
  const settings = await settingsOf(terminal);
  const chosen =
    issues.length > 0 ? issues : await chooseIssues(settings.dir, options.all ? 'all' : 'newest');
  const links = options.links ? await openLinks(settings) : undefined;
  const results: Result[] = [];
  for (const issue of chosen) {
    const mended = options.fix ? await mendIssue(settings, issue) : [];
    const probe = links && { probe: links.probe };
    const checked = await checkIssue(settings, issue, { ...probe, editions: true });
    const result = { ...checked, mended };
    print(terminal, result, settings);
    results.push(result);
  }
  await links?.save();
  return finish(terminal, results, options.strict === true);
}

/** A file can be checked without a publication around it, as it can be shown. */
async function settingsOf(terminal: Terminal): Promise<Settings> {
  try {
    return await loadSettings(terminal.dir);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'config_missing') throw error;
    terminal.note('No pressrun.yaml here: checked as an issue of a publication without a name.');
    return standInSettings(terminal.dir);
  }
}

function openLinks(settings: Settings): Promise<{ probe: Probe; save(): Promise<void> }> {
  const { linkTimeoutMs, linksPerHost } = settings.check;
  const probe = createProbe({ timeoutMs: linkTimeoutMs, perHost: linksPerHost });
  return rememberLinks(settings.dataDir, probe, Date.now());
}

function print(terminal: Terminal, result: Result, settings: CheckSettings): void {
  for (const { line, code, before, after } of result.mended) {
    terminal.print(`${result.file}:${line}: fixed ${code}: ${before} → ${after}`);
  }
  for (const finding of result.findings) terminal.print(findingLine(finding));
  terminal.print(`${result.file}: ${tallyLine(result.findings)}${sizeLine(result, settings)}`);
  const editions = result.size && result.issue && editionWords(settings.publication, result.issue);
  if (editions) terminal.print(`${result.file}: ${editions}${highlightsLine(result)}`);
  const unsaid = result.links.filter(({ outcome }) => outcome.kind === 'unknown');
  if (result.links.length > 0) {
    const beside = unsaid.length > 0 ? `, ${unsaid.length} of them did not answer a program` : '';
    terminal.print(`${result.file}: ${result.links.length} links were asked${beside}`);
  }
}

function finish(terminal: Terminal, results: Result[], strict: boolean): number {
  const { errors, warnings } = tallyOf(results.flatMap(({ findings }) => findings));
  const ok = errors === 0 && !(strict && warnings > 0);
  terminal.document({ ok, errors, warnings, issues: results.map(toDocument) });
  return ok ? EXIT.ok : EXIT.failed;
}

function toDocument({ file, issue, findings, size, highlights, mended, links }: Result) {
  return {
    file,
    number: issue?.number,
    title: issue?.title,
    ...tallyOf(findings),
    findings,
    fixed: mended.map(({ code, line, before, after }) => ({ code, line, before, after })),
    htmlBytes: size && {
      ...bytesOf(size),
      ...(highlights && { highlights: bytesOf(highlights) }),
      averageItem: size.averageItem,
      items: size.items,
    },
    ...(links.length > 0 && { links: links.map(linkDocument) }),
  };
}

function bytesOf({ typical, longest, decoded }: MailSize) {
  return { typical, longest, decoded };
}

function linkDocument({ url, line, outcome }: AskedLink) {
  return { url, line, ...outcome };
}
