/**
 * The slots of `delivery.schedule`: moments at which one queued issue each goes out. Pure.
 *
 * The cron expression is read on the wall clock of the publication and each reading is then looked up:
 * one that the change to summer time leaves out comes as much later as the clock is put forward, one
 * that happens twice in autumn is the first. So there is one slot for each that the expression names,
 * in every week of the year.
 * @see https://man7.org/linux/man-pages/man5/crontab.5.html
 */
import { CronExpressionParser } from 'cron-parser';
import type { Config } from '../config/types.js';
import type { SendRecord } from './send-record.js';
import { firstMomentOf, wallOf } from './send-time.js';

export interface Schedule {
  /** Five fields, or six with seconds in front. */
  cron: string;
  /** IANA name. */
  timezone: string;
}

export function scheduleOf({
  delivery,
  publication,
}: Pick<Config, 'delivery' | 'publication'>): Schedule | undefined {
  if (delivery.schedule === undefined) return undefined;
  return { cron: delivery.schedule, timezone: publication.timezone };
}

/** More than any clock is ever put back. */
const LOOK_BACK_MS = 4 * 3_600_000;

/** @returns the slots after `now` (epoch ms), without end, each later than the one before */
export function* slotsAfter({ cron, timezone }: Schedule, now: number): Generator<number> {
  const readings = CronExpressionParser.parse(cron, {
    tz: 'UTC',
    currentDate: new Date(wallOf(now, timezone) - LOOK_BACK_MS),
  });
  let last = now;
  for (;;) {
    const slot = firstMomentOf(readings.next().getTime(), timezone);
    if (slot > last) yield slot;
    last = Math.max(last, slot);
  }
}

/** The first slot after `now` that no other scheduled send has. */
export function freeSlot(
  schedule: Schedule,
  records: readonly SendRecord[],
  { now, except }: { now: number; except?: number | undefined },
): number {
  const taken = new Set(records.filter(isWaiting).map(timeUnless(except)));
  for (const slot of slotsAfter(schedule, now)) if (!taken.has(slot)) return slot;
  throw new Error('slots have no end');
}

/** The next slots with the issue that has each, if any has. */
export function nextSlots(
  schedule: Schedule,
  records: readonly SendRecord[],
  now: number,
  count: number,
): { at: number; issue: number | undefined }[] {
  const slots: { at: number; issue: number | undefined }[] = [];
  for (const at of slotsAfter(schedule, now)) {
    const holder = records.find((record) => isWaiting(record) && record.scheduledFor === at);
    slots.push({ at, issue: holder?.issue });
    if (slots.length === count) break;
  }
  return slots;
}

/** Scheduled, and its time has not been missed. */
export function isWaiting({ state, missed }: SendRecord): boolean {
  return state === 'scheduled' && missed === undefined;
}

function timeUnless(except: number | undefined) {
  return ({ issue, scheduledFor }: SendRecord): number | undefined =>
    issue === except ? undefined : scheduledFor;
}
