/** Watching a send until it has ended, with a live progress bar on a terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { OPEN_STATES } from '../delivery/moves.js';
import { type SendStatus, statusOf } from '../delivery/status.js';
import type { System } from '../system.js';
import type { Terminal } from './command.js';
import { aborted } from './interrupt.js';
import { formatCount, ledgerLine, troubleOf } from './ledger-view.js';

const LOOK_EVERY_MS = 200;

export interface WatchOptions {
  /** Called at every look; returns true to stop watching before the end. */
  onLook(status: SendStatus): Promise<boolean>;
  signal: AbortSignal;
}

/**
 * Returns the last status seen; that of an ended send unless the watch was left before. It is left at
 * once, also while Redis does not answer: undefined when it never did.
 */
export async function watchSend(
  system: System,
  issue: number,
  terminal: Terminal,
  { onLook, signal }: WatchOptions,
): Promise<SendStatus | undefined> {
  const view = terminal.interactive ? progressBar() : stateLines(terminal);
  let last: SendStatus | undefined;
  /** Returns whether there is more to see. */
  const look = async (): Promise<boolean> => {
    const record = await system.sends.get(issue);
    if (record === undefined) throw new Error(`send ${issue} disappeared`);
    last = await statusOf(record, system);
    if (signal.aborted) return false;
    view.show(last);
    return OPEN_STATES.includes(last.state) && !(await onLook(last));
  };
  const left = aborted(signal).then(() => false);
  try {
    while (await Promise.race([look(), left])) {
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    return last;
  } finally {
    view.close();
  }
}

interface View {
  show(status: SendStatus): void;
  close(): void;
}

function progressBar(): View {
  const bar = new SingleBar({
    format: '{bar} {percentage} % · {rate}/s · {ledger}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    stopOnComplete: false,
  });
  const rate = createRate();
  let started = false;
  return {
    show(status) {
      const { planned, remaining } = status.ledger;
      const payload = {
        rate: formatCount(rate(planned - remaining)),
        ledger: status.trouble ? `waiting: ${status.trouble.words}` : ledgerLine(status),
      };
      if (!started) bar.start(planned, 0, payload);
      started = true;
      bar.setTotal(Math.max(planned, 1));
      bar.update(planned - remaining, payload);
    },
    close() {
      if (started) bar.stop();
    },
  };
}

/** Without a terminal: a line when the state or the trouble changes, and one every few seconds. */
function stateLines(terminal: Terminal): View {
  const QUIET_MS = 5_000;
  let lastText = '';
  let lastAt = 0;
  return {
    show(status) {
      const text = status.trouble
        ? `${status.state}, ${troubleOf(status.trouble)}: ${status.trouble.words}`
        : status.state;
      if (text === lastText && Date.now() - lastAt < QUIET_MS) return;
      terminal.note(`#${status.issue} ${text} · ${ledgerLine(status)}`);
      lastText = text;
      lastAt = Date.now();
    },
    close() {},
  };
}

/** Messages per second over the last few looks. */
function createRate(): (settled: number) => number {
  const WINDOW_MS = 3_000;
  const looks: { at: number; settled: number }[] = [];
  return (settled) => {
    const now = performance.now();
    looks.push({ at: now, settled });
    while ((looks[0]?.at ?? now) < now - WINDOW_MS) looks.shift();
    const first = looks[0] ?? { at: now, settled };
    return now === first.at ? 0 : Math.round(((settled - first.settled) * 1000) / (now - first.at));
  };
}
