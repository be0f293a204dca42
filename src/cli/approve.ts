/** What happens to an issue before it may go out: check, freeze, knock at the public URL. */
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { lastingUrlOf } from '../archive/episodes.js';
import type { PublicationConfig } from '../config/types.js';
import { freezeIssue } from '../delivery/freeze.js';
import type { Approval, Frozen } from '../delivery/send-record.js';
import { AppError } from '../errors.js';
import { InvalidIssueError, type ReadIssue } from '../issue/store.js';
import type { System } from '../system.js';
import { checkDoor } from '../web/door.js';
import type { Terminal } from './command.js';
import { editionWords } from './edition-words.js';
import { type Passed, passCheck } from './pass-check.js';

/** What a person says about an approval on the command line. */
export interface ApprovalOptions {
  force?: boolean;
  by?: string;
}

export interface ApproveOptions extends ApprovalOptions {
  /** From 1; each amendment has the next. */
  revision: number;
  /** `--loopback`: a rehearsal on one machine. */
  loopback: boolean;
  /** When it will go out, epoch ms; default now. */
  at?: number | undefined;
}

export function approvalFlags(command: Command): Command {
  return command
    .option('--force', 'in spite of what check calls an error; it is noted')
    .option(
      '--by <name>',
      'who approves it, as readers may see (default: publication.approver)',
      toName,
    );
}

/**
 * Makes the mail of an issue that may be sent: the very mail that was checked.
 * @throws AppError check_failed, template_invalid, dkim_invalid, file_missing, door_closed
 */
export async function approve(
  system: System,
  terminal: Terminal,
  read: ReadIssue,
  { revision, loopback, at, force = false, by }: ApproveOptions,
): Promise<Frozen> {
  const { config, instanceId } = system;
  const freezing = freeze(system, read, { revision, today: new Date(at ?? Date.now()) });
  // What cannot be frozen is for the check to explain, which knows more of it.
  const rendered = await freezing.then(({ rendered }) => rendered, noneIfExpected);
  const passed = await passCheck(config, terminal, read, { force, rendered });
  await system.messageSecrets();
  const frozen = await freezing;
  const editions = editionWords(config.publication, frozen.issue);
  if (editions) terminal.note(`#${frozen.issue.number}: ${editions}`);
  const door = await checkDoor(config, instanceId, { loopback });
  if (door.kind === 'answered' && door.loopback) {
    terminal.note(
      `${config.publication.url} answers on this machine only: readers elsewhere cannot leave.`,
    );
  }
  return { ...frozen, approval: approvalBy(by, config.publication, passed) };
}

/** @throws InvalidIssueError when there is no issue in the file; AppError of freezeIssue */
async function freeze(
  system: System,
  { issue, file, findings }: ReadIssue,
  options: { revision: number; today: Date },
): ReturnType<typeof freezeIssue> {
  if (!issue) throw new InvalidIssueError(file, findings);
  const audioUrl = await audioUrlOf(system, issue.number);
  return await freezeIssue(system.config, { issue, file }, { ...options, audioUrl });
}

function noneIfExpected(error: unknown): undefined {
  if (error instanceof AppError) return undefined;
  throw error;
}

/** Where the episode of an issue is, if it is up: also of one whose head announces none. */
export async function audioUrlOf(
  { episodes, config }: Pick<System, 'episodes' | 'config'>,
  issue: number,
): Promise<string | undefined> {
  const episode = await episodes.get(issue);
  return episode && lastingUrlOf(episode, issue, config.publication.url);
}

/** @param given on the command line */
export function approvalBy(
  given: string | undefined,
  { approver }: Pick<PublicationConfig, 'approver'>,
  { errors, warnings, forced }: Passed,
): Approval {
  const name = given ?? approver;
  return {
    by: name ?? accountName(),
    named: name !== undefined,
    at: Date.now(),
    ...{ errors, warnings, forced },
  };
}

/** In a container a user may have a number and no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

function toName(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= 100 && !/[\p{Cc}]/u.test(name)) return name;
  throw new InvalidArgumentError('a name is one line of at most 100 characters.');
}

/** The subject as approved, expressions as they are written. */
export function subjectOf({ message }: Frozen): string {
  return message.subject
    .map((piece) => (typeof piece === 'string' ? piece : piece.source))
    .join('');
}

/** What check had to say, for a dry run's document. */
export function checkedOf({ approval }: Frozen) {
  if (!approval) return undefined;
  const { errors, warnings, forced } = approval;
  return { errors, warnings, forced };
}
