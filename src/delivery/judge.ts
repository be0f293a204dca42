/** From the end of a transaction to what the ledger writes and what the lane does. Pure. */
import type { Transaction } from '../smtp/types.js';
import type { Trouble } from './lane.js';
import { classifyReply } from './replies.js';
import type { Strike } from './reply-rule.js';
import type { Outcome } from './types.js';

/** What one transaction means beyond its recipient. */
export type Consequence =
  | { kind: 'none' }
  /** Nothing is wrong with the recipient: the route backs off. */
  | ({ kind: 'relay-trouble' } & Trouble)
  /** Going on would harm: the send halts until somebody looked. */
  | { kind: 'halt'; reason: string }
  /** The address is dead: never mail it again. */
  | { kind: 'suppress' }
  /** It failed once more: enough of that in a row, and it is dead. */
  | { kind: 'count-failure' };

/** A relay that only wants less is left alone for a moment, and then gets less. */
const SLOW_DOWN_PAUSE_MS = 1_000;

export interface Verdict {
  outcome: Outcome;
  consequence: Consequence;
}

/**
 * @param nextAttemptAt  epoch ms of the next attempt should this one be temporary; undefined: the
 *                       recipient is given up
 */
export function judge(transaction: Transaction, nextAttemptAt: number | undefined): Verdict {
  switch (transaction.kind) {
    case 'accepted':
      return { outcome: { kind: 'accepted' }, consequence: { kind: 'none' } };
    case 'uncertain':
      return {
        outcome: { kind: 'uncertain', words: transaction.error },
        consequence: { kind: 'relay-trouble', words: transaction.error },
      };
    case 'unsent':
      return relayTrouble({ words: transaction.error });
    case 'refused':
      return judgeRefusal(transaction, nextAttemptAt);
  }
}

function judgeRefusal(
  { reply, stage }: Extract<Transaction, { kind: 'refused' }>,
  nextAttemptAt: number | undefined,
): Verdict {
  const { class: replyClass, action, strike, pauseMs, slowDown } = classifyReply(reply, stage);
  const words = wordsOf(reply.code, reply.text);
  switch (action) {
    case 'relay-trouble':
      return relayTrouble({ words, pauseMs, slowDown });
    case 'halt':
      return {
        outcome: { kind: 'returned' },
        consequence: { kind: 'halt', reason: `${replyClass}: ${words}` },
      };
    case 'reject':
      return {
        outcome: { kind: 'rejected', class: replyClass, words },
        consequence: consequenceOf(strike),
      };
    case 'retry':
      if (nextAttemptAt === undefined) {
        return {
          outcome: { kind: 'rejected', class: 'expired', words },
          consequence: consequenceOf(strike),
        };
      }
      return {
        outcome: { kind: 'deferred', class: replyClass, words, dueAt: nextAttemptAt },
        consequence: slowDown
          ? { kind: 'relay-trouble', words, pauseMs: SLOW_DOWN_PAUSE_MS, slowDown }
          : { kind: 'none' },
      };
  }
}

/** What a final refusal means for the address. */
function consequenceOf(strike: Strike | undefined): Consequence {
  switch (strike) {
    case undefined:
      return { kind: 'none' };
    case 'counted':
      return { kind: 'count-failure' };
    case 'at-once':
    case 'when-given-up':
      return { kind: 'suppress' };
  }
}

function relayTrouble(trouble: Trouble): Verdict {
  return {
    outcome: { kind: 'returned' },
    consequence: { kind: 'relay-trouble', ...trouble },
  };
}

/**
 * A server's words as the ledger keeps them. Addresses and ids in them would make every text
 * distinct, and addresses do not belong in a table of texts: they are replaced by `…`.
 */
function wordsOf(code: number, text: string): string {
  const plain = text
    .replace(/<?[^\s<>@]+@[^\s<>@]+>?/g, '…')
    .replace(/\b[\w-]*\d[\w-]{7,}\b/g, '…')
    .slice(0, 200);
  return `${code} ${plain}`;
}
