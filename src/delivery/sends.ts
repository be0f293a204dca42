/**
 * The record of each send: what was frozen for it and the state it is in.
 *
 * ```
 * planning → sending → finished
 *        ↘   ⇅    ↘
 *         paused   halted          (resume: back to sending, or to planning if that was not done)
 * cancelled: from any of them but finished
 * ```
 * One send per issue number. The record is the truth about the state; the gate in every shard's
 * ledger, which each claim passes, follows it (sweep.ts mends a gate left behind by a crash).
 */
import { AppError } from '../errors.js';
import type { Issue } from '../issue/types.js';
import type { PreparedMessage } from '../message/prepare.js';
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { LedgerStore } from './ledger.js';
import type { SendState } from './types.js';

export interface SendRecord {
  issue: number;
  title: string;
  /** Calendar date of the issue, YYYY-MM-DD. */
  date: string;
  state: SendState;
  /** The newest revision, from 1. */
  revision: number;
  contentHash: string;
  /** Epoch ms. */
  createdAt: number;
  /** Epoch ms of the end; undefined while it is open. */
  endedAt: number | undefined;
  /** Why it was halted. */
  reason: string | undefined;
  /** Counts the moves from state to state. */
  step: number;
  /** Whether everybody is in the ledger. */
  planned: boolean;
}

/** What one revision of a send froze. */
export interface Frozen {
  issue: Issue;
  message: PreparedMessage;
}

export interface Sends {
  /** Freezes the content and records the send as planning; false when the issue already has a send. */
  create(frozen: Frozen): Promise<boolean>;
  get(issue: number): Promise<SendRecord | undefined>;
  /** All sends, newest issue first. */
  list(): Promise<SendRecord[]>;
  frozen(issue: number, revision: number): Promise<Frozen | undefined>;
  /** Everybody is in the ledger: planning → sending. */
  planned(issue: number): Promise<void>;
  /** sending → finished, when nobody is left; returns whether it did. */
  finish(issue: number): Promise<boolean>;
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

/** From which states each state may be entered. */
const ENTERED_FROM: Record<SendState, readonly SendState[]> = {
  scheduled: [],
  planning: ['scheduled', 'paused', 'halted'],
  sending: ['planning', 'paused', 'halted'],
  paused: ['planning', 'sending'],
  finished: ['sending'],
  cancelled: ['scheduled', 'planning', 'sending', 'paused', 'halted'],
  halted: ['planning', 'sending', 'paused'],
};

/** States in which recipients are claimed. */
const CLAIMING_STATES: readonly SendState[] = ['planning', 'sending'];

type Fields = Record<string, string | number>;

interface Move {
  moved: boolean;
  /** The state before; empty when there is no such send. */
  from: SendState | '';
  step: number;
}

/** States in which recipients may still be waiting for a claim. */
export const OPEN_STATES: readonly SendState[] = ['scheduled', 'planning', 'sending', 'paused'];

export function createSends(redis: RedisClient, keys: Keys, ledger: LedgerStore): Sends {
  const create = loadScript('delivery', 'create');
  const transition = loadScript('delivery', 'transition');
  const move = async (issue: number, to: SendState, fields: Fields = {}): Promise<Move> => {
    const [moved, from, step] = (await transition.run(
      redis,
      [keys.send(issue)],
      [to, ENTERED_FROM[to].join(','), ...Object.entries(fields).flat()],
    )) as [number, SendState | '', number];
    return { moved: moved === 1, from, step };
  };
  /** The same for an operator's verb, with the gate. */
  const order = async (issue: number, to: SendState, fields: Fields = {}): Promise<void> => {
    const { moved, from, step } = await move(issue, to, fields);
    if (!moved) throw refused(issue, to, from);
    await ledger.setGate(issue, { open: CLAIMING_STATES.includes(to), step });
  };
  const get = async (issue: number): Promise<SendRecord | undefined> =>
    recordOf(await redis.hgetall(keys.send(issue)));

  return {
    get,

    async create({ issue, message }) {
      const record = {
        state: 'planning',
        issue: issue.number,
        title: issue.title,
        date: issue.date ?? '',
        revision: 1,
        contentHash: message.contentHash,
        createdAt: Date.now(),
        step: 1,
      };
      const frozen = { message: JSON.stringify(message), issue: JSON.stringify(issue) };
      // Listed first: a listed number without a record is passed over, an unlisted send is lost.
      await redis.sadd(keys.sends, issue.number);
      const created = await create.run(
        redis,
        [keys.send(issue.number), keys.revision(issue.number, 1)],
        [
          Object.keys(record).length,
          ...Object.entries(record).flat(),
          ...Object.entries(frozen).flat(),
        ],
      );
      return created === 1;
    },

    async list() {
      const issues = (await redis.smembers(keys.sends)).map(Number).sort((a, b) => b - a);
      const records = await Promise.all(issues.map(get));
      return records.filter((record) => record !== undefined);
    },

    async frozen(issue, revision) {
      const [message, frozenIssue] = await redis.hmget(
        keys.revision(issue, revision),
        'message',
        'issue',
      );
      if (!message || !frozenIssue) return undefined;
      return { message: JSON.parse(message), issue: JSON.parse(frozenIssue) };
    },

    async planned(issue) {
      await redis.hset(keys.send(issue), 'planned', 1);
      await move(issue, 'sending');
    },

    finish: async (issue) => (await move(issue, 'finished', { endedAt: Date.now() })).moved,

    async halt(issue, reason) {
      const { moved, step } = await move(issue, 'halted', { reason });
      if (moved) await ledger.setGate(issue, { open: false, step });
    },

    pause: (issue) => order(issue, 'paused'),

    async resume(issue) {
      const planned = (await get(issue))?.planned === true;
      await order(issue, planned ? 'sending' : 'planning', { reason: '' });
    },

    cancel: (issue) => order(issue, 'cancelled', { endedAt: Date.now() }),

    mendGates: ({ issue, state, step }) =>
      ledger.setGate(issue, { open: CLAIMING_STATES.includes(state), step }),
  };
}

function refused(issue: number, to: SendState, from: SendState | ''): AppError {
  if (from === '') return new AppError('send_unknown', `issue ${issue} has no send`);
  return new AppError(
    'send_refused',
    `the send of issue ${issue} is ${from}: it cannot become ${to}`,
  );
}

function recordOf(fields: Record<string, string>): SendRecord | undefined {
  if (fields.issue === undefined) return undefined;
  return {
    issue: Number(fields.issue),
    title: fields.title ?? '',
    date: fields.date ?? '',
    state: fields.state as SendState,
    revision: Number(fields.revision),
    contentHash: fields.contentHash ?? '',
    createdAt: Number(fields.createdAt),
    endedAt: fields.endedAt === undefined ? undefined : Number(fields.endedAt),
    reason: fields.reason || undefined,
    step: Number(fields.step),
    planned: fields.planned === '1',
  };
}
