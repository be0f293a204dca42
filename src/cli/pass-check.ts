/** The check every issue passes before it goes out; errors stop it, unless they are forced. */
import { type CheckedIssue, checkRead } from '../check/check.js';
import { canBeForced } from '../check/severities.js';
import type { CheckFinding, CheckSettings } from '../check/types.js';
import { AppError } from '../errors.js';
import type { LoadedIssue, ReadIssue } from '../issue/store.js';
import type { RenderedMail } from '../render/types.js';
import type { Terminal } from './command.js';
import { findingLine, tallyLine, tallyOf } from './finding-lines.js';
import { formatCount } from './ledger-view.js';

/** More would push what matters off the screen. */
const MOST_WARNINGS = 5;

export interface Passed {
  loaded: LoadedIssue;
  errors: number;
  warnings: number;
  /** Codes of the errors that were forced, each once. */
  forced: string[];
}

/**
 * Checks an issue as it was read and says what was found; what passes is the very issue that was
 * checked.
 * @param options.force lets errors pass that leave a mail to send
 * @param options.rendered the issue's mail, where it was made already
 * @throws AppError check_failed
 */
export async function passCheck(
  settings: CheckSettings,
  terminal: Terminal,
  read: ReadIssue,
  { force, rendered }: { force: boolean; rendered?: RenderedMail | undefined },
): Promise<Passed> {
  const checked = await checkRead(settings, read, { rendered });
  const errors = checked.findings.filter(({ severity }) => severity === 'error');
  tell(terminal, checked);
  const { issue } = read;
  const hopeless = errors.filter(({ code }) => !canBeForced(code));
  if (!issue || hopeless.length > 0 || (errors.length > 0 && !force)) {
    throw stopped(checked, errors, hopeless.length > 0 || !issue);
  }
  const forced = [...new Set(errors.map(({ code }) => code))].sort();
  if (forced.length > 0) terminal.note(`${read.file}: goes on in spite of ${forced.join(', ')}`);
  return { loaded: { ...read, issue }, ...tallyOf(checked.findings), forced };
}

/** Every error, the first warnings, and how many there are of either. */
function tell(terminal: Terminal, { file, findings }: CheckedIssue): void {
  if (findings.length === 0) return;
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const shown = new Set(warnings.slice(0, MOST_WARNINGS));
  for (const finding of findings) {
    if (finding.severity === 'error' || shown.has(finding)) terminal.note(findingLine(finding));
  }
  const more = warnings.length - shown.size;
  const rest = more > 0 ? `; \`pressrun check\` lists ${formatCount(more)} more` : '';
  terminal.note(`${file}: ${tallyLine(findings)}${rest}`);
}

function stopped(
  { file, issue }: CheckedIssue,
  errors: CheckFinding[],
  hopeless: boolean,
): AppError {
  const [first] = errors;
  const count = errors.length === 1 ? 'an error' : `${formatCount(errors.length)} errors`;
  const again = `\`pressrun check ${issue?.number ?? file}\``;
  const way = hopeless ? '' : '; with --force it goes out in spite of them, which is noted';
  return new AppError(
    'check_failed',
    `${count}: ${first?.message ?? ''}. ${again} shows all${way}`,
    {
      file: first?.file ?? file,
      ...(first && { line: first.line }),
    },
  );
}
