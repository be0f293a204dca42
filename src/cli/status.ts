/** `pressrun status [ISSUE]`: all sends, one send, or one person's story in it. */
import type { Command } from 'commander';
import type { SendRecord } from '../delivery/sends.js';
import { fullStatusOf, statusOf } from '../delivery/status.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { formatCount, plainTable, statusLines } from './ledger-view.js';
import { addressFrom } from './subscribers.js';
import { withSystem } from './with-system.js';

interface StatusOptions {
  who?: string;
  recount?: boolean;
}

export function registerStatus(program: Command): void {
  const command = program
    .command('status')
    .argument('[issue]', 'number of the issue; without it, all sends')
    .description('all sends, or one: ledger, what is in doubt, one person’s story')
    .option('--who <address>', 'what happened to this person')
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
  if (issue === undefined) return await listSends(system, terminal, options);
  const record = await recordOf(system, issue);
  if (options.who !== undefined) return await tellStory(system, terminal, record, options.who);
  if (options.recount) return await recount(system, terminal, record);
  const status = await fullStatusOf(record, system);
  for (const line of statusLines(status)) terminal.print(line);
  terminal.document(status);
  return EXIT.ok;
}

async function recordOf(system: System, issue: string): Promise<SendRecord> {
  if (!/^\d+$/.test(issue)) {
    throw new AppError('usage', `status takes the number of an issue, not "${issue}"`);
  }
  const record = await system.sends.get(Number(issue));
  if (record) return record;
  throw new AppError(
    'send_unknown',
    `issue ${issue} has no send. \`pressrun send ${issue}\` starts one; \`pressrun status\` lists those there are.`,
  );
}

async function listSends(
  system: System,
  terminal: Terminal,
  options: StatusOptions,
): Promise<number> {
  if (options.who !== undefined || options.recount) {
    throw new AppError('usage', '--who and --recount need the number of an issue');
  }
  const records = await system.sends.list();
  const statuses = await Promise.all(records.map((record) => statusOf(record, system)));
  terminal.document(statuses);
  if (statuses.length === 0) terminal.print('Nothing was sent yet.');
  else terminal.print(tableOf(statuses).toString());
  return EXIT.ok;
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

async function tellStory(
  system: System,
  terminal: Terminal,
  record: SendRecord,
  address: string,
): Promise<number> {
  const id = system.audience.idOf(addressFrom(address));
  const story = await system.tally.story(record.issue, id);
  if (story === undefined) {
    throw new AppError(
      'subscriber_unknown',
      `issue ${record.issue} was not planned for that address`,
    );
  }
  const at = story.at === undefined ? undefined : new Date(story.at).toISOString();
  terminal.document({ issue: record.issue, ...story, at });
  terminal.print(
    [
      `${story.state}${at ? `, ${story.state === 'deferred' ? 'due ' : ''}${at}` : ''}`,
      `attempts: ${story.attempts}`,
      ...(story.class ? [`${story.class}${story.words ? `: ${story.words}` : ''}`] : []),
    ].join('\n'),
  );
  return EXIT.ok;
}
