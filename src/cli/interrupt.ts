/**
 * Signals. The first of SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal was closed) asks for a
 * clean stop, another one ends the process at once, and so does a stop that takes too long.
 */
import { constants } from 'node:os';
import { AppError } from '../errors.js';

export interface Interrupt {
  signal: AbortSignal;
  /** Gives the signals back their usual meaning. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * One wish, two signals: npx passes on what the terminal or systemd has sent to us as well. What
 * arrives this soon after the first is the first.
 */
const ECHO_MS = 300;
/**
 * Messages in flight have ended long before (workers/deliver.ts). Below the half minute after which
 * container platforms kill.
 */
const STOP_WITHIN_MS = 25_000;

export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  let askedAt = 0;
  let deadline: NodeJS.Timeout | undefined;
  const stop = (name: Signal): void => {
    if (controller.signal.aborted) {
      // What a shell reports for a process ended by this signal.
      if (performance.now() - askedAt > ECHO_MS) process.exit(128 + constants.signals[name]);
      return;
    }
    askedAt = performance.now();
    deadline = setTimeout(giveUp, STOP_WITHIN_MS).unref();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(deadline);
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}

/** Resolves when the signal is given. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Nobody can catch it: main.ts reports it and ends the process. */
function giveUp(): never {
  throw new AppError(
    'stop_timeout',
    `not stopped cleanly within ${STOP_WITHIN_MS / 1000} s (does Redis answer?): what was in flight and could not be written down will be in doubt`,
  );
}
