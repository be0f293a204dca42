/** `pressrun restore FILE`: a backup takes the place of what is in Redis. */
import type { Command } from 'commander';
import type { RestorePlan, RestoreReport } from '../backup/restore.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { confirm } from './confirm.js';
import { keyProgress } from './key-progress.js';
import { formatCount } from './ledger-view.js';
import { withSystem } from './with-system.js';

interface Options {
  journal?: string[];
  replace?: boolean;
  withoutJournals?: boolean;
  yes?: boolean;
}

export function registerRestore(program: Command): void {
  const command = program
    .command('restore')
    .argument('<file>', 'a file that `pressrun backup` wrote')
    .description('put a backup in the place of what is in Redis, and do again what came after it')
    .option(
      '--journal <path...>',
      'journals of other hosts, or copies of lost ones: files or folders',
    )
    .option('--replace', 'remove what is in Redis first')
    .option('--without-journals', 'restore although a journal is missing: who left is back')
    .option('--yes', 'do not ask before removing anything')
    .addHelpText(
      'after',
      `
Stop \`pressrun start\` everywhere first, and start it again afterwards.
Whoever left, was suppressed or erased after the backup stays so: that is in the journal of each
host (.pressrun/journal/; this host's is read by itself). Sends that were open, or began after the
backup, are halted with everybody in doubt who may have been mailed since: nobody is mailed twice.`,
    );
  action(command, (terminal, [file = ''], options: Options) =>
    withSystem(terminal, (system) => restore(system, terminal, file, options), { restoring: true }),
  );
}

async function restore(
  { backups }: System,
  terminal: Terminal,
  file: string,
  options: Options,
): Promise<number> {
  const plan = await backups.planRestore(file, options.journal ?? []);
  const { createdAt } = plan.header;
  terminal.print(`${file}: a whole backup of ${createdAt}, ${formatCount(plan.keys)} keys`);
  refuseGaps(plan, options.withoutJournals === true);
  refuseLoss(plan, options.replace === true);
  for (const { file: journal, line } of plan.journal.damaged) {
    terminal.note(`${journal}:${line}: a line that cannot be read, torn by a crash or damaged`);
  }
  if (!plan.empty && !options.yes) {
    const question = 'Remove what is in Redis now, and restore this backup in its place?';
    if (!(await confirm(question))) return EXIT.failed;
  }
  const progress = keyProgress(terminal, 'restoring', plan.keys);
  const report = await backups.restore(plan, progress.at).finally(() => progress.stop());
  for (const line of reportLines(report)) terminal.print(line);
  terminal.document({ ...report, gaps: plan.gaps });
  return EXIT.ok;
}

/** @throws AppError restore_refused */
function refuseGaps({ gaps, header }: RestorePlan, accepted: boolean): void {
  if (gaps.length === 0 || accepted) return;
  throw new AppError(
    'restore_refused',
    `what happened after ${header.createdAt} is not fully known: ${gaps.join('; ')}. ` +
      'Whoever left since would be mailed again, and issues sent since could be sent twice. ' +
      'Give it with --journal PATH, or say --without-journals if it is lost',
  );
}

/** @throws AppError restore_refused */
function refuseLoss({ empty }: RestorePlan, accepted: boolean): void {
  if (empty || accepted) return;
  throw new AppError(
    'restore_refused',
    'Redis holds this publication already: --replace removes all of it first. Back it up before you do',
  );
}

function reportLines(report: RestoreReport): string[] {
  const { subscribers, backupOf, repeated, lostNewcomers, halted } = report;
  const { left, suppressed, erased } = repeated;
  return [
    `Restored: ${formatCount(subscribers)} subscribers, as of ${backupOf}.`,
    `Done again from the journals: ${formatCount(left)} left, ${formatCount(suppressed)} suppressed, ${formatCount(erased)} erased.`,
    ...(lostNewcomers > 0
      ? [
          `${formatCount(lostNewcomers)} people who came after the backup are lost: import them again.`,
        ]
      : []),
    ...halted.map(
      ({ issue, inDoubt }) =>
        `#${issue} is halted, with ${formatCount(inDoubt)} people in doubt: \`pressrun status ${issue}\` says what to do.`,
    ),
    'Now start `pressrun start` again: this installation has a new id.',
  ];
}
