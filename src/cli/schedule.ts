/** `pressrun send ISSUE --at TIME`: frozen now, sent then; and words for a send that is scheduled. */
import type { Appointment, Frozen, SendRecord } from '../delivery/send-record.js';
import { formatMoment, formatWait, parseSendTime } from '../delivery/send-time.js';
import { freeSlot, scheduleOf } from '../delivery/slots.js';
import { fullStatusOf } from '../delivery/status.js';
import { AppError } from '../errors.js';
import type { System } from '../system.js';
import { checkDoor } from '../web/door.js';
import { checkedOf, subjectOf } from './approve.js';
import { EXIT, type Terminal } from './command.js';
import { confirm } from './confirm.js';
import { editionsOf } from './edition-words.js';

export interface ScheduleOptions {
  at?: string;
  dryRun?: boolean;
  yes?: boolean;
  wait?: boolean;
  loopback?: boolean;
}

/** A send to see through; or none: it is scheduled, a dry run, or the answer was no. */
export type Begun = { kind: 'begun'; issue: number } | { kind: 'not-begun'; exitCode: number };

const NOT_DONE: Begun = { kind: 'not-begun', exitCode: EXIT.failed };

/**
 * The time of `--at`, or the next free slot.
 * @param issue  one whose own slot is free for it
 * @throws AppError usage
 */
export async function appointmentOf(
  { config, sends }: System,
  at: string,
  issue: number,
): Promise<Appointment> {
  const now = Date.now();
  if (at.trim() !== 'next') {
    return { at: parseSendTime(at, config.publication.timezone, now), queued: false };
  }
  const schedule = scheduleOf(config);
  if (schedule === undefined) {
    throw new AppError(
      'usage',
      '--at next needs regular times: set delivery.schedule in pressrun.yaml, such as "0 9 * * WED"',
    );
  }
  return { at: freeSlot(schedule, await sends.list(), { now, except: issue }), queued: true };
}

/** Records an approved issue as scheduled. */
export async function scheduleNew(
  system: System,
  terminal: Terminal,
  frozen: Frozen,
  { appointment, options }: { appointment: Appointment; options: ScheduleOptions },
): Promise<Begun> {
  const { number } = frozen.issue;
  terminal.print(`#${number} ${frozen.issue.title}`);
  terminal.print(`goes out ${when(system, appointment)}, to everybody who is on the list then`);
  if (options.dryRun) {
    const scheduledFor = new Date(appointment.at).toISOString();
    terminal.print('Nothing was scheduled (--dry-run).');
    const what = { issue: number, subject: subjectOf(frozen), check: checkedOf(frozen) };
    const editions = editionsOf(frozen);
    terminal.document({ ...what, editions, scheduledFor, dryRun: true });
    return { kind: 'not-begun', exitCode: EXIT.ok };
  }
  if (!options.yes && !(await confirm('Schedule it?'))) return NOT_DONE;
  const loopback = options.loopback === true;
  if (!(await system.sends.schedule(frozen, { ...appointment, loopback }))) {
    throw movedOn(number);
  }
  return await settled(system, terminal, number, options);
}

/** Moves a scheduled send to another time, or begins it now. @throws AppError send_refused, door_closed */
export async function goOnScheduled(
  system: System,
  terminal: Terminal,
  record: SendRecord,
  options: ScheduleOptions,
): Promise<Begun> {
  const { issue, title } = record;
  terminal.print(`#${issue} ${title}`);
  if (options.at !== undefined) return await moveTo(system, terminal, record, options);
  if (record.scheduledFor !== undefined) {
    terminal.print(
      record.missed === undefined
        ? `is scheduled for ${when(system, { at: record.scheduledFor, queued: record.queued })}`
        : `was missed: ${record.missed}`,
    );
  }
  await checkDoor(system.config, system.instanceId, {
    loopback: options.loopback === true || record.loopback,
  });
  if (options.dryRun) return triedOut(terminal, record);
  if (!options.yes && !(await confirm('Send it now instead?'))) return NOT_DONE;
  if (!(await system.sends.begin(record))) throw movedOn(issue);
  await system.queues.enqueuePlan(issue);
  return { kind: 'begun', issue };
}

async function moveTo(
  system: System,
  terminal: Terminal,
  record: SendRecord,
  options: ScheduleOptions,
): Promise<Begun> {
  const appointment = await appointmentOf(system, options.at ?? '', record.issue);
  terminal.print(`goes out ${when(system, appointment)}`);
  if (options.dryRun) return triedOut(terminal, record);
  if (!options.yes && !(await confirm('Move it there?'))) return NOT_DONE;
  if (!(await system.sends.reschedule(record, appointment))) throw movedOn(record.issue);
  return await settled(system, terminal, record.issue, options);
}

/** Sets the clock of a scheduled send and says how things stand. */
async function settled(
  system: System,
  terminal: Terminal,
  issue: number,
  { wait }: ScheduleOptions,
): Promise<Begun> {
  const record = await system.sends.get(issue);
  if (record === undefined) throw new Error(`send ${issue} disappeared`);
  await system.queues.enqueueFire(record);
  if (wait) return { kind: 'begun', issue };
  terminal.document(await fullStatusOf(record, system));
  terminal.note(
    `#${issue} is scheduled. \`pressrun send ${issue} --at TIME\` moves it, \`pressrun amend ${issue}\` replaces what is sent, \`pressrun unschedule ${issue}\` takes it back.`,
  );
  if ((await system.presence.workers()).length === 0) {
    terminal.note(
      'No worker is connected: `pressrun start worker` must run at that time, or nothing goes out.',
    );
  }
  return { kind: 'not-begun', exitCode: EXIT.ok };
}

function triedOut(terminal: Terminal, { issue }: SendRecord): Begun {
  terminal.print('Nothing was changed (--dry-run).');
  terminal.document({ issue, dryRun: true });
  return { kind: 'not-begun', exitCode: EXIT.ok };
}

/** `in the slot of Wed 2026-12-02 09:00 Europe/Berlin (2026-12-02T08:00:00.000Z), in 7 days 11 h`. */
function when({ config }: System, { at, queued }: Appointment): string {
  const wait = at - Date.now();
  const far = wait < 0 ? `${formatWait(-wait)} ago` : `in ${formatWait(wait)}`;
  return `${queued ? 'in the slot of ' : ''}${formatMoment(at, config.publication.timezone)} (${new Date(at).toISOString()}), ${far}`;
}

function movedOn(issue: number): AppError {
  return new AppError(
    'send_refused',
    `the send of issue ${issue} moved on meanwhile: look at \`pressrun status ${issue}\` and try again`,
  );
}
