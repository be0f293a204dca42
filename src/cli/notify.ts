/** `pressrun notify`: tries out how operators are told what becomes of sends. Changes nothing. */
import type { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { AppError } from '../errors.js';
import { createLogger } from '../log.js';
import type { Telling } from '../notify/channel.js';
import { channelsOf, isWanted } from '../notify/channels.js';
import { testNotice } from '../notify/notice.js';
import { loadSigner } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { onInterrupt } from './interrupt.js';

export function registerNotify(program: Command): void {
  const command = program
    .command('notify')
    .description('tell the operators of pressrun.yaml (notify) something harmless, as a trial');
  action(command, (terminal) => notify(terminal));
}

async function notify(terminal: Terminal): Promise<number> {
  const config = await loadConfig(terminal.dir);
  if (!isWanted(config)) {
    throw new AppError(
      'usage',
      'nobody is to be told anything: set notify.mail or notify.webhook in pressrun.yaml first',
    );
  }
  const signer = config.dkim && (await loadSigner(config.dkim));
  const log = createLogger({ pretty: false, level: 'silent' });
  const notice = testNotice(config.publication, Date.now());
  const interrupt = onInterrupt();
  const results = await Promise.all(
    channelsOf(config, signer, log).map(async ({ name, tell }) => ({
      channel: name,
      ...(await tell(notice, interrupt.signal)),
    })),
  ).finally(interrupt.release);
  for (const { channel, ...telling } of results) {
    terminal.print(`${channel}: ${wordsOf(telling)}`);
  }
  terminal.document({ id: notice.id, results });
  return results.every(({ kind }) => kind === 'told') ? EXIT.ok : EXIT.failed;
}

function wordsOf(telling: Telling): string {
  return telling.kind === 'told' ? 'told' : `FAILED: ${telling.why}`;
}
