/** What the verbs about a send under way have in common. */
import type { SendRecord } from '../delivery/send-record.js';
import type { SendStatus } from '../delivery/status.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import type { Terminal } from './command.js';

/** @throws AppError usage, send_unknown */
export async function sendOf(
  { sends }: System,
  issueArgument: string,
  verb: string,
): Promise<SendRecord> {
  if (!/^\d+$/.test(issueArgument)) {
    throw new AppError('usage', `${verb} takes the number of an issue, not "${issueArgument}"`);
  }
  const record = await sends.get(Number(issueArgument));
  if (record) return record;
  throw new AppError(
    'send_unknown',
    `issue ${issueArgument} has no send. \`pressrun send ${issueArgument}\` starts one; \`pressrun status\` lists those there are.`,
  );
}

/** Says how a send that runs goes on when nobody works on it. */
export async function noteIdle(
  { presence }: System,
  terminal: Terminal,
  { issue, state }: SendStatus,
): Promise<void> {
  if (state !== 'sending' && state !== 'planning') return;
  if ((await presence.workers()).length > 0) return;
  terminal.note(`No worker is connected: \`pressrun send ${issue}\` does the work.`);
}
