/**
 * Times a person names for a send: `2026-12-02 09:00` on the publication's clock, or ISO 8601 with
 * an offset. Pure.
 *
 * A clock on the wall is not a moment: in the night to winter time an hour happens twice, in the
 * night to summer time one is missing. Neither is guessed.
 * @see RFC 3339, https://www.iana.org/time-zones
 */
import { AppError } from '../errors.js';

/** Farther away than this is a mistyped year. */
const FARTHEST_MS = 2 * 366 * 86_400_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * @param timezone IANA name: whose clock a time without an offset is read on
 * @returns epoch ms
 * @throws AppError usage: no time, past, or no single moment on that clock
 */
export function parseSendTime(text: string, timezone: string, now: number): number {
  const [, year, month, day, hour, minute, second = '0', offset] = WRITTEN.exec(text.trim()) ?? [];
  const parts = [year, month, day, hour, minute, second].map(Number);
  const utc = utcOf(parts);
  if (utc === undefined) {
    throw new AppError(
      'usage',
      `--at ${text}: no time; write "2026-12-02 09:00" (${timezone}), 2026-12-02T09:00+01:00 or 2026-12-02T08:00Z`,
    );
  }
  const at = offset === undefined ? onlyMoment(text, utc, timezone) : utc - offsetMs(text, offset);
  if (at <= now) {
    throw new AppError(
      'usage',
      `--at ${text} is past: it is ${formatMoment(now, timezone)}; without --at it goes out now`,
    );
  }
  if (at - now > FARTHEST_MS) {
    throw new AppError('usage', `--at ${text} is more than two years away: a mistyped year?`);
  }
  return at;
}

/** `Wed 2026-12-02 09:00 Europe/Berlin`, with the offset where the clock is turned back. */
export function formatMoment(at: number, timezone: string): string {
  const utc = wallOf(at, timezone);
  const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' }).format(
    utc,
  );
  const twice = momentsAt(utc, timezone).length > 1 ? ` (UTC${formatOffset(utc - at)})` : '';
  return `${weekday} ${formatWall(utc)} ${timezone}${twice}`;
}

/** `3 days 4 h`, `2 h 5 min`, `40 s`: the two largest units. */
export function formatWait(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units: [number, string][] = [
    [86_400, seconds >= 2 * 86_400 ? 'days' : 'day'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  let left = seconds;
  const words = units.flatMap(([size, name]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return words.slice(0, 2).join(' ') || '0 s';
}

/** YYYY-MM-DD on that clock. */
export function dateIn(timezone: string, at: number): string {
  return formatWall(wallOf(at, timezone)).slice(0, 10);
}

/** The clock's reading, as if it were UTC; undefined for a 31st of February. */
function utcOf([year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: number[]):
  | number
  | undefined {
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(utc)) return undefined;
  const read = new Date(utc);
  const same =
    read.getUTCMonth() === month - 1 &&
    read.getUTCDate() === day &&
    read.getUTCHours() === hour &&
    read.getUTCMinutes() === minute;
  return same ? utc : undefined;
}

function onlyMoment(text: string, wall: number, timezone: string): number {
  const [first, second] = momentsAt(wall, timezone);
  if (first === undefined) {
    throw new AppError(
      'usage',
      `--at ${text} does not exist in ${timezone}: clocks are put forward over it that night; name another time`,
    );
  }
  if (second !== undefined) {
    const written = [first, second].map(
      (at) => `${formatWall(wall).replace(' ', 'T')}${formatOffset(wall - at)}`,
    );
    throw new AppError(
      'usage',
      `--at ${text} happens twice in ${timezone}: clocks are put back that night; write ${written.join(' or ')}`,
    );
  }
  return first;
}

/**
 * The first moment at which the clock reads this; of a reading that is left out, the moment that comes
 * as much later as the clock is put forward.
 * @param wall the reading, as if it were UTC
 */
export function firstMomentOf(wall: number, timezone: string): number {
  const [first] = momentsAt(wall, timezone);
  return first ?? wall - (wallOf(wall - DAY_MS, timezone) - (wall - DAY_MS));
}

/** All moments at which the clock reads this, earliest first: none, one or two. */
function momentsAt(wall: number, timezone: string): number[] {
  // No zone turns its clock twice within two days.
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => wallOf(near, timezone) - near);
  return [...new Set(offsets.map((offset) => wall - offset))]
    .filter((at) => wallOf(at, timezone) === wall)
    .sort((a, b) => a - b);
}

/** What the clock reads at a moment, as if it were UTC; whole seconds. */
export function wallOf(at: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
}

function offsetMs(text: string, offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  if (Number(hours) > 14 || Number(minutes) > 59) {
    throw new AppError('usage', `--at ${text}: no clock on earth is ${offset} from UTC`);
  }
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function formatWall(utc: number): string {
  return new Date(utc).toISOString().slice(0, 16).replace('T', ' ');
}

function formatOffset(ms: number): string {
  const minutes = Math.abs(Math.round(ms / MINUTE_MS));
  const two = (count: number): string => String(count).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
