/**
 * `pressrun demo`: the whole pipeline on this machine. A copy of the example publication in a
 * temporary folder, a private Redis, a local inbox, one full send, and pages to look at. Leaves
 * nothing behind.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startWorker } from '../../workers/worker.js';
import { createKeysFile } from '../config/keys.js';
import { loadConfig } from '../config/load.js';
import { freezeIssue } from '../delivery/freeze.js';
import { fullStatusOf, type SendStatus } from '../delivery/status.js';
import { readIssue } from '../issue/store.js';
import { createLogger } from '../log.js';
import { packageRoot } from '../package-root.js';
import { openSystem, type System } from '../system.js';
import { checkDoor } from '../web/door.js';
import { approvalBy } from './approve.js';
import { action, EXIT, type Terminal } from './command.js';
import { type Inbox, startInbox } from './demo/inbox.js';
import { onInterrupt } from './interrupt.js';
import { statusLines } from './ledger-view.js';
import { passCheck } from './pass-check.js';
import { serveWeb, type WebService } from './serve.js';
import { importWithProgress } from './subscribers.js';
import { watchSend } from './watch.js';

/** The longest of the example issues. */
const ISSUE = '3';
const HOST = '127.0.0.1';

export function registerDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'the whole pipeline on this machine: send the example issue to 500 made-up readers',
    )
    .option('--once', 'end after the send instead of serving what was received');
  action(command, (terminal, _args, options) => demo(terminal, options));
}

async function demo(terminal: Terminal, options: { once?: boolean }): Promise<number> {
  const interrupt = onInterrupt();
  const folder = await mkdtemp(join(tmpdir(), 'pressrun-demo-'));
  const opened: { close(): Promise<void> }[] = [];
  try {
    const inbox = await startInbox({ host: HOST });
    opened.push({ close: () => inbox.stop() });
    const system = await demoSystem(folder, inbox);
    opened.push(system);
    const web = await serveWeb(system);
    opened.push(web);
    const status = await sendExample(system, terminal, interrupt.signal);
    for (const line of statusLines(status)) terminal.print(line);
    terminal.document(status);
    if (!options.once && status.state === 'finished') {
      await showAround(terminal, inbox, web, interrupt.signal);
    }
    const { planned, accepted } = status.ledger;
    return status.state === 'finished' && planned === accepted ? EXIT.ok : EXIT.failed;
  } finally {
    for (const service of opened.reverse()) await service.close();
    await rm(folder, { recursive: true, force: true });
    interrupt.release();
  }
}

/** The example publication in `folder`, with keys and a Redis of its own, mailing to the inbox. */
async function demoSystem(folder: string, inbox: Inbox): Promise<System> {
  await cp(join(packageRoot(), 'examples', 'envelope'), folder, {
    recursive: true,
    // Data of a try-out by hand is not the demo's.
    filter: (path) => !path.endsWith('.pressrun'),
  });
  await createKeysFile(join(folder, '.pressrun'));
  const example = await loadConfig(folder, { PRESSRUN_SMTP_URL: inbox.smtpUrl });
  const port = await freePort(example.http.port);
  const config = {
    ...example,
    http: { ...example.http, host: HOST, port },
    publication: { ...example.publication, url: `http://${HOST}:${port}` },
  };
  return await openSystem(config, createLogger({ pretty: true, level: 'warn' }));
}

/** The example's port, or any when another program has it. */
async function freePort(preferred: number): Promise<number> {
  const probe = createServer();
  const listening = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(port, HOST, () => resolve((probe.address() as AddressInfo).port));
    });
  const port = await listening(preferred).catch(() => listening(0));
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function sendExample(
  system: System,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<SendStatus> {
  const { config, sends, queues } = system;
  terminal.note(`${config.publication.name}, the example publication: importing its readers.`);
  await importWithProgress(system, terminal, join(config.dir, 'subscribers.csv'), true);
  const read = await readIssue(config.dir, ISSUE, config.publication);
  const passed = await passCheck(config, terminal, read, { force: false });
  await checkDoor(config, system.instanceId, { loopback: false });
  terminal.note(`Sending #${passed.loaded.issue.number} ${passed.loaded.issue.title}.`);
  const frozen = await freezeIssue(config, passed.loaded, { today: new Date(), revision: 1 });
  const approval = approvalBy(undefined, config.publication, passed);
  await sends.create({ ...frozen, approval });
  const { issue } = frozen;
  await queues.enqueuePlan(issue.number);
  const worker = await startWorker(system);
  try {
    await watchSend(system, issue.number, terminal, { signal, onLook: async () => false });
  } finally {
    await worker.close();
  }
  const record = await sends.get(issue.number);
  if (record === undefined) throw new Error('the send of the demo disappeared');
  return await fullStatusOf(record, system);
}

async function showAround(
  terminal: Terminal,
  inbox: Inbox,
  web: WebService,
  signal: AbortSignal,
): Promise<void> {
  terminal.note(`
Look at what was received, and leave the list by a link in it:

  received mail   ${inbox.url}
  the archive     ${web.url}/issues/${ISSUE}

Ctrl-C ends the demo and removes everything it made.`);
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
