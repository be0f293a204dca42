/** Ctrl-C and SIGTERM: the first asks for a clean stop, the second ends the process at once. */
export interface Interrupt {
  signal: AbortSignal;
  /** Gives the signals back their usual meaning. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** What a shell reports for a process ended by SIGINT. */
const ENDED_BY_SIGNAL = 130;

export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(ENDED_BY_SIGNAL);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
