/** A server's refusal → what to do about it. The knowledge is in reply-rules.ts. */
import type { Reply, Stage } from '../smtp/types.js';
import type { ReplyAction, ReplyRule } from './reply-rule.js';
import { REPLY_RULES } from './reply-rules.js';

/** What a refusal means. */
interface Classified {
  /** Stable word for statistics and the operator: "unknown-user", "quota", … */
  class: string;
  action: ReplyAction;
  /** The address is dead: strike it off. Only ever with `reject`. */
  suppress: boolean;
  /** With `relay-trouble`: how long to leave the relay alone; absent: the lane's own back-off. */
  pauseMs?: number;
  /** The relay asked for a lower rate. */
  slowDown?: boolean;
}

/**
 * Judges a refusal.
 * @param reply 4yz or 5yz
 * @param stage what it answered
 */
export function classifyReply(reply: Reply, stage: Stage): Classified {
  const rule = REPLY_RULES.find((candidate) => matches(candidate, reply, stage));
  // Whatever is neither 4yz nor 5yz is no refusal anyone can read: temporary (bounded retry).
  if (!rule) return { class: 'temporary', action: 'retry', suppress: false };
  const { class: name, action, suppress = false, pauseMs, slowDown } = rule;
  return {
    class: name,
    action,
    suppress,
    ...(pauseMs !== undefined && { pauseMs }),
    ...(slowDown !== undefined && { slowDown }),
  };
}

function matches({ when }: ReplyRule, reply: Reply, stage: Stage): boolean {
  return (
    (when.stage?.includes(stage) ?? true) &&
    (when.code?.test(String(reply.code)) ?? true) &&
    (when.enhanced?.test(reply.enhancedCode ?? '') ?? true) &&
    (when.text?.test(reply.text) ?? true)
  );
}
