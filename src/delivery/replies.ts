/** A server's refusal → what to do about it. The knowledge is in reply-rules.ts. */
import type { Reply, Stage } from '../smtp/types.js';
import type { ReplyAction, ReplyRule, Strike } from './reply-rule.js';
import { REPLY_RULES } from './reply-rules.js';
import { statedPauseMs } from './stated-pause.js';

/** What a refusal means. */
interface Classified {
  /** Stable word for statistics and the operator: "unknown-user", "quota", … */
  class: string;
  action: ReplyAction;
  /** What it says of the address; absent: nothing. */
  strike?: Strike;
  /**
   * With `relay-trouble`: how long to leave the relay alone, as its words say or its provider
   * advises; absent: the lane's own back-off.
   */
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
  if (!rule) return { class: 'temporary', action: 'retry' };
  const { class: name, action, strike, slowDown } = rule;
  const stated = action === 'relay-trouble' ? statedPauseMs(reply.text) : undefined;
  const pauseMs = stated ?? rule.pauseMs;
  return {
    class: name,
    action,
    ...(strike && { strike }),
    ...(pauseMs !== undefined && { pauseMs }),
    ...(slowDown && { slowDown }),
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
