/** The ledger as people read it in a terminal. */
import Table from 'cli-table3';
import { formatMoment, formatWait } from '../delivery/send-time.js';
import type { SendStatus } from '../delivery/status.js';
import type { Counts } from '../delivery/tally.js';

const NUMBER = new Intl.NumberFormat('en-US');

export const formatCount = (count: number): string => NUMBER.format(count);

/** A table with nothing drawn that the eye does not need. */
export function plainTable(align: ('left' | 'right')[]): Table.Table {
  const edges = ['top', 'bottom', 'left', 'right', 'mid'];
  const joints = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((edge) =>
    ['left', 'mid', 'right'].map((side) => `${edge}-${side}`),
  );
  return new Table({
    chars: { ...Object.fromEntries([...edges, ...joints].map((name) => [name, ''])), middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: align,
  });
}

/** One line: `accepted 4,990 · skipped 7 · deferred 3 · remaining 0`; zeros that are good news stay out. */
export function ledgerLine({ ledger, inFlight, assumed }: Counts): string {
  const shown = [
    `accepted ${formatCount(ledger.accepted)}${assumed > 0 ? ` (${formatCount(assumed)} assumed)` : ''}`,
    ...(['rejected', 'skipped', 'uncertain', 'deferred'] as const)
      .filter((word) => ledger[word] > 0)
      .map((word) => `${word} ${formatCount(ledger[word])}`),
    `remaining ${formatCount(ledger.remaining)}${inFlight > 0 ? ` (${formatCount(inFlight)} in flight)` : ''}`,
  ];
  return shown.join(' · ');
}

export function troubleOf({ of }: NonNullable<SendStatus['trouble']>): string {
  return `${of === 'redis' ? 'Redis' : 'the relay'} is in trouble`;
}

/** Several lines: state, the sum that balances, and why people were not simply accepted. */
export function statusLines(status: SendStatus): string[] {
  const { ledger } = status;
  const words = ['accepted', 'rejected', 'skipped', 'uncertain', 'deferred', 'remaining'] as const;
  const width = formatCount(ledger.planned).length;
  const row = (word: string, count: number, beside = ''): string =>
    `  ${word.padEnd(10)} ${formatCount(count).padStart(width)}${beside}`;
  const beside = (word: string): string => {
    if (word === 'remaining' && status.inFlight > 0) return `  (${status.inFlight} in flight)`;
    if (word === 'accepted' && status.assumed > 0) return `  (${status.assumed} assumed)`;
    return '';
  };
  return [
    `#${status.issue} ${status.title}`,
    `${status.state}${status.reason ? `: ${status.reason}` : ''}${period(status)}`,
    ...(status.missed
      ? [
          `MISSED: ${status.missed}`,
          `  \`pressrun send ${status.issue}\` sends it now, \`pressrun send ${status.issue} --at TIME\` moves it, \`pressrun unschedule ${status.issue}\` takes it back`,
        ]
      : []),
    ...(status.warning ? [`warning: ${status.warning}`] : []),
    ...status.troubles.map(
      ({ lane, relay, of, words, nextTryAt }) =>
        `${of === 'redis' ? 'Redis' : `lane ${lane}, ${relay}`} in trouble, next try ${nextTryAt}: ${words}`,
    ),
    '',
    row('planned', ledger.planned),
    `  ${'─'.repeat(11 + width)}`,
    ...words.map((word) => row(word, ledger[word], beside(word))),
    ...(status.ledgerFile
      ? [
          '',
          `single recipients: .pressrun/ledgers/${status.ledgerFile.file} on ${status.ledgerFile.host}`,
        ]
      : []),
    ...revisionLines(status),
    ...editionLines(status),
    ...approvalLines(status),
    ...reasonLines(status),
  ];
}

function revisionLines({ revisions }: SendStatus): string[] {
  if (revisions.length < 2) return [];
  const lines = revisions.map(
    ({ revision, frozenAt, recipients }) =>
      `  ${formatCount(recipients).padStart(6)}  revision ${revision}, frozen ${frozenAt}`,
  );
  return ['', 'who has which:', ...lines];
}

function editionLines({ editions }: SendStatus): string[] {
  if (editions === undefined) return [];
  const lines = Object.entries(editions).map(
    ([edition, count]) => `  ${formatCount(count).padStart(6)}  ${edition}`,
  );
  return ['', 'editions:', ...lines];
}

/** Which words and bytes somebody stood for, and what was said against them. */
function approvalLines({ revisions }: SendStatus): string[] {
  const lines = revisions.flatMap(({ revision, contentHash, approval }) => {
    if (!approval) return [];
    const { by, at, errors, warnings, forced } = approval;
    const which = revisions.length > 1 ? `revision ${revision} ` : '';
    const against = [
      ...(errors > 0 ? [`${counted(errors, 'error')} forced (${forced.join(', ')})`] : []),
      ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ];
    const beside = against.length > 0 ? `; ${against.join(', ')}` : '';
    return [`${which}approved by ${by}, ${at}, content ${contentHash.slice(0, 12)}${beside}`];
  });
  return lines.length > 0 ? ['', ...lines] : [];
}

export function counted(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function period(status: SendStatus): string {
  const { state, startedAt, endedAt, scheduledFor, queued, timezone } = status;
  if (state === 'scheduled' && scheduledFor !== undefined) {
    const at = Date.parse(scheduledFor);
    const wait = at - Date.now();
    const far = wait > 0 ? `, in ${formatWait(wait)}` : '';
    return ` for ${queued ? 'the slot of ' : ''}${formatMoment(at, timezone)} (${scheduledFor})${far}`;
  }

  if (endedAt === undefined) return `, since ${startedAt}`;
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return `, ${startedAt}, took ${seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`}`;
}

function reasonLines({ reasons }: SendStatus): string[] {
  const MOST_SHOWN = 12;
  if (reasons.length === 0) return [];
  const lines = reasons
    .slice(0, MOST_SHOWN)
    .map(
      ({ state, class: reasonClass, words, count }) =>
        `  ${formatCount(count).padStart(6)}  ${state}: ${reasonClass}${words ? `, ${words}` : ''}`,
    );
  const more = reasons.length - MOST_SHOWN;
  return [
    '',
    'why:',
    ...lines,
    ...(more > 0 ? [`  and ${more} further reasons (--json has all)`] : []),
  ];
}

/** "28.4 MB" */
export function formatSize(bytes: number): string {
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
