/**
 * `pressrun send ISSUE`: freeze, plan, and see it through.
 *
 * A send of this issue that has not ended is taken up again, whatever the file says by now; one
 * that has ended is refused. With no worker connected this process does the work itself.
 */
import type { Command } from 'commander';
import type { Config } from '../config/types.js';
import { OPEN_STATES } from '../delivery/moves.js';
import { contentHashOf, requireLedger, type SendRecord } from '../delivery/send-record.js';
import { AppError } from '../errors.js';
import { readIssue } from '../issue/store.js';
import type { System } from '../system.js';
import { checkDoor } from '../web/door.js';
import { type ApprovalOptions, approvalFlags, approve, checkedOf, subjectOf } from './approve.js';
import { action, EXIT, type Terminal } from './command.js';
import { confirm } from './confirm.js';
import { editionsOf } from './edition-words.js';
import { formatCount } from './ledger-view.js';
import {
  appointmentOf,
  type Begun,
  goOnScheduled,
  type ScheduleOptions,
  scheduleNew,
} from './schedule.js';
import { seeThrough } from './see-through.js';
import { withSystem } from './with-system.js';

interface SendOptions extends ScheduleOptions, ApprovalOptions {
  newcomers?: boolean;
}

export function registerSend(program: Command): void {
  const command = program
    .command('send')
    .argument('<issue>', 'number of the issue, or path of its file')
    .description('plan and send an issue; live progress and the ledger')
    .option(
      '--at <time>',
      'freeze it now, send it then: "2026-12-02 09:00", with an offset or Z, or "next" (slot)',
    )
    .option('--dry-run', 'check everything, say what would be sent, send nothing')
    .option('--yes', 'do not ask before sending')
    .option('--wait', 'wait until the send has ended, retries included')
    .option('--newcomers', 'of an issue that was sent: mail it to those who joined since')
    .option('--loopback', 'rehearsal on this machine: accept a loopback publication.url');
  action(approvalFlags(command), (terminal, [issue = ''], options) =>
    withSystem(terminal, (system) => send(system, terminal, issue, options)),
  );
}

async function send(
  system: System,
  terminal: Terminal,
  issueArgument: string,
  options: SendOptions,
): Promise<number> {
  // By number a send is found even when its file is gone.
  const known = /^\d+$/.test(issueArgument)
    ? await system.sends.get(Number(issueArgument))
    : undefined;
  const begun = await (known
    ? goOn(system, terminal, known, options)
    : begin(system, terminal, issueArgument, options));
  return begun.kind === 'not-begun'
    ? begun.exitCode
    : await seeThrough(system, terminal, begun.issue, options);
}

/** A send of this issue exists. @throws AppError send_refused */
async function goOn(
  system: System,
  terminal: Terminal,
  record: SendRecord,
  options: SendOptions,
): Promise<Begun> {
  if (options.newcomers) return await addNewcomers(system, terminal, record, options);
  if (record.state === 'scheduled') return await goOnScheduled(system, terminal, record, options);
  if (options.at !== undefined) {
    throw new AppError(
      'send_refused',
      `issue ${record.issue} has a send already, which is ${record.state}: --at is for one that has not begun`,
    );
  }
  return takeUp(record, terminal, options);
}

/** Goes on with a send of this issue. @throws AppError send_refused, when it has ended */
function takeUp({ issue, state }: SendRecord, terminal: Terminal, options: SendOptions): Begun {
  const refuse = (words: string): AppError => new AppError('send_refused', words);
  if (state === 'halted') {
    throw refuse(
      `the send of issue ${issue} is halted. \`pressrun status ${issue}\` says why, \`pressrun resume ${issue}\` goes on.`,
    );
  }
  if (!OPEN_STATES.includes(state)) {
    throw refuse(
      `issue ${issue} was sent: that send is ${state}. Nobody is mailed an issue twice. \`pressrun status ${issue}\` shows what became of it${
        state === 'finished'
          ? '; `retry` mails those who were refused, `resolve` those in doubt, `send --newcomers` those who joined since'
          : ''
      }.`,
    );
  }
  if (options.dryRun)
    throw refuse(`issue ${issue} is ${state} already: there is nothing left to try out.`);
  terminal.note(
    state === 'paused'
      ? `#${issue} is paused: \`pressrun resume ${issue}\` goes on.`
      : `#${issue} is ${state} already: going on with that send.`,
  );
  return { kind: 'begun', issue };
}

/** Freezes and starts a new send. */
async function begin(
  system: System,
  terminal: Terminal,
  issueArgument: string,
  options: SendOptions,
): Promise<Begun> {
  const { config, sends, queues } = system;
  const read = await readIssue(config.dir, issueArgument, config.publication);
  const { issue } = read;
  const record = issue && (await sends.get(issue.number));
  if (record) return await goOn(system, terminal, record, options);
  if (issue && options.newcomers) {
    throw new AppError(
      'send_refused',
      `issue ${issue.number} was not sent yet: without --newcomers it goes to everybody`,
    );
  }
  const appointment =
    issue && options.at !== undefined
      ? await appointmentOf(system, options.at, issue.number)
      : undefined;
  const { active } = await system.audience.stats();
  // Whoever is on the list at the time gets what is scheduled.
  if (active === 0 && appointment === undefined) {
    throw new AppError(
      'send_refused',
      'nobody to send to: the audience has no active subscriber. ' +
        'Add some with `pressrun subscribers import FILE.csv`.',
    );
  }
  const loopback = options.loopback === true;
  const at = appointment?.at;
  const { force, by } = options;
  const frozen = await approve(system, terminal, read, { revision: 1, loopback, at, force, by });
  if (appointment) return await scheduleNew(system, terminal, frozen, { appointment, options });
  const summary = {
    issue: frozen.issue.number,
    subject: subjectOf(frozen),
    recipients: active,
    relay: relayName(config),
    contentHash: contentHashOf(frozen),
    editions: editionsOf(frozen),
    check: checkedOf(frozen),
  };
  terminal.print(`#${summary.issue} ${frozen.issue.title}`);
  terminal.print(`to ${formatCount(active)} subscribers through ${summary.relay}`);
  if (options.dryRun) {
    terminal.print('Nothing was sent (--dry-run).');
    terminal.document({ ...summary, dryRun: true });
    return { kind: 'not-begun', exitCode: EXIT.ok };
  }
  if (!options.yes && !(await confirm('Send it now?'))) {
    return { kind: 'not-begun', exitCode: EXIT.failed };
  }
  // Somebody else may have been first by now: then it is their send that goes on.
  if (await sends.create(frozen)) await queues.enqueuePlan(frozen.issue.number);
  return { kind: 'begun', issue: frozen.issue.number };
}

/** Appends to the ledger whoever may be mailed now and is not in it. */
async function addNewcomers(
  system: System,
  terminal: Terminal,
  record: SendRecord,
  options: SendOptions,
): Promise<Begun> {
  requireLedger(record);
  const { issue, title } = record;
  const { config, chances, ledger, queues } = system;
  await checkDoor(config, system.instanceId, { loopback: options.loopback === true });
  const newcomers = await ledger.countNewcomers(issue);
  terminal.print(`#${issue} ${title}`);
  terminal.print(`to ${formatCount(newcomers)} who joined since, through ${relayName(config)}`);
  if (options.dryRun) {
    terminal.print('Nothing was sent (--dry-run).');
    terminal.document({ issue, newcomers, dryRun: true });
    return { kind: 'not-begun', exitCode: EXIT.ok };
  }
  if (newcomers > 0 && !options.yes && !(await confirm('Send it to them now?'))) {
    return { kind: 'not-begun', exitCode: EXIT.failed };
  }
  await chances.addNewcomers(issue);
  await queues.sweepNow();
  return { kind: 'begun', issue };
}

/** The relays, without user and password. */
function relayName({ smtp }: Config): string {
  const names = smtp.relays.map(({ url }) => {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  });
  return names.join(' and ');
}
