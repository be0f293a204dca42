/** How a send gets from state to state: which moves there are, and telling of those that are news. */
import type { Keys } from '../redis/keys.js';
import { loadScript, type RedisClient } from '../redis/scripts.js';
import type { NewsItem, NewsType } from './outbox.js';
import type { SendState } from './types.js';

/** From which states each state may be entered. */
export const ENTERED_FROM: Record<SendState, readonly SendState[]> = {
  scheduled: ['scheduled'],
  planning: ['scheduled', 'paused', 'halted'],
  sending: ['planning', 'paused', 'halted', 'finished'],
  paused: ['planning', 'sending'],
  finished: ['sending'],
  cancelled: ['scheduled', 'planning', 'sending', 'paused', 'halted'],
  halted: ['planning', 'sending', 'paused'],
};

/** States in which recipients are claimed. */
export const CLAIMING_STATES: readonly SendState[] = ['planning', 'sending'];

/** States in which recipients may still be waiting for a claim. */
export const OPEN_STATES: readonly SendState[] = ['scheduled', 'planning', 'sending', 'paused'];

/** States in which recipients may be put off, to be given up when the next issue comes. */
export const GIVEN_UP_IN: readonly SendState[] = ['sending', 'paused', 'halted'];

/** Fields of a send's record. */
export type Fields = Record<string, string | number>;

export interface Move {
  moved: boolean;
  /** The state before; empty when there is no such send. */
  from: SendState | '';
}

/** Told of every move that is news, once it is written down; without it nothing is. */
export type OnNews = (issue: number, step: number) => void;

export interface Moves {
  /**
   * Enters a state, and sets fields with it, if the send is in one of `enteredFrom`.
   * @param how.atStep only if no other move came since the record was read
   * @param how.news what {@link newsOf} made of it
   */
  move(
    issue: number,
    to: SendState,
    fields?: Fields,
    enteredFrom?: readonly SendState[],
    how?: { atStep?: number | ''; news?: string },
  ): Promise<Move>;
  /** News as a move writes it down; '' where nobody wants to know. */
  newsOf(type: NewsType, reason?: string): string;
}

export function createMoves(redis: RedisClient, keys: Keys, onNews?: OnNews): Moves {
  const transition = loadScript('delivery', 'transition');
  return {
    async move(
      issue,
      to,
      fields = {},
      enteredFrom = ENTERED_FROM[to],
      { atStep = '', news = '' } = {},
    ) {
      const [moved, from, step] = (await transition.run(
        redis,
        [keys.send(issue), keys.untold(issue)],
        [to, enteredFrom.join(','), atStep, news, ...Object.entries(fields).flat()],
      )) as [number, SendState | '', number];
      if (moved === 1 && news !== '') onNews?.(issue, step);
      return { moved: moved === 1, from };
    },

    newsOf(type, reason = '') {
      const item: NewsItem = { type, at: Date.now(), reason };
      return onNews ? JSON.stringify(item) : '';
    },
  };
}
