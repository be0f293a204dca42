/** `pressrun status [ISSUE]`: all sends, one send, or one person's story in it. */
import type { Command } from 'commander';
import type { SendRecord } from '../delivery/send-record.js';
import { formatMoment } from '../delivery/send-time.js';
import { nextSlots, scheduleOf } from '../delivery/slots.js';
import { fullStatusOf, statusOf } from '../delivery/status.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { formatCount, plainTable, statusLines } from './ledger-view.js';
import { tellStory } from './story.js';
import { sendOf } from './under-way.js';
import { withSystem } from './with-system.js';

const SLOTS_SHOWN = 4;

interface StatusOptions {
  who?: string;
  recount?: boolean;
}

export function registerStatus(program: Command): void {
  const command = program
    .command('status')
    .argument('[issue]', 'number of the issue; without it, all sends')
    .description('all sends, or one: ledger, what is in doubt, one person’s story')
    .option('--who <address>', 'what happened to this person, in that send or in all')
    .option('--recount', 'count again from the states of the recipients and compare');
  action(command, (terminal, [issue], options: StatusOptions) =>
    withSystem(terminal, (system) => show(system, terminal, issue, options)),
  );
}

async function show(
  system: System,
  terminal: Terminal,
  issue: string | undefined,
  options: StatusOptions,
): Promise<number> {
  const record = issue === undefined ? undefined : await sendOf(system, issue, 'status');
  if (options.who !== undefined) return await tellStory(system, terminal, record, options.who);
  if (record === undefined) return await listSends(system, terminal, options);
  if (options.recount) return await recount(system, terminal, record);
  const status = await fullStatusOf(record, system);
  for (const line of statusLines(status)) terminal.print(line);
  terminal.document(status);
  return EXIT.ok;
}

async function listSends(
  system: System,
  terminal: Terminal,
  options: StatusOptions,
): Promise<number> {
  if (options.recount) throw new AppError('usage', '--recount needs the number of an issue');
  const records = await system.sends.list();
  const statuses = await Promise.all(records.map((record) => statusOf(record, system)));
  terminal.document(statuses);
  if (statuses.length === 0) terminal.print('Nothing was sent yet.');
  else terminal.print(tableOf(statuses).toString());
  for (const line of slotLines(system, records)) terminal.print(line);
  return EXIT.ok;
}

/** The next slots of `delivery.schedule` and what goes out in them. */
function slotLines({ config }: System, records: readonly SendRecord[]): string[] {
  const schedule = scheduleOf(config);
  if (schedule === undefined) return [];
  const slots = nextSlots(schedule, records, Date.now(), SLOTS_SHOWN).map(
    ({ at, issue }) =>
      `  ${formatMoment(at, schedule.timezone)}  ${issue === undefined ? 'free' : `#${issue}`}`,
  );
  return ['', 'next slots (send ISSUE --at next):', ...slots];
}

function tableOf(statuses: Awaited<ReturnType<typeof statusOf>>[]): ReturnType<typeof plainTable> {
  const words = [
    'planned',
    'accepted',
    'rejected',
    'skipped',
    'uncertain',
    'deferred',
    'remaining',
  ] as const;
  const table = plainTable(['right', 'left', 'left', ...words.map(() => 'right' as const)]);
  table.push(['issue', 'title', 'state', ...words]);
  for (const { issue, title, state, ledger } of statuses) {
    const short = title.length > 40 ? `${title.slice(0, 39)}…` : title;
    table.push([String(issue), short, state, ...words.map((word) => formatCount(ledger[word]))]);
  }
  return table;
}

async function recount(system: System, terminal: Terminal, record: SendRecord): Promise<number> {
  const [counters, recounted] = await Promise.all([
    system.tally.counts(record.issue),
    system.tally.recount(record.issue),
  ]);
  const agree = JSON.stringify(counters) === JSON.stringify(recounted);
  terminal.document({ issue: record.issue, state: record.state, agree, ...counters, recounted });
  const table = plainTable(['left', 'right', 'right']);
  table.push(['', 'counter', 'recounted']);
  for (const [word, count] of Object.entries(counters.ledger)) {
    table.push([word, formatCount(count), formatCount(Object(recounted.ledger)[word])]);
  }
  terminal.print(table.toString());
  terminal.print(
    agree ? 'The counters agree with the states.' : 'The counters DISAGREE with the states.',
  );
  return agree ? EXIT.ok : EXIT.failed;
}
