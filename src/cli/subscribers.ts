/** `pressrun subscribers …`: the audience from the command line. */

import { createWriteStream } from 'node:fs';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { type Address, parseAddress } from '../audience/address.js';
import { exportCsv } from '../audience/csv-export.js';
import { COLUMNS, parseAttributes } from '../audience/csv-file.js';
import { importCsv } from '../audience/csv-import.js';
import type { Consent, Subscriber } from '../audience/types.js';
import { didYouMean } from '../config/did-you-mean.js';
import { AppError } from '../errors.js';
import { forgetHistory } from '../redis/rewrite.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { confirm } from './confirm.js';
import { editionFrom } from './edition-words.js';
import { formatCount, plainTable } from './ledger-view.js';
import { withSystem } from './with-system.js';

type Options = Record<string, unknown>;
type Verb = (
  system: System,
  terminal: Terminal,
  args: string[],
  options: Options,
) => Promise<number>;

export function registerSubscribers(program: Command): void {
  const group = program.command('subscribers').description('the audience: import, look up, let go');
  const verb = (signature: string, description: string, run: Verb): Command => {
    const command = group.command(signature).description(description);
    return action(command, (terminal, args, options) =>
      withSystem(terminal, (system) => run(system, terminal, args, options)),
    );
  };
  verb(
    'import <file>',
    'add people from a CSV: email, name, attributes (a JSON object), edition',
    importFile,
  )
    .option('--strict', 'refuse the whole file when a row is faulty')
    .addHelpText('after', IMPORT_HELP);
  verb('export', 'write everybody as CSV', exportFile)
    .option('--out <file>', 'to this file instead of stdout')
    .option('--spreadsheet', 'make cells safe to open in a spreadsheet (not for importing again)');
  verb('add <address>', 'add one person', add)
    .option('--name <name>', 'their name')
    .option('--attributes <json>', 'a JSON object, e.g. \'{"city": "Bonn"}\'')
    .option('--edition <edition>', 'what they get in the mail: full or highlights');
  verb('edition <address> <edition>', 'give one person the full issue or its highlights', choose);
  verb('show <address>', 'what is known of one person', show);
  verb('unsubscribe <address>', 'let one person go; takes effect at once', unsubscribe);
  verb(
    'erase <address>',
    'forget everything about one person, and never mail them again',
    erase,
  ).option('--yes', 'do not ask before');
  verb('stats', 'how many there are', stats);
  verb('reasons', 'why readers left, in so far as they said', reasons);
}

const IMPORT_HELP = `
People on the list already are updated; whoever left stays away. A column that is missing changes
nothing. Nor does an empty edition, but "full" and "highlights" count over what readers chose since:
take that column out of an export before you import it again.`;

async function importFile(
  system: System,
  terminal: Terminal,
  [file = '']: string[],
  options: Options,
): Promise<number> {
  const report = await importWithProgress(system, terminal, file, options.strict === true);
  for (const column of report.ignored) {
    const meant = didYouMean(column, COLUMNS);
    terminal.note(
      `Column not known and not imported: ${column}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    );
  }
  const MOST_SHOWN = 20;
  for (const { line, reason } of report.invalid.slice(0, MOST_SHOWN)) {
    terminal.note(`${file}:${line}: ${reason}`);
  }
  const more = report.invalid.length - MOST_SHOWN;
  if (more > 0) terminal.note(`and ${formatCount(more)} further faulty rows (--json has all)`);
  const { imported, updated, unchanged, suppressed, invalid } = report;
  terminal.print(
    `imported ${formatCount(imported)} · updated ${formatCount(updated)} · unchanged ${formatCount(unchanged)}` +
      ` · suppressed ${formatCount(suppressed)} · invalid ${formatCount(invalid.length)}`,
  );
  terminal.document(report);
  return EXIT.ok;
}

/** Imports a file, with a progress bar on a terminal. */
export async function importWithProgress(
  system: System,
  terminal: Terminal,
  file: string,
  strict: boolean,
): ReturnType<typeof importCsv> {
  if (!terminal.interactive) return await importCsv(system.audience, file, { strict });
  const bar = new SingleBar({
    format: 'importing {bar} {percentage} % · {value}/{total}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  });
  let started = false;
  try {
    return await importCsv(system.audience, file, {
      strict,
      onProgress(done, total) {
        if (!started) bar.start(total, 0);
        started = true;
        bar.update(done);
      },
    });
  } finally {
    if (started) bar.stop();
  }
}

async function exportFile(
  { audience }: System,
  terminal: Terminal,
  _args: string[],
  options: Options,
): Promise<number> {
  const { out, spreadsheet } = options;
  if (typeof out !== 'string' && terminal.json) {
    throw new AppError('usage', 'export writes CSV to stdout: with --json say --out FILE');
  }
  const target = typeof out === 'string' ? createWriteStream(out, { mode: 0o600 }) : process.stdout;
  const exported = await exportCsv(audience, target, { spreadsheet: spreadsheet === true });
  terminal.note(`${formatCount(exported)} subscribers exported`);
  terminal.document({ exported, file: out });
  return EXIT.ok;
}

async function add(
  { audience }: System,
  terminal: Terminal,
  [text = '']: string[],
  options: Options,
): Promise<number> {
  const address = addressFrom(text);
  const attributes = parseAttributes(options.attributes as string | undefined);
  if (typeof attributes === 'string') throw new AppError('usage', attributes);
  const consent = { source: 'operator', at: Math.floor(Date.now() / 1000) };
  const edition = editionFrom(options.edition as string | undefined);
  const row = { address, name: options.name as string | undefined, attributes, edition };
  const [outcome] = await audience.put([row], consent);
  if (outcome === 'suppressed') {
    throw new AppError(
      'subscriber_left',
      'that person left, was erased or is suppressed: only they themselves can come back',
    );
  }
  const words = { imported: 'added', updated: 'updated', unchanged: 'on the list already' };
  terminal.print(words[outcome ?? 'unchanged']);
  terminal.document({ outcome: outcome === 'imported' ? 'added' : outcome });
  return EXIT.ok;
}

async function choose(
  { audience }: System,
  terminal: Terminal,
  [text = '', written = '']: string[],
): Promise<number> {
  const edition = editionFrom(written);
  if (edition === undefined) throw new AppError('usage', 'write full or highlights');
  const subscriber = await audience.get(audience.idOf(addressFrom(text)));
  if (subscriber === undefined) throw unknown();
  if (!(await audience.chooseEdition(subscriber.id, edition))) {
    throw new AppError('subscriber_left', `that person gets no issues: ${subscriber.status}`);
  }
  terminal.print(
    `${subscriber.address} gets ${edition === 'full' ? 'the whole issue' : 'the highlights'}`,
  );
  terminal.document({ edition });
  return EXIT.ok;
}

async function show(
  { audience }: System,
  terminal: Terminal,
  [text = '']: string[],
): Promise<number> {
  const id = audience.idOf(addressFrom(text));
  const [subscriber, suppression] = await Promise.all([audience.get(id), audience.suppression(id)]);
  if (subscriber === undefined && suppression === undefined) throw unknown();
  const suppressed = suppression && { reason: suppression.reason, at: isoTime(suppression.at) };
  terminal.document({
    ...(subscriber && documentOf(subscriber)),
    ...(suppressed && { suppressed }),
  });
  const table = plainTable(['left', 'left']);
  for (const [field, value] of Object.entries(subscriber ? documentOf(subscriber) : {})) {
    table.push([field, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  if (suppressed) table.push(['suppressed', `${suppressed.reason}, ${suppressed.at}`]);
  terminal.print(table.toString());
  return EXIT.ok;
}

async function unsubscribe(
  { audience }: System,
  terminal: Terminal,
  [text = '']: string[],
): Promise<number> {
  const id = audience.idOf(addressFrom(text));
  // A typing error must not suppress whoever has that address.
  if ((await audience.get(id)) === undefined) throw unknown();
  const { kind } = await audience.unsubscribe(id, { how: 'operator' });
  terminal.print(kind === 'left' ? 'unsubscribed' : 'had left already');
  terminal.document({ outcome: kind === 'left' ? 'unsubscribed' : 'already' });
  return EXIT.ok;
}

async function erase(
  { audience, redis }: System,
  terminal: Terminal,
  [text = '']: string[],
  options: Options,
): Promise<number> {
  const id = audience.idOf(addressFrom(text));
  if (!options.yes && !(await confirm('Erase everything about this person?'))) return EXIT.failed;
  const known = await audience.erase(id);
  terminal.print(
    known ? 'erased' : 'nobody with that address was on the list; it is suppressed now',
  );
  // Also when nobody was there: an earlier try may have ended before this.
  const history = await forgetHistory(redis.client);
  if (history === 'refused') {
    terminal.note(
      'The Redis server did not rewrite its append-only file, which still holds the address: run BGREWRITEAOF there.',
    );
  }
  terminal.document({ outcome: known ? 'erased' : 'unknown', suppressed: true, history });
  return EXIT.ok;
}

async function stats({ audience }: System, terminal: Terminal): Promise<number> {
  const counts = await audience.stats();
  const table = plainTable(['left', 'right']);
  for (const [word, count] of Object.entries(counts)) table.push([word, formatCount(count)]);
  terminal.print(table.toString());
  terminal.document(counts);
  return EXIT.ok;
}

async function reasons({ audience }: System, terminal: Terminal): Promise<number> {
  const said = await audience.reasons();
  const table = plainTable(['left', 'right']);
  for (const [word, count] of Object.entries(said.counts)) table.push([word, formatCount(count)]);
  terminal.print(table.toString());
  for (const words of said.words) terminal.print(`- ${words}`);
  terminal.document(said);
  return EXIT.ok;
}

/** @throws AppError address_invalid */
export function addressFrom(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new AppError('address_invalid', parsed.reason);
  return parsed.address;
}

function unknown(): AppError {
  return new AppError('subscriber_unknown', 'nobody with that address is on the list');
}

function documentOf(subscriber: Subscriber): Record<string, unknown> {
  const { address, name, status, attributes, edition, createdAt, leftAt, consent } = subscriber;
  return {
    address,
    name,
    status,
    attributes,
    edition,
    created: isoTime(createdAt),
    ...(leftAt !== undefined && { left: isoTime(leftAt) }),
    ...(consent && { consent: consentWords(consent) }),
  };
}

/** `form, 2026-11-25T10:00:00.000Z, 8Jx…, wording Xk…, form page, confirmed 2026-…` */
function consentWords({ source, at, ip, form }: Consent): string {
  const words = [source, isoTime(at), ...(ip ? [ip] : [])];
  if (form) {
    words.push(`form ${form.name}`, `wording ${form.wording}`);
    words.push(`confirmed ${isoTime(form.confirmedAt)}`);
    if (form.confirmedIp) words.push(form.confirmedIp);
    if (form.disposable) words.push('throw-away address');
  }
  return words.join(', ');
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();
