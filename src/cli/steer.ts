/** `pressrun pause | resume | cancel ISSUE`: steering a send under way. */
import type { Command } from 'commander';
import type { Sends } from '../delivery/sends.js';
import { statusOf } from '../delivery/status.js';
import { action, EXIT } from './command.js';
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
