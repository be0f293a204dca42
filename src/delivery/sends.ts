/**
 * The record of each send: what was frozen for it and the state it is in.
 *
 * ```
 * scheduled → planning            (at its time, or by an operator's word)
 * planning → sending → finished    (retry, resolve --resend, --newcomers: back to sending)
 *        ↘   ⇅    ↘
 *         paused   halted          (resume: back to sending, or to planning if that was not done)
 * cancelled: from any of them but finished; a scheduled one may also be forgotten (unschedule)
 * ```
 * `amend` freezes a further revision of a send that stands still; claims of older ones are refused
 * from then on.
 * One send per issue number. The record is the truth about the state; the gate in every shard's
 * ledger, which each claim passes, follows it (sweep.ts mends a gate left behind by a crash).
 */
import { AppError } from '../errors.js';
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { LedgerStore } from './ledger.js';
import { CLAIMING_STATES, createMoves, ENTERED_FROM, type Fields, type OnNews } from './moves.js';
import { createRevisions, type Revisions } from './revisions.js';
import {
  type Appointment,
  contentHashOf,
  type Frozen,
  frozenFields,
  type LedgerTotals,
  nextRevision,
  recordOf,
  refused,
  requireAmendable,
  requireLedger,
  type SendRecord,
} from './send-record.js';
import type { SendState } from './types.js';

export interface Sends extends Revisions {
  /** Freezes the content and records the send as planning; false when the issue already has a send. */
  create(frozen: Frozen): Promise<boolean>;
  /** Freezes the content and records the send as scheduled; false when the issue has a send. */
  schedule(frozen: Frozen, when: Appointment & { loopback: boolean }): Promise<boolean>;
  /** Gives a scheduled send another time; false when it moved on meanwhile. */
  reschedule(record: SendRecord, when: Appointment): Promise<boolean>;
  /** Forgets a scheduled send; false when it moved on meanwhile. */
  unschedule(record: SendRecord): Promise<boolean>;
  /** scheduled → planning, unless the record changed since it was read; returns whether it did. */
  begin(record: SendRecord): Promise<boolean>;
  /** A scheduled send did not begin at its time and waits for a word. */
  miss(record: SendRecord, why: string): Promise<void>;
  get(issue: number): Promise<SendRecord | undefined>;
  /** What stays of a ledger that was put away; undefined while it is in Redis. */
  totals(issue: number): Promise<LedgerTotals | undefined>;
  /** All sends, newest issue first. */
  list(): Promise<SendRecord[]>;
  /**
   * Makes `frozen` the newest revision of a send that stands still (paused or halted), or replaces
   * what a scheduled one froze.
   * @throws AppError send_refused
   */
  amend(record: SendRecord, frozen: Frozen): Promise<void>;
  /** Everybody is in the ledger: planning → sending. */
  planned(issue: number): Promise<void>;
  /** sending → finished, when nobody is left; returns whether it did. */
  finish(issue: number): Promise<boolean>;
  /**
   * finished → sending: somebody is to be mailed after all. One that is open stays as it is.
   * @throws AppError send_refused for one that was cancelled or not planned to the end
   */
  reopen(issue: number): Promise<void>;
  /** Shuts the gate and says why; somebody must resume. */
  halt(issue: number, reason: string): Promise<void>;
  /** Nobody further is claimed until `resume`. @throws AppError send_refused */
  pause(issue: number): Promise<void>;
  /** paused or halted → sending. @throws AppError send_refused */
  resume(issue: number): Promise<void>;
  /** Ends the send; messages in flight still settle. @throws AppError send_refused */
  cancel(issue: number): Promise<void>;
  /** Makes the gates say what the record says, after a crash between the two. */
  mendGates(record: SendRecord): Promise<void>;
}

export function createSends(
  redis: RedisClient,
  keys: Keys,
  ledger: LedgerStore,
  onNews?: OnNews,
): Sends {
  const create = loadScript('delivery', 'create');
  const amend = loadScript('delivery', 'amend');
  const unschedule = loadScript('delivery', 'unschedule');
  const { move, newsOf } = createMoves(redis, keys, onNews);
  /** A move by an operator's verb, with the gate. */
  const order = async (
    issue: number,
    to: SendState,
    fields: Fields = {},
    enteredFrom = ENTERED_FROM[to],
  ): Promise<void> => {
    const { moved, from } = await move(issue, to, fields, enteredFrom);
    if (!moved) throw refused(issue, to, from);
    await followGates(issue);
  };
  const get = async (issue: number): Promise<SendRecord | undefined> =>
    recordOf(await redis.hgetall(keys.send(issue)));
  const mendGates = ({ issue, state, ...gate }: SendRecord): Promise<void> => {
    const { revision, highlights, step } = gate;
    const open = CLAIMING_STATES.includes(state);
    return ledger.setGate(issue, { open, revision, highlights, step });
  };
  const followGates = async (issue: number): Promise<void> => {
    const record = await get(issue);
    if (record) await mendGates(record);
  };

  const record = async (
    frozen: Frozen,
    state: SendState,
    fields: Fields = {},
  ): Promise<boolean> => {
    const now = Date.now();
    const { issue, highlights } = frozen;
    const record = {
      state,
      issue: issue.number,
      title: issue.title,
      date: issue.date ?? '',
      revision: 1,
      highlights: highlights ? 1 : '',
      contentHash: contentHashOf(frozen),
      createdAt: now,
      startedAt: now,
      step: 1,
      ...fields,
    };
    // Listed first: a listed number without a record is passed over, an unlisted send is lost.
    await redis.sadd(keys.sends, issue.number);
    const created = await create.run(
      redis,
      [keys.send(issue.number), keys.revision(issue.number, 1)],
      [
        Object.keys(record).length,
        ...Object.entries(record).flat(),
        ...Object.entries(frozenFields(frozen, now)).flat(),
      ],
    );
    return created === 1;
  };

  const reopen = async (issue: number): Promise<void> => {
    const record = await get(issue);
    if (record === undefined || record.state === 'cancelled') {
      throw refused(issue, 'sending', record?.state ?? '');
    }
    if (record.revision === 0) {
      throw new AppError(
        'send_refused',
        `what was sent as issue ${issue} is not in the backup that was restored: \`pressrun amend ${issue}\` freezes the file again`,
      );
    }
    if (!record.planned) {
      throw new AppError(
        'send_refused',
        `the send of issue ${issue} is still being planned: let it go out first`,
      );
    }
    requireLedger(record);
    if (record.state !== 'finished') return;
    const atStep = record.step;
    const { moved } = await move(issue, 'sending', { endedAt: '' }, ['finished'], { atStep });
    // Somebody else moved it, or its ledger is about to leave: look again.
    await (moved ? followGates(issue) : reopen(issue));
  };

  return {
    ...createRevisions(redis, keys),
    get,

    create: (frozen) => record(frozen, 'planning'),

    schedule: (frozen, { loopback, ...when }) =>
      record(frozen, 'scheduled', { ...appointed(when), loopback: loopback ? 1 : '' }),

    reschedule: async ({ issue, step }, when) =>
      (await move(issue, 'scheduled', appointed(when), ENTERED_FROM.scheduled, { atStep: step }))
        .moved,

    async unschedule({ issue, step }) {
      const sendKeys = [keys.send(issue), keys.revision(issue, 1)];
      if (Number(await unschedule.run(redis, sendKeys, [step])) === 0) return false;
      // A listed number without a record is passed over, should this be all that happens.
      await redis.srem(keys.sends, issue);
      return true;
    },

    async begin({ issue, step }) {
      const fields = { startedAt: Date.now(), missed: '' };
      const { moved } = await move(issue, 'planning', fields, ['scheduled'], { atStep: step });
      if (moved) await followGates(issue);
      return moved;
    },

    async miss({ issue, step }, why) {
      const news = newsOf('send.missed', why);
      await move(issue, 'scheduled', { missed: why }, ['scheduled'], { atStep: step, news });
    },

    async totals(issue) {
      const totals = await redis.hget(keys.send(issue), 'totals');
      return totals === null ? undefined : (JSON.parse(totals) as LedgerTotals);
    },

    async list() {
      const issues = (await redis.smembers(keys.sends)).map(Number).sort((a, b) => b - a);
      const records = await Promise.all(issues.map(get));
      return records.filter((record) => record !== undefined);
    },

    async amend(record, frozen) {
      requireAmendable(record, frozen);
      const { issue, title } = record;
      const next = nextRevision(record);
      const amended = await amend.run(
        redis,
        [keys.send(issue), keys.revision(issue, next)],
        [
          next,
          frozen.issue.title || title,
          contentHashOf(frozen),
          frozen.highlights ? 1 : '',
          ...Object.entries(frozenFields(frozen, Date.now())).flat(),
        ],
      );
      if (amended !== 1) {
        throw new AppError(
          'send_refused',
          `the send of issue ${issue} moved on meanwhile: look at \`pressrun status ${issue}\` and try again`,
        );
      }
      await followGates(issue);
    },

    async planned(issue) {
      await redis.hset(keys.send(issue), 'planned', 1);
      // Only from there: a pause that came while the last shard was planned stands.
      await move(issue, 'sending', {}, ['planning']);
    },

    async finish(issue) {
      const fields = { endedAt: Date.now() };
      const news = newsOf('send.finished');
      return (await move(issue, 'finished', fields, ENTERED_FROM.finished, { news })).moved;
    },

    reopen,

    async halt(issue, reason) {
      const news = newsOf('send.halted', reason);
      const { moved } = await move(issue, 'halted', { reason }, ENTERED_FROM.halted, { news });
      if (moved) await followGates(issue);
    },

    pause: (issue) => order(issue, 'paused'),

    async resume(issue) {
      const record = await get(issue);
      const to = record?.planned ? 'sending' : 'planning';
      await order(
        issue,
        to,
        // What is not planned to the end takes its audience from here on.
        record?.planned ? { reason: '' } : { reason: '', startedAt: Date.now() },
        ENTERED_FROM[to].filter((from) => from !== 'finished' && from !== 'scheduled'),
      );
    },

    cancel: (issue) => order(issue, 'cancelled', { endedAt: Date.now() }),

    mendGates,
  };
}

function appointed({ at, queued }: Appointment): Fields {
  return { scheduledFor: at, queued: queued ? 1 : '', missed: '' };
}
