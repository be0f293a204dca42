import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateIn, formatMoment, formatWait, parseSendTime } from '../../src/delivery/send-time.js';

const BERLIN = 'Europe/Berlin';
const NOW = Date.parse('2026-09-01T12:00:00Z');

const isoOf = (text: string, zone = BERLIN, now = NOW): string =>
  new Date(parseSendTime(text, zone, now)).toISOString();

test('a time without an offset is read on the clock of the publication, summer and winter', () => {
  assert.equal(isoOf('2026-12-02 09:00'), '2026-12-02T08:00:00.000Z');
  assert.equal(isoOf('2026-10-01 09:00'), '2026-10-01T07:00:00.000Z');
  assert.equal(isoOf('2026-12-02T09:00:30'), '2026-12-02T08:00:30.000Z');
  assert.equal(isoOf('2026-12-02 09:00', 'America/New_York'), '2026-12-02T14:00:00.000Z');
  assert.equal(isoOf('2026-12-02 09:00', 'Asia/Kathmandu'), '2026-12-02T03:15:00.000Z');
  assert.equal(isoOf('2027-01-01 00:00', 'Pacific/Kiritimati'), '2026-12-31T10:00:00.000Z');
});

test('an offset or Z is a moment whatever the clock of the publication says', () => {
  assert.equal(isoOf('2026-12-02T09:00Z'), '2026-12-02T09:00:00.000Z');
  assert.equal(isoOf('2026-12-02T09:00+05:30'), '2026-12-02T03:30:00.000Z');
  assert.equal(isoOf('2026-12-02T09:00-0800'), '2026-12-02T17:00:00.000Z');
});

test('an hour that the clock leaves out is refused, one that it shows twice is asked about', () => {
  assert.throws(() => isoOf('2027-03-28 02:30'), /does not exist in Europe\/Berlin/);
  assert.equal(isoOf('2027-03-28 03:00'), '2027-03-28T01:00:00.000Z');
  assert.throws(
    () => isoOf('2026-10-25 02:30'),
    /twice.*2026-10-25T02:30\+02:00 or 2026-10-25T02:30\+01:00/,
  );
  assert.equal(isoOf('2026-10-25T02:30+01:00'), '2026-10-25T01:30:00.000Z');
  assert.throws(() => isoOf('2026-10-04 02:15', 'Australia/Lord_Howe'), /does not exist/);
  assert.throws(() => isoOf('2027-04-04 01:45', 'Australia/Lord_Howe'), /\+11:00 or .*\+10:30/);
});

test('what is no time, past, or far away is refused with what to write', () => {
  assert.throws(() => isoOf('tomorrow'), /no time; write "2026-12-02 09:00" \(Europe\/Berlin\)/);
  assert.throws(() => isoOf('2027-02-29 09:00'), /no time/);
  assert.throws(() => isoOf('2026-12-02 24:00'), /no time/);
  assert.throws(() => isoOf('2026-12-02T09:00+25:00'), /no clock on earth/);
  assert.throws(() => isoOf('2026-09-01 14:00'), /is past: it is Tue 2026-09-01 14:00 Europe/);
  assert.throws(() => isoOf('2062-12-02 09:00'), /two years/);
});

test('a moment is shown on the clock of the publication, with the offset where it needs one', () => {
  assert.equal(
    formatMoment(Date.parse('2026-12-02T08:00Z'), BERLIN),
    `Wed 2026-12-02 09:00 ${BERLIN}`,
  );
  assert.match(formatMoment(Date.parse('2026-10-25T00:30Z'), BERLIN), /02:30 .*\(UTC\+02:00\)$/);
  assert.match(formatMoment(Date.parse('2026-10-25T01:30Z'), BERLIN), /02:30 .*\(UTC\+01:00\)$/);
  assert.equal(dateIn('Pacific/Auckland', Date.parse('2026-12-02T12:00Z')), '2026-12-03');
  assert.equal(formatWait((2 * 86_400 + 4 * 3_600 + 59) * 1_000), '2 days 4 h');
  assert.equal(formatWait(0), '0 s');
});
