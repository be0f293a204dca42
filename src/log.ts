/**
 * Logs: JSON lines for services, readable lines for a terminal, both on stderr (stdout belongs to
 * a command's result). Each line is redacted as a whole, after everything that went into it was
 * put together, so that no field, message, error or child binding can carry an address, a token
 * or a key past it (invariant 9).
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { redact, redactData } from './redaction.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Lines for people instead of JSON. */
  pretty: boolean;
  /** Where lines go, a Writable when pretty; default: stderr, written before the call returns. */
  to?: DestinationStream;
}

export function createLogger({ level = 'info', pretty, to }: LoggerOptions): Logger {
  const stream = pretty ? prettyStream(to) : (to ?? destination({ dest: 2, sync: true }));
  return pino({ level, base: { pid: process.pid }, hooks: { streamWrite: redactLine } }, stream);
}

function prettyStream(to: DestinationStream | undefined): DestinationStream {
  return PinoPretty({
    destination: to ?? 2,
    // A crash or process.exit must not swallow the last lines.
    sync: true,
    colorize: to === undefined && process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid',
  });
}

function redactLine(line: string): string {
  try {
    return `${JSON.stringify(redactData(JSON.parse(line)))}\n`;
  } catch {
    return redact(line);
  }
}
