/**
 * What servers mean by their refusals, as data: the first rule that matches decides.
 *
 * Each rule says where its facts come from. Codes and the phrases servers use are facts; the
 * patterns and the words around them are our own, written from the RFCs and the providers'
 * published pages, and are under this project's licence. The tables of other projects (KumoMTA's
 * is Apache-2.0, ZoneMTA's EUPL, sisimai's BSD-2) are their authors'; nothing here is taken from them.
 *
 * Order matters: our own trouble (quota, login, authentication, rates) comes before the
 * recipient's, so that nobody is struck off for what is our fault; and within the recipient's,
 * text before code, because servers put their own words on the wrong codes.
 */
import { RECIPIENT_RULES } from './recipient-reply-rules.js';
import type { ReplyRule } from './reply-rule.js';
import { SENDER_RULES } from './sender-reply-rules.js';

export const REPLY_RULES: readonly ReplyRule[] = [...SENDER_RULES, ...RECIPIENT_RULES];
