/** What happens to an issue before it may go out: load, look, freeze, knock at the public URL. */
import { freezeIssue } from '../delivery/freeze.js';
import type { Frozen } from '../delivery/send-record.js';
import type { LoadedIssue } from '../issue/store.js';
import type { System } from '../system.js';
import { checkDoor } from '../web/door.js';
import type { Terminal } from './command.js';

export interface ApproveOptions {
  /** From 1; each amendment has the next. */
  revision: number;
  /** `--loopback`: a rehearsal on one machine. */
  loopback: boolean;
  /** When it will go out, epoch ms; default now. */
  at?: number | undefined;
}

/**
 * Makes the mail of an issue that may be sent.
 * @throws AppError template_invalid, dkim_invalid, file_missing, door_closed
 */
export async function approve(
  system: System,
  terminal: Terminal,
  loaded: LoadedIssue,
  { revision, loopback, at }: ApproveOptions,
): Promise<Frozen> {
  const { config, instanceId } = system;
  for (const { line, message } of loaded.findings) {
    terminal.note(`${loaded.file}:${line}: ${message}`);
  }
  await system.messageSecrets();
  const frozen = await freezeIssue(config, loaded, {
    today: new Date(at ?? Date.now()),
    revision,
  });
  const door = await checkDoor(config, instanceId, { loopback });
  if (door.kind === 'answered' && door.loopback) {
    terminal.note(
      `${config.publication.url} answers on this machine only: readers elsewhere cannot leave.`,
    );
  }
  return frozen;
}

/** The subject as approved, expressions as they are written. */
export function subjectOf({ message }: Frozen): string {
  return message.subject
    .map((piece) => (typeof piece === 'string' ? piece : piece.source))
    .join('');
}
