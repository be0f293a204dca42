/** `pressrun pause | resume | cancel | unschedule ISSUE`: steering a send under way, or before. */
import type { Command } from 'commander';
import type { Sends } from '../delivery/sends.js';
import { statusOf } from '../delivery/status.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { action, EXIT, type Terminal } from './command.js';
import { ledgerLine } from './ledger-view.js';
import { noteIdle, sendOf } from './under-way.js';
import { withSystem } from './with-system.js';

type Verb = 'pause' | 'resume' | 'cancel';

const DOES: Record<Verb, string> = {
  pause: 'claim nobody further until `resume`',
  resume: 'go on with a paused or halted send',
  cancel: 'end a send; messages in flight still settle, nobody else is mailed',
};

export function registerSteer(program: Command): void {
  const forget = program
    .command('unschedule')
    .argument('<issue>', 'number of the issue')
    .description('take back a scheduled send: the issue is as if it had never been scheduled');
  action(forget, async (terminal, [issue = '']) =>
    withSystem(terminal, (system) => unschedule(system, terminal, issue)),
  );
  for (const verb of Object.keys(DOES) as Verb[]) {
    const command = program
      .command(verb)
      .argument('<issue>', 'number of the issue')
      .description(DOES[verb]);
    action(command, async (terminal, [issue = '']) => {
      return await withSystem(terminal, async (system) => {
        const record = await sendOf(system, issue, verb);
        await steer(system.sends, verb, record.issue);
        if (verb === 'resume') await system.queues.sweepNow();
        const status = await statusOf(await sendOf(system, issue, verb), system);
        terminal.print(`#${record.issue} is ${status.state} · ${ledgerLine(status)}`);
        terminal.document(status);
        await noteIdle(system, terminal, status);
        return EXIT.ok;
      });
    });
  }
}

/** @throws AppError send_refused */
async function unschedule(system: System, terminal: Terminal, issue: string): Promise<number> {
  const record = await sendOf(system, issue, 'unschedule');
  if (!(await system.sends.unschedule(record))) {
    throw new AppError(
      'send_refused',
      `the send of issue ${record.issue} is ${record.state}: only one that is scheduled can be taken back; \`pressrun cancel ${record.issue}\` ends one that has begun`,
    );
  }
  terminal.print(`#${record.issue} is not scheduled any more. Nobody was mailed.`);
  terminal.document({ issue: record.issue, unscheduled: true });
  return EXIT.ok;
}

function steer(sends: Sends, verb: Verb, issue: number): Promise<void> {
  switch (verb) {
    case 'pause':
      return sends.pause(issue);
    case 'resume':
      return sends.resume(issue);
    case 'cancel':
      return sends.cancel(issue);
  }
}
