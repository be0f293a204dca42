/** `pressrun preview [ISSUE]`: the mail in the browser while it is being written. */

import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { parseAddress } from '../audience/address.js';
import { AppError } from '../errors.js';
import { readIssueFolder } from '../issue/issue-folder.js';
import { findIssue } from '../issue/store.js';
import { keepUp } from '../preview/live.js';
import { buildProof, findingsOf, type NamedReader, READERS } from '../preview/proof.js';
import { buildPreview } from '../preview/server.js';
import { PreviewModel } from '../preview/state.js';
import { writeStatic } from '../preview/static.js';
import { watchPublication } from '../preview/watch.js';
import { action, EXIT, type Terminal } from './command.js';
import { findingLine, tallyOf } from './finding-lines.js';
import { onInterrupt } from './interrupt.js';
import { withSystem } from './with-system.js';

interface Options {
  port?: number;
  static?: string;
  as?: string;
}

export function registerPreview(program: Command): void {
  const command = program
    .command('preview')
    .argument('[issue]', 'number of the issue, or path of its file (default: the last)')
    .description('live preview in the browser: phone, desktop, dark, text, source, headers')
    .option('--port <n>', 'where to listen on this machine (default: a free one)', toPort)
    .option('--as <address>', 'also as this subscriber gets it')
    .option('--static <folder>', 'write it as files instead, for a pull request')
    .addHelpText(
      'after',
      '\nIt shows what is saved, at once. "?" on the page lists its keys. Ctrl-C ends it.',
    );
  action(command, (terminal, [issue], options) => preview(terminal, issue, options));
}

async function preview(
  terminal: Terminal,
  wanted: string | undefined,
  options: Options,
): Promise<number> {
  const { dir } = terminal;
  const issueArg = wanted ?? (await lastIssue(dir));
  const file = await findIssue(dir, issueArg);
  const readers = [
    ...(options.as === undefined ? [] : [await chosenReader(terminal, options.as)]),
    ...READERS,
  ];
  const model = new PreviewModel();
  const build = () => buildProof(dir, file, readers);
  if (options.static !== undefined) {
    model.take(await build());
    return await writeFiles(terminal, model, options.static);
  }
  const { app, announce } = await buildPreview(model, dir);
  const live = keepUp(model, build, announce);
  live.rebuild();
  await live.built();
  const url = await listen(
    app.listen({ host: '127.0.0.1', port: options.port ?? 0 }),
    options.port,
  );
  const stopWatching = watchPublication(dir, file, live.rebuild);
  terminal.print(`${url}  (Ctrl-C ends it)`);
  terminal.document({ url });
  if (model.error) terminal.note(`pressrun: ${model.error.message}`);
  await interrupted();
  stopWatching();
  live.stop();
  await app.close();
  return EXIT.ok;
}

/** @throws AppError issue_missing */
async function lastIssue(dir: string): Promise<string> {
  const numbers = (await readIssueFolder(join(dir, 'issues'))).flatMap((file) => file.number ?? []);
  if (numbers.length > 0) return String(Math.max(...numbers));
  throw new AppError('issue_missing', 'there are no issues yet; `pressrun new` makes one');
}

async function chosenReader(terminal: Terminal, text: string): Promise<NamedReader> {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new AppError('address_invalid', `${text}: ${parsed.reason}`);
  let found: NamedReader | undefined;
  await withSystem(terminal, async ({ audience }) => {
    const reader = await audience.get(audience.idOf(parsed.address));
    if (reader) {
      const { name, attributes, edition } = reader;
      found = {
        key: 'chosen',
        label: name || text,
        address: parsed.address,
        name,
        attributes,
        edition,
      };
    }
    return EXIT.ok;
  });
  if (found) return found;
  throw new AppError('subscriber_unknown', `${text} is not on the list`);
}

async function writeFiles(terminal: Terminal, model: PreviewModel, out: string): Promise<number> {
  const { proof, error } = model;
  if (!proof) {
    const { message = 'nothing to show', file, line } = error ?? {};
    throw new AppError('issue_invalid', message, { ...(file && { file }), ...(line && { line }) });
  }
  const findings = await findingsOf(proof);
  model.takeFindings(proof, findings);
  const files = await writeStatic(model, proof, terminal.dir, out);
  terminal.print(`${join(out, 'index.html')}: issue ${proof.number}, in ${files.length} files`);
  for (const finding of findings) {
    if (finding.severity === 'error') terminal.note(findingLine(finding));
  }
  const tally = tallyOf(findings);
  terminal.document({ folder: out, files, ...tally });
  return tally.errors > 0 ? EXIT.failed : EXIT.ok;
}

/** @throws AppError port_taken */
async function listen(listening: Promise<string>, port: number | undefined): Promise<string> {
  try {
    return await listening;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new AppError('port_taken', `port ${port} is taken; leave out --port for a free one`, {
      cause,
    });
  }
}

function interrupted(): Promise<void> {
  const { signal, release } = onInterrupt();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      release();
      resolve();
    });
  });
}

function toPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('a port is a number up to 65535.');
}
