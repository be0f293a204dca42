/**
 * A slot has come: whichever send is queued for it begins. One send a slot, in the order in which they
 * were queued; a slot that nobody took passes.
 *
 * The records are the truth. What calls is only the clock (BullMQ's job scheduler, or the sweep for a
 * send whose call was lost), and may call twice.
 */
import type { JobResult } from './deliver.js';
import { type FireOptions, fire } from './fire.js';
import type { SendRecord } from './send-record.js';
import type { Sends } from './sends.js';
import { freeSlot, isWaiting, type Schedule } from './slots.js';

/** The clock of the machine that called may be this far ahead of ours. */
const SOON_MS = 5_000;

export interface FireSlotsOptions extends FireOptions {
  sends: FireOptions['sends'] & Pick<Sends, 'list' | 'reschedule'>;
  /** undefined when it was taken out of the configuration: appointments made before stand. */
  schedule: Schedule | undefined;
}

export async function fireSlots(options: FireSlotsOptions): Promise<JobResult> {
  const now = (options.now ?? Date.now)();
  const due = (await options.sends.list())
    .filter((record) => isDue(record, now))
    .sort((one, other) => timeOf(one) - timeOf(other) || one.issue - other.issue);
  const taken = new Set<number>();
  const later: number[] = [];
  for (const record of due) {
    if (taken.has(timeOf(record))) await makeWay(record, options, now);
    else {
      const result = await fire(record.issue, record.step, options);
      if (result.kind === 'later') later.push(result.at);
    }
    taken.add(timeOf(record));
  }
  return later.length === 0 ? { kind: 'done' } : { kind: 'later', at: Math.min(...later) };
}

/** Two people who queued at the same moment were given the same slot. */
async function makeWay(record: SendRecord, options: FireSlotsOptions, now: number): Promise<void> {
  const { sends, schedule, log } = options;
  const { issue } = record;
  if (schedule === undefined) {
    return await sends.miss(record, 'another issue had the same slot, and there are no slots now');
  }
  const at = freeSlot(schedule, await sends.list(), { now, except: issue });
  log.warn({ issue, at: new Date(at) }, 'another issue has the same slot: this one takes the next');
  await sends.reschedule(record, { at, queued: true });
}

function isDue(record: SendRecord, now: number): boolean {
  return isWaiting(record) && record.queued && timeOf(record) - now < SOON_MS;
}

const timeOf = ({ scheduledFor = 0 }: SendRecord): number => scheduledFor;
