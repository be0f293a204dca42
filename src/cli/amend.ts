/**
 * `pressrun amend ISSUE`: a mistake noticed while the issue goes out is mended for the rest.
 *
 * The send is paused first, so that nobody further gets the mistake while a person reads and
 * confirms; then the file as it is now is frozen as the next revision, and the send goes on.
 */
import type { Command } from 'commander';
import { nextRevision, type SendRecord } from '../delivery/send-record.js';
import { fullStatusOf, type SendStatus } from '../delivery/status.js';
import { AppError } from '../errors.js';
import { readIssue } from '../issue/store.js';
import type { System } from '../system.js';
import { type ApprovalOptions, approvalFlags, approve, subjectOf } from './approve.js';
import { action, EXIT, type Terminal } from './command.js';
import { confirm } from './confirm.js';
import { formatCount, statusLines } from './ledger-view.js';
import { noteIdle, sendOf } from './under-way.js';
import { withSystem } from './with-system.js';

interface AmendOptions extends ApprovalOptions {
  yes?: boolean;
  loopback?: boolean;
}

export function registerAmend(program: Command): void {
  const command = program
    .command('amend')
    .argument('<issue>', 'number of the issue')
    .description('send the file as it is now to everybody who was not mailed yet')
    .option('--yes', 'do not ask before going on')
    .option('--loopback', 'rehearsal on this machine: accept a loopback publication.url')
    .addHelpText(
      'after',
      `
The send is paused at once; the file is frozen as a further revision; the send goes on with it.
Of a scheduled send, the file replaces what was frozen; the time stays.
Nobody gets both: who has the older revision keeps it, and \`status\` says how many have which.
Whatever goes wrong in between leaves the send paused: \`resume\` goes on with the older revision.`,
    );
  action(approvalFlags(command), (terminal, [issue = ''], options: AmendOptions) =>
    withSystem(terminal, (system) => amend(system, terminal, issue, options)),
  );
}

async function amend(
  system: System,
  terminal: Terminal,
  issueArgument: string,
  options: AmendOptions,
): Promise<number> {
  const before = await sendOf(system, issueArgument, 'amend');
  const wasRunning = await standStill(system, terminal, before);
  try {
    return await amendStanding(system, terminal, issueArgument, { ...options, wasRunning });
  } catch (error) {
    if (wasRunning) {
      terminal.note(
        `#${before.issue} is paused still: \`pressrun amend ${before.issue}\` tries again, \`pressrun resume ${before.issue}\` goes on as it was.`,
      );
    }
    throw error;
  }
}

async function amendStanding(
  system: System,
  terminal: Terminal,
  issueArgument: string,
  options: AmendOptions & { wasRunning: boolean },
): Promise<number> {
  const record = await sendOf(system, issueArgument, 'amend');
  const { dir, publication } = system.config;
  const read = await readIssue(dir, String(record.issue), publication);
  const revision = nextRevision(record);
  const loopback = options.loopback === true || record.loopback;
  const at = record.state === 'scheduled' ? record.scheduledFor : undefined;
  const { force, by } = options;
  const frozen = await approve(system, terminal, read, { revision, loopback, at, force, by });
  const status = await fullStatusOf(record, system);
  terminal.print(`#${record.issue} ${subjectOf(frozen)}`);
  if (record.state === 'scheduled') {
    if (!options.yes && !(await confirm('Send this instead of what is scheduled?'))) {
      terminal.note('Nothing was amended: what is scheduled stays.');
      return EXIT.failed;
    }
  } else {
    terminal.print(outlook(status, revision));
    if (!options.yes && !(await confirm(`Send revision ${revision} to the rest?`))) {
      terminal.note(`Nothing was amended. \`pressrun resume ${record.issue}\` goes on as it was.`);
      return EXIT.failed;
    }
  }
  await system.sends.amend(record, frozen);
  if (options.wasRunning) await system.sends.resume(record.issue);
  await system.queues.sweepNow();
  return await report(system, terminal, record.issue);
}

/** Pauses a send that runs; returns whether it ran. @throws AppError send_refused */
async function standStill(
  { sends }: System,
  terminal: Terminal,
  { issue, state }: SendRecord,
): Promise<boolean> {
  if (state === 'paused' || state === 'halted' || state === 'scheduled') return false;
  if (state !== 'planning' && state !== 'sending') {
    throw new AppError(
      'send_refused',
      `the send of issue ${issue} is ${state}: nobody is left whom an amendment could reach`,
    );
  }
  await sends.pause(issue);
  terminal.note(`#${issue} is paused: nobody further gets the revision that was going out.`);
  return true;
}

function outlook({ ledger, revisions }: SendStatus, revision: number): string {
  const had = revisions
    .filter(({ recipients }) => recipients > 0)
    .map((one) => `${formatCount(one.recipients)} have revision ${one.revision}`);
  const rest = `up to ${formatCount(ledger.remaining + ledger.deferred)} will get revision ${revision}`;
  return [...had, rest].join(', ');
}

async function report(system: System, terminal: Terminal, issue: number): Promise<number> {
  const status = await fullStatusOf(await sendOf(system, String(issue), 'amend'), system);
  for (const line of statusLines(status)) terminal.print(line);
  terminal.document(status);
  await noteIdle(system, terminal, status);
  return EXIT.ok;
}
