import { SingleBar } from 'cli-progress';
import type { Terminal } from './command.js';

/** A count that goes up, on a terminal; with `total` a bar. To be stopped by the caller. */
export function keyProgress(
  terminal: Terminal,
  verb: string,
  total?: number,
): { at(keys: number): void; stop(): void } {
  if (!terminal.interactive) return { at: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: total ? `${verb} {bar} {percentage} % · {value}/{total} keys` : `${verb} {value} keys`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total ?? 0, 0);
  return { at: (keys) => bar.update(keys), stop: () => bar.stop() };
}
