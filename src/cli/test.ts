/** `pressrun test ISSUE --to ADDRESS`: one real copy through the real relay. Changes nothing. */
import type { Command } from 'commander';
import { type Address, parseAddress } from '../audience/address.js';
import { type Reader, SAMPLE_READER } from '../audience/sample-reader.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { freezeIssue } from '../delivery/freeze.js';
import { type Frozen, messageOf } from '../delivery/send-record.js';
import { AppError } from '../errors.js';
import { loadIssue } from '../issue/store.js';
import { createLogger } from '../log.js';
import { createComposer } from '../message/compose.js';
import type { PreparedMessage } from '../message/prepare.js';
import { asTestCopy, testRecipientId } from '../message/test-copy.js';
import { createTransport } from '../smtp/transport.js';
import type { Transaction } from '../smtp/types.js';
import { loadSigner, type System } from '../system.js';
import { audioUrlOf, subjectOf } from './approve.js';
import { action, EXIT, type Terminal } from './command.js';
import { editionFrom, editionWords } from './edition-words.js';
import { withSystem } from './with-system.js';

interface Options {
  to: string[];
  as?: string;
  edition?: string;
}

interface Result {
  to: string;
  outcome: Transaction;
}

export function registerTest(program: Command): void {
  const command = program
    .command('test')
    .argument('<issue>', 'number of the issue, or path of its file')
    .description('send one real copy, marked [TEST], through the configured relay')
    .requiredOption('--to <address...>', 'who gets it; several are fine')
    .option(
      '--as <address>',
      "with this subscriber's name, attributes and edition (default: samples)",
    )
    .option('--edition <edition>', 'full or highlights (default: full, or theirs)')
    .addHelpText(
      'after',
      `
The copy is what readers will get, signed as configured. Its links to leave open the real page, where
nobody can leave by them. No ledger is kept and nothing about anybody is changed.
The exit code is 0 when the relay took every copy, else 1.`,
    );
  action(command, (terminal, [issue = ''], options) =>
    test(terminal, issue, options as Options & object),
  );
}

async function test(terminal: Terminal, issueArg: string, options: Options): Promise<number> {
  const config = await loadConfig(terminal.dir);
  const recipients = options.to.map(toAddress);
  const as = options.as === undefined ? undefined : toAddress(options.as);
  const wanted = editionFrom(options.edition);
  const loaded = await loadIssue(config.dir, issueArg, config.publication);
  for (const { line, severity, message } of loaded.findings) {
    terminal.note(`${loaded.file}:${line}: ${severity}: ${message}`);
  }
  const { reader, audioUrl } = await lookUp(terminal, loaded.issue.number, as);
  const frozen = await freezeIssue(config, loaded, { today: new Date(), revision: 1, audioUrl });
  const edition = wanted ?? reader.edition;
  const words =
    edition === 'highlights' ? editionWords(config.publication, frozen.issue) : undefined;
  if (words && !frozen.highlights) terminal.note(words);
  const message = messageOf(frozen, edition);
  const results = await sendCopies(config, message, recipients, reader);
  tell(terminal, { issue: frozen.issue, message }, results);
  return results.every(({ outcome }) => outcome.kind === 'accepted') ? EXIT.ok : EXIT.failed;
}

interface LookedUp {
  reader: Reader;
  audioUrl: string | undefined;
}

/**
 * Who the copy is made for, and where its episode is. A copy with samples goes out without an answer
 * of Redis, too.
 * @throws AppError subscriber_unknown, and those of redis/ for a copy made for somebody
 */
async function lookUp(
  terminal: Terminal,
  issue: number,
  as: Address | undefined,
): Promise<LookedUp> {
  const found: LookedUp = { reader: SAMPLE_READER, audioUrl: undefined };
  try {
    await withSystem(terminal, async (system) => {
      if (as !== undefined) found.reader = await readerOf(system, as);
      found.audioUrl = await audioUrlOf(system, issue);
      return EXIT.ok;
    });
  } catch (error) {
    if (as !== undefined || !(error instanceof AppError)) throw error;
    terminal.note(`whether an episode is up is not known: ${error.located}`);
  }
  return found;
}

/** @throws AppError address_invalid */
function toAddress(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed.ok) return parsed.address;
  throw new AppError('address_invalid', `${text}: ${parsed.reason}`);
}

/** @throws AppError subscriber_unknown */
async function readerOf({ audience }: System, address: Address): Promise<Reader> {
  const reader = await audience.get(audience.idOf(address));
  if (reader) return reader;
  throw new AppError(
    'subscriber_unknown',
    `${address} is not on the list; leave out --as for samples`,
  );
}

async function sendCopies(
  config: Config,
  message: PreparedMessage,
  recipients: readonly Address[],
  { name, attributes }: Reader,
): Promise<Result[]> {
  const { keys, smtp, dkim } = config;
  const signer = dkim && (await loadSigner(dkim));
  const composer = createComposer(
    asTestCopy(message),
    { tokenKeys: keys.tokenKeys, signer },
    { linkPurpose: 'test' },
  );
  const log = createLogger({ pretty: false, level: 'silent' });
  const transport = createTransport({ ...smtp, connections: 1, log });
  const results: Result[] = [];
  try {
    for (const address of recipients) {
      const recipient = { id: testRecipientId(), address, name, attributes };
      const { envelopeFrom, envelopeTo, chunks } = await composer.compose(recipient, new Date());
      const outcome = await transport.send({ from: envelopeFrom, to: envelopeTo }, chunks);
      results.push({ to: address, outcome });
    }
  } finally {
    await transport.close();
  }
  return results;
}

function tell(terminal: Terminal, frozen: Frozen, results: readonly Result[]): void {
  const subject = `[TEST] ${subjectOf(frozen)}`;
  terminal.print(subject);
  for (const { to, outcome } of results)
    terminal.print(`${to}: ${outcome.kind}: ${wordsOf(outcome)}`);
  const { number } = frozen.issue;
  terminal.document({
    issue: number,
    subject,
    results: results.map(({ to, outcome }) => ({ to, ...outcome })),
  });
}

/** The relay's own words, or what kept us from hearing them. */
function wordsOf(outcome: Transaction): string {
  if ('error' in outcome) return outcome.error;
  const { code, enhancedCode, text } = outcome.reply;
  return [code, enhancedCode, text].filter(Boolean).join(' ');
}
