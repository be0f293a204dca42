/** `pressrun retry ISSUE` and `pressrun resolve ISSUE`: what becomes of the rejected and the doubtful. */
import type { Command } from 'commander';
import type { Reassigned, Whom } from '../delivery/ledger.js';
import { requireLedger, type SendRecord } from '../delivery/send-record.js';
import { statusOf } from '../delivery/status.js';
import type { RecipientStory } from '../delivery/tally.js';
import type { RecipientState } from '../delivery/types.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { formatCount, ledgerLine, plainTable } from './ledger-view.js';
import { addressFrom } from './subscribers.js';
import { noteIdle, sendOf } from './under-way.js';
import { withSystem } from './with-system.js';

interface RetryOptions {
  who?: string;
  class?: string;
}

interface ResolveOptions {
  resend?: boolean;
  assumeSent?: boolean;
  who?: string;
}

export function registerChances(program: Command): void {
  const retry = program
    .command('retry')
    .argument('<issue>', 'number of the issue')
    .description('mail again whom the relay refused for good, or who was given up')
    .option('--who <address>', 'only this person')
    .option('--class <class>', 'only those refused for this reason: a class that `status` names')
    .addHelpText(
      'after',
      '\nWhose address was found dead stays suppressed and is skipped. Nobody who has the issue gets it again.',
    );
  action(retry, (terminal, [issue = ''], options: RetryOptions) =>
    withSystem(terminal, (system) => retryRejected(system, terminal, issue, options)),
  );
  const resolve = program
    .command('resolve')
    .argument('<issue>', 'number of the issue')
    .description('list the people in doubt, or say what becomes of them')
    .option('--resend', 'mail them again, once: some may get the issue a second time')
    .option('--assume-sent', 'count them as accepted: your relay’s log shows their messages')
    .option('--who <address>', 'only this person')
    .addHelpText(
      'after',
      '\nIn doubt is whoever’s worker or connection died between the last byte and the reply.\nLook for them in the log of your relay before you decide.',
    );
  action(resolve, (terminal, [issue = ''], options: ResolveOptions) =>
    withSystem(terminal, (system) => resolveDoubts(system, terminal, issue, options)),
  );
}

async function retryRejected(
  system: System,
  terminal: Terminal,
  issue: string,
  options: RetryOptions,
): Promise<number> {
  const record = await sendOf(system, issue, 'retry');
  requireLedger(record);
  const whom = await whomOf(system, record, options.who, 'rejected');
  const reassigned = await system.chances.retry(record.issue, {
    ...whom,
    ...(options.class !== undefined && { class: options.class }),
  });
  if (reassigned.moved === 0 && options.class !== undefined) {
    terminal.note(
      `Nobody was refused as "${options.class}": \`pressrun status ${issue}\` names the classes.`,
    );
  }
  return await report(system, terminal, record, reassigned, 'will be mailed again');
}

async function resolveDoubts(
  system: System,
  terminal: Terminal,
  issue: string,
  options: ResolveOptions,
): Promise<number> {
  const record = await sendOf(system, issue, 'resolve');
  if (options.resend && options.assumeSent) {
    throw new AppError('usage', 'say either --resend or --assume-sent');
  }
  if (!options.resend && !options.assumeSent) return await listDoubtful(system, terminal, record);
  requireLedger(record);
  const whom = await whomOf(system, record, options.who, 'uncertain');
  const reassigned = options.resend
    ? await system.chances.resend(record.issue, whom)
    : await system.ledger.reassign(record.issue, 'assume', whom);
  if (reassigned.resentBefore > 0) {
    terminal.note(
      `${formatCount(reassigned.resentBefore)} were mailed again before and stay in doubt: nobody is mailed a third time. --assume-sent closes them.`,
    );
  }
  const became = options.resend ? 'will be mailed again' : 'count as accepted';
  return await report(system, terminal, record, reassigned, became);
}

/** @throws AppError when `--who` names somebody the word cannot be about */
async function whomOf(
  { audience, tally }: System,
  { issue }: SendRecord,
  address: string | undefined,
  state: RecipientState,
): Promise<Whom> {
  if (address === undefined) return {};
  const id = audience.idOf(addressFrom(address));
  const story = await tally.story(issue, id);
  if (story === undefined) {
    throw new AppError('subscriber_unknown', `issue ${issue} was not planned for that address`);
  }
  if (story.state === state) return { id };
  throw new AppError(
    'send_refused',
    `that person is ${story.state}, not ${state}: nothing was changed`,
  );
}

async function report(
  system: System,
  terminal: Terminal,
  { issue }: SendRecord,
  { moved, resentBefore }: Reassigned,
  became: string,
): Promise<number> {
  if (moved > 0) await system.queues.sweepNow();
  const status = await statusOf(await sendOf(system, String(issue), 'status'), system);
  terminal.print(`${formatCount(moved)} ${became}.`);
  terminal.print(`#${issue} is ${status.state} · ${ledgerLine(status)}`);
  terminal.document({ moved, resentBefore, ...status });
  await noteIdle(system, terminal, status);
  return EXIT.ok;
}

async function listDoubtful(
  system: System,
  terminal: Terminal,
  { issue }: SendRecord,
): Promise<number> {
  const doubtful: (Omit<RecipientStory, 'at'> & { address: string; at: string })[] = [];
  for await (const { id, at, ...story } of system.tally.recipients(issue, ['uncertain'])) {
    const address = (await system.audience.get(id))?.address ?? '(erased)';
    doubtful.push({ address, ...story, at: new Date(at ?? 0).toISOString() });
  }
  terminal.document({ issue, uncertain: doubtful });
  if (doubtful.length === 0) terminal.print(`Nobody is in doubt about issue ${issue}.`);
  else terminal.print(doubtfulTable(doubtful));
  return EXIT.ok;
}

function doubtfulTable(
  doubtful: { address: string; at: string; resent: boolean; class: string; words: string }[],
): string {
  const table = plainTable(['left', 'left', 'left']);
  table.push(['in doubt', 'since', 'why']);
  for (const { address, at, resent, class: reason, words } of doubtful) {
    table.push([address, at, `${reason}: ${words}${resent ? ' (mailed again before)' : ''}`]);
  }
  return `${table.toString()}\n\nLook for them in your relay’s log, then \`resolve --assume-sent\` or \`resolve --resend\`, each with --who ADDRESS for one.`;
}
