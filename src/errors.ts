/**
 * The one kind of expected failure. Bugs throw plain errors; everything a person can cause or mend
 * is an {@link AppError} with a stable code, explained in docs/errors.md (a test holds the two
 * against each other, both ways).
 */

/** Every stable code with its one-line meaning; docs/errors.md says what to do about each. */
export const ERROR_CODES = {
  usage: 'the command line is wrong',
  config_missing: 'no pressrun.yaml where one was expected',
  config_invalid: 'pressrun.yaml has an unknown key or a wrong value',
  keys_missing: 'the id key or the token keys cannot be found',
  keys_mismatch: 'the id key is not the one this Redis was filled with',
  dkim_invalid: 'the DKIM key cannot sign',
  file_missing: 'a file cannot be read',
  file_unwritable: 'a file cannot be written',
  file_exists: 'a file would be overwritten',
  issue_missing: 'no issue file has that number',
  issue_invalid: 'the issue file breaks the format',
  check_failed: 'check found errors, so the issue does not go out',
  template_invalid: 'a template or an expression in it cannot be compiled',
  address_invalid: 'that is no address mail can be sent to',
  csv_invalid: 'the file of subscribers cannot be read as a whole',
  sheet_invalid: 'the sheet of summaries cannot be read or written as a whole',
  audio_invalid: 'that is no audio that can be an episode',
  subscriber_unknown: 'nobody with that address is on the list',
  subscriber_left: 'that person left and only they can come back',
  redis_missing: 'no Redis or Valkey server program was found',
  redis_unreachable: 'the Redis server does not answer',
  redis_unsuitable: 'the Redis server is too old or set up in a way that loses data',
  schema_mismatch: 'the data in Redis is of another version of pressrun',
  backup_invalid: 'the file is no whole backup of this publication',
  restore_refused: 'a restore now would do harm',
  restore_incomplete: 'a restore was interrupted and must be repeated',
  journal_unwritable: 'the journal beside Redis cannot be written',
  door_closed: 'the public URL does not answer for this installation',
  send_refused: 'the send cannot do that in its state',
  send_unknown: 'no send of that issue exists',
  port_taken: 'the port to listen on is taken',
  stop_timeout: 'a clean stop took too long',
  internal: 'a fault in pressrun itself',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetails {
  /** File the fault is in, as the user knows it. */
  file?: string;
  /** Line in that file, from 1. */
  line?: number;
  cause?: unknown;
}

/** An expected failure: what is wrong, where, and (in the message) what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.file = details.file;
    this.line = details.line;
  }

  /** `issues/101.md:42: opinion without a summary` */
  get located(): string {
    if (this.file === undefined) return this.message;
    return `${this.file}${this.line === undefined ? '' : `:${this.line}`}: ${this.message}`;
  }
}

/** @param cause of the system; @param file as the user knows it */
export function unreadable(file: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new AppError('file_missing', WHY_UNREADABLE[code] ?? `it cannot be read (${code})`, {
    file,
    cause,
  });
}

const WHY_UNREADABLE: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not read it (EACCES)',
};

/** The shape `--json` prints for a failure. */
export interface ErrorDocument {
  error: { code: string; message: string; file?: string; line?: number };
}

export function errorDocument(error: AppError): ErrorDocument {
  const { code, message, file, line } = error;
  return { error: { code, message, ...(file && { file }), ...(line && { line }) } };
}
