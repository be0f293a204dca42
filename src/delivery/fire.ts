/**
 * Firing: a scheduled send begins at its time, or says why it did not and waits for a word.
 *
 * The record is the truth; the delayed job that comes here is only the clock, and one of an earlier
 * appointment is known by its step. The content was frozen when the send was scheduled; the
 * audience is taken now.
 */
import { AppError } from '../errors.js';
import type { Logger } from '../log.js';
import type { JobResult } from './deliver.js';
import type { SendRecord } from './send-record.js';
import { formatWait } from './send-time.js';
import type { Sends } from './sends.js';

/** Seen later than this, a send is missed: news of the morning may be wrong in the evening. */
export const LATE_MS = 15 * 60_000;
/** A door that is shut for this long at the time is not just being restarted. */
const DOOR_PATIENCE_MS = 2 * 60_000;
const KNOCK_AGAIN_MS = 20_000;

export interface FireOptions {
  sends: Pick<Sends, 'get' | 'begin' | 'miss'>;
  enqueuePlan(issue: number): Promise<void>;
  /** Proves that people will be able to leave. @throws AppError door_closed */
  checkDoor(options: { loopback: boolean }): Promise<unknown>;
  log: Logger;
  now?(): number;
  doorPatienceMs?: number;
}

/** Begins the send whose time this is. @param step that of the appointment */
export async function fire(issue: number, step: number, options: FireOptions): Promise<JobResult> {
  const record = await options.sends.get(issue);
  if (record?.state !== 'scheduled' || record.step !== step) return { kind: 'done' };
  if (record.scheduledFor === undefined || record.missed !== undefined) return { kind: 'done' };
  const late = (options.now ?? Date.now)() - record.scheduledFor;
  // The clock of the machine that called may be ahead of ours.
  if (late < 0) return { kind: 'later', at: record.scheduledFor };
  if (late > LATE_MS) {
    return await missed(
      record,
      `no worker was there at the time; seen ${formatWait(late)} late`,
      options,
    );
  }
  return await begin(record, late, options);
}

async function begin(record: SendRecord, late: number, options: FireOptions): Promise<JobResult> {
  const { issue, step, loopback } = record;
  const { sends, enqueuePlan, checkDoor, log, doorPatienceMs = DOOR_PATIENCE_MS } = options;
  try {
    await checkDoor({ loopback });
    if (!(await sends.begin(record))) return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ issue, step, code: error.code }, `a scheduled send cannot begin: ${error.message}`);
    if (late >= doorPatienceMs) return await missed(record, error.message, options);
    return { kind: 'later', at: Date.now() + KNOCK_AGAIN_MS };
  }
  log.info({ issue }, 'a scheduled send begins');
  await enqueuePlan(issue);
  return { kind: 'done' };
}

async function missed(record: SendRecord, why: string, options: FireOptions): Promise<JobResult> {
  await options.sends.miss(record, why);
  options.log.error({ issue: record.issue }, `a scheduled send was missed: ${why}`);
  return { kind: 'done' };
}
