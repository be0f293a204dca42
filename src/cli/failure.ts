/** How a failure of any kind is told, and which exit code it has. */
import { CommanderError } from 'commander';
import { debugWanted } from '../config/environment.js';
import { AppError, errorDocument } from '../errors.js';
import { redact } from '../redaction.js';
import { EXIT } from './command.js';

interface Failure {
  exitCode: number;
  /** Undefined when nothing failed, or nobody reads any more. */
  error?: AppError;
  /** People have been told already: the help was printed. */
  told?: boolean;
  /** What stands under the message for people. */
  hint?: string;
}

/**
 * Prints a failure: the error document on stdout with `--json`, else one message on stderr.
 * @returns the exit code
 */
export function report(reason: unknown, json: boolean): number {
  const { exitCode, error, hint, told } = failureFrom(reason);
  if (error === undefined) return exitCode;
  if (json) process.stdout.write(`${JSON.stringify(errorDocument(error), null, 2)}\n`);
  else if (!told) process.stderr.write(`pressrun: ${error.located}\n${hint ? `${hint}\n` : ''}`);
  return exitCode;
}

function failureFrom(reason: unknown): Failure {
  if (reason instanceof CommanderError) return usageFailure(reason);
  if (reason instanceof AppError) {
    return { exitCode: reason.code === 'usage' ? EXIT.usage : EXIT.failed, error: reason };
  }
  // The reader of our output left (`| head`): it has what it wanted.
  if (isBrokenPipe(reason)) return { exitCode: EXIT.ok };
  return unexpectedFailure(reason);
}

function usageFailure({ code, exitCode, message }: CommanderError): Failure {
  if (exitCode === 0) return { exitCode: EXIT.ok };
  if (code === 'commander.help') {
    return { exitCode: EXIT.usage, error: new AppError('usage', 'no verb given'), told: true };
  }
  const words = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/, '; did you mean $1?');
  return {
    exitCode: EXIT.usage,
    error: new AppError('usage', words),
    hint: 'See "pressrun --help", or "pressrun help VERB".',
  };
}

function unexpectedFailure(reason: unknown): Failure {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  return {
    exitCode: EXIT.failed,
    error: new AppError('internal', `unexpected error: ${redact(error.message)}`, { cause: error }),
    hint: debugWanted()
      ? redact(error.stack ?? '')
      : 'This is a fault in pressrun; with PRESSRUN_DEBUG=1 it prints where.',
  };
}

export function isBrokenPipe(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === 'EPIPE';
}
