/**
 * How a command talks to the person or program that ran it.
 *
 * A command module exports `register…(program)`, declares its arguments with commander and hands
 * its handler to {@link action}: the handler gets a Terminal, returns the exit code, and throws
 * AppError for whatever a person can mend. Printing errors and leaving is main.ts's job.
 */
import type { Command } from 'commander';

/** Exit codes, part of the interface. */
export const EXIT = { ok: 0, failed: 1, usage: 2, finishedWithLosses: 3 } as const;

/** Output of one invocation: with `--json`, stdout carries one document and nothing else. */
export interface Terminal {
  /** The publication's folder (`--dir`, default: the current one), absolute. */
  readonly dir: string;
  readonly json: boolean;
  /** True when stderr is a terminal and `--json` was not given: progress bars are welcome. */
  readonly interactive: boolean;
  /** A line for people on stdout; nothing with `--json`. */
  print(line: string): void;
  /** A line for people on stderr (progress, warnings). */
  note(line: string): void;
  /** The one document of `--json`; nothing without it. */
  document(value: unknown): void;
}

export type Handler = (
  terminal: Terminal,
  args: string[],
  options: Record<string, unknown>,
) => Promise<number>;

/** Makes `handler` the action of `command`; its exit code ends up in process.exitCode. */
export function action(command: Command, handler: Handler): Command {
  return command.action(async (...values: unknown[]) => {
    const { dir, json, ...options } = command.optsWithGlobals<{ dir: string; json?: boolean }>();
    const args = values
      .slice(0, -2)
      .flat()
      .filter((value) => value !== undefined) as string[];
    process.exitCode = await handler(createTerminal(dir, json === true), args, options);
  });
}

export function createTerminal(dir: string, json: boolean): Terminal {
  return {
    dir,
    json,
    interactive: process.stderr.isTTY === true && !json,
    print: (line) => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    note: (line) => {
      process.stderr.write(`${line}\n`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}
