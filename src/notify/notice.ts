/** What operators are told of a send, in data and in words. Pure. */
import type { Config } from '../config/types.js';
import type { News, NewsType } from '../delivery/outbox.js';
import type { SendRecord } from '../delivery/send-record.js';
import { formatMoment } from '../delivery/send-time.js';
import type { Counts } from '../delivery/tally.js';
import { redact } from '../redaction.js';

/** A trial has no send behind it. */
export type NoticeType = NewsType | 'test';

export interface Notice {
  /** The same for every attempt: whoever gets it twice can tell. */
  id: string;
  type: NoticeType;
  /** Epoch ms of what happened. */
  at: number;
  publication: Pick<Config['publication'], 'name' | 'slug' | 'timezone'>;
  /** Absent in a trial. */
  send?: NoticedSend;
}

export interface NoticedSend extends Counts {
  issue: number;
  title: string;
  /** When it is told, as are the counters. */
  state: SendRecord['state'];
  /** Why it was halted or missed, without addresses; '' when there is nothing to say. */
  reason: string;
}

/** What happened to a send. */
export function noticeOf(
  { issue, step, type, at, reason }: News,
  { title, state }: SendRecord,
  counts: Counts,
  publication: Config['publication'],
): Notice {
  const { name, slug, timezone } = publication;
  return {
    // A restored backup may count the same steps again: the time tells them apart.
    id: `${slug}-${issue}-${step}-${at}`,
    ...{ type, at },
    publication: { name, slug, timezone },
    send: { issue, title, state, reason: redact(reason), ...counts },
  };
}

/** A trial of the way to the operators. */
export function testNotice({ name, slug, timezone }: Config['publication'], at: number): Notice {
  const publication = { name, slug, timezone };
  return { id: `${slug}-test-${at}`, type: 'test', at, publication };
}

/** A notice as people read it. */
export interface NoticeWords {
  /** `#5 was halted: too many were refused` */
  subject: string;
  /** What happened, a sentence or two. */
  happened: string;
  /** What the operator may do about it; empty: nothing. */
  todo: { does: string; command: string }[];
}

export function wordsOf({ type, at, publication, send }: Notice): NoticeWords {
  const when = formatMoment(at, publication.timezone);
  if (send === undefined) {
    return {
      subject: 'a trial of pressrun notify',
      happened: `pressrun was asked on ${when} to try out how it tells you what becomes of a send. It can.`,
      todo: [],
    };
  }
  const { issue } = send;
  switch (type) {
    case 'send.halted':
      return {
        subject: `#${issue} was halted`,
        happened: `The send was halted on ${when}: ${send.reason}. Nobody further is mailed until somebody says so.`,
        todo: [
          { command: `pressrun status ${issue}`, does: 'What became of everybody, and why.' },
          { command: `pressrun resume ${issue}`, does: 'Goes on, once the cause is mended.' },
          { command: `pressrun cancel ${issue}`, does: 'Ends it.' },
        ],
      };
    case 'send.missed':
      return {
        subject: `#${issue} did not go out`,
        happened: `It was to begin by itself and did not: ${send.reason}. Nobody has been mailed.`,
        todo: [
          { command: `pressrun send ${issue}`, does: 'Sends it now.' },
          { command: `pressrun send ${issue} --at TIME`, does: 'Moves it.' },
          { command: `pressrun unschedule ${issue}`, does: 'Takes it back.' },
        ],
      };
    default:
      return finishedWords(send, when);
  }
}

function finishedWords({ issue, ledger }: NoticedSend, when: string): NoticeWords {
  const { accepted, rejected, uncertain } = ledger;
  const losses = [
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(uncertain > 0 ? [`${uncertain} in doubt`] : []),
  ];
  return {
    subject: `#${issue} has finished: ${[`${accepted} accepted`, ...losses].join(', ')}`,
    happened: `The send ended on ${when}.${
      uncertain > 0
        ? ` ${uncertain} people are in doubt: they may have the issue or not, and nobody mails them again by itself.`
        : ''
    }`,
    todo: [
      ...(uncertain > 0
        ? [
            {
              command: `pressrun resolve ${issue}`,
              does: 'Lists the people in doubt and, once you looked into the log of your relay, settles them.',
            },
          ]
        : []),
      ...(rejected > 0
        ? [{ command: `pressrun status ${issue}`, does: 'Why they were rejected.' }]
        : []),
    ],
  };
}

/** The ledger as rows of a word and a count, in the order in which it balances. */
export function ledgerRows({ ledger }: NoticedSend): { word: string; count: string }[] {
  const words = [
    'planned',
    'accepted',
    'rejected',
    'skipped',
    'uncertain',
    'deferred',
    'remaining',
  ];
  const format = new Intl.NumberFormat('en-US');
  return words.map((word) => ({
    word,
    count: format.format(ledger[word as keyof typeof ledger]),
  }));
}
