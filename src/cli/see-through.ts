/** What `pressrun send` does once a send has begun: watch it, do the work if nobody else does, report. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../workers/worker.js';
import { OPEN_STATES } from '../delivery/moves.js';
import { fullStatusOf, type SendStatus } from '../delivery/status.js';
import { AppError } from '../errors.js';
import type { Work } from '../queue/queues.js';
import type { System } from '../system.js';
import { EXIT, type Terminal } from './command.js';
import { onInterrupt } from './interrupt.js';
import { statusLines } from './ledger-view.js';
import { watchSend } from './watch.js';

/** A webhook may take ten of them. */
const TELL_WITHIN_MS = 15_000;
/** How long somebody who leaves a watch waits for the figures. */
const LEAVE_WITHIN_MS = 3_000;

/** Watches until the end, doing the work here while nobody else does. */
export async function seeThrough(
  system: System,
  terminal: Terminal,
  issue: number,
  { wait = false }: { wait?: boolean },
): Promise<number> {
  const interrupt = onInterrupt();
  let own: Promise<Work> | undefined;
  try {
    const last = await watchSend(system, issue, terminal, {
      signal: interrupt.signal,
      onLook: async (status) => {
        // It will not begin by itself any more.
        if (status.missed !== undefined) return true;
        if (own) return false;
        if ((await system.presence.workers()).length === 0) {
          terminal.note('No worker is connected: this process sends until the end.');
          own = startWorker(system);
          await own;
          return false;
        }
        return !wait && !terminal.interactive && status.state !== 'planning';
      },
    });
    const stopped = interrupt.signal.aborted;
    if (own && !stopped) await toldOf(system, terminal, issue, interrupt.signal);
    await (await own)?.close();
    const detached = own === undefined;
    const now = statusNow(system, issue, last);
    return report(terminal, await (stopped && detached ? answered(now) : now), { detached });
  } finally {
    interrupt.release();
  }
}

/**
 * Operators hear of it from this process, which may be the last one for a week; whom it cannot reach
 * in a moment the next worker tells.
 */
async function toldOf(
  { outbox }: System,
  terminal: Terminal,
  issue: number,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = Date.now() + TELL_WITHIN_MS;
  while ((await outbox.untold(issue)).length > 0) {
    if (Date.now() > giveUpAt || signal.aborted) {
      terminal.note('Operators could not be told yet (notify): the next worker tries again.');
      return;
    }
    await sleep(100);
  }
}

async function statusNow(
  system: System,
  issue: number,
  last: SendStatus | undefined,
): Promise<SendStatus> {
  const record = await system.sends.get(issue);
  const status = record ? await fullStatusOf(record, system) : last;
  if (status === undefined) throw new Error(`send ${issue} disappeared`);
  return status;
}

/** Who wants to leave waits no longer for a Redis that is away. @throws AppError redis_unreachable */
async function answered(status: Promise<SendStatus>): Promise<SendStatus> {
  const known = await Promise.race([status, sleep(LEAVE_WITHIN_MS, undefined, { ref: false })]);
  if (known) return known;
  throw new AppError(
    'redis_unreachable',
    'Redis does not answer, so it is not known how the send stands. Workers go on with it as soon as it does.',
  );
}

function report(
  terminal: Terminal,
  status: SendStatus,
  { detached }: { detached: boolean },
): number {
  for (const line of statusLines(status)) terminal.print(line);
  terminal.document(status);
  if (status.missed !== undefined) return EXIT.failed;
  if (OPEN_STATES.includes(status.state)) {
    if (detached) return EXIT.ok;
    terminal.note(
      `Stopped before the end. \`pressrun send ${status.issue}\` goes on where it was.`,
    );
    return EXIT.failed;
  }
  if (status.state !== 'finished') return EXIT.failed;
  const { rejected, uncertain } = status.ledger;
  return rejected + uncertain === 0 ? EXIT.ok : EXIT.finishedWithLosses;
}
