/** Refusals of one recipient or one message. See reply-rules.ts. */
import { PERMANENT, type ReplyRule, TEMPORARY } from './reply-rule.js';

const MAILBOX: ReplyRule[] = [
  {
    class: 'recipient-rate',
    action: 'retry',
    when: { text: /(receiving|getting) .{0,20}\b(at a rate|too (quickly|fast))|at a rate that/i },
    source: 'Gmail SMTP error codes: 450 4.2.1, 550 5.2.1',
  },
  {
    class: 'temporary',
    action: 'retry',
    when: { code: /^(4|552)/, text: /too many recipients/i },
    source: 'RFC 5321 §4.5.3.1.10: 552 is to be taken as 452 here',
  },
  {
    class: 'disabled',
    action: 'reject',
    suppress: true,
    when: { code: PERMANENT, text: /(quota|storage|full).{0,40}\binactive\b/i },
    source: 'Gmail SMTP error codes: 552 5.2.2 over quota and inactive',
  },
  {
    class: 'mailbox-full',
    action: 'retry',
    when: { enhanced: /^[45]\.2\.2$/ },
    source: 'RFC 3463 §3.3',
  },
  {
    class: 'mailbox-full',
    action: 'retry',
    when: {
      text: /\b(mailbox|inbox|account|user|recipient)\b.{0,40}\b(full|over ?quota|out of (storage|space)|exceeded .{0,20}(quota|storage))|over (the )?(disk |storage )?quota|quota (is )?exceeded|exceed\w* (its |his |their |the )?(storage|mailbox|disk) ?(allocation|quota|limit|size)/i,
    },
    source: 'RFC 5321 §4.2.3 (552 storage allocation); wording of Postfix, Exim, Dovecot',
  },
];

const ADDRESS: ReplyRule[] = [
  {
    class: 'bad-domain',
    action: 'retry',
    when: { code: /^556$/ },
    source: 'RFC 7505 §4.2: null MX; asked again, because a domain may come back',
  },
  {
    class: 'bad-domain',
    action: 'retry',
    when: {
      code: PERMANENT,
      text: /null ?mx|nxdomain|\bno mx\b|\b(domain|host)\b( name)? (is |was )?(unknown|not found|does ?n[o']t exist|does not exist|not resolvable)|no such domain|unroutable|unrouteable/i,
    },
    source: 'RFC 5321 §5.1, wording of Postfix, Exim, Sendmail',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    suppress: true,
    when: { code: PERMANENT, enhanced: /^5\.4\.1$/, text: /access denied/i },
    source: 'Exchange Online, directory-based edge blocking: no such recipient',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    suppress: true,
    when: {
      code: PERMANENT,
      text: /\b(user|mailbox|recipient|address|account|addressee)( address)?\b.{0,60}\b(unknown|does ?n[o']t exist|does not exist|do not exist|not exist|not found|could not be found|no longer (exists|valid|in use|available))|\bunknown (user|recipient|mailbox|address|account|local[- ]part)|no such (user|mailbox|recipient|address|person|account)|no mailbox (here )?by that name|doesn'?t have an? .{0,40}account|\binvalid (recipient|mailbox|user|address)|not a (valid|known) (mailbox|user|recipient|address|account)|\bnot (our customer|known here|listed in)|is not (a )?(active|known) (mailbox|recipient) here/i,
    },
    source: 'RFC 5321 §4.2.3; wording of Postfix, Exim, Sendmail, qmail, Yahoo 554',
  },
  {
    class: 'policy',
    action: 'reject',
    when: {
      code: PERMANENT,
      enhanced: /^5\.1\.(1|2|3|6|10)$/,
      text: /polic(y|ies)|restrict|not (allowed|permitted)/i,
    },
    source: 'Seen: a ban under the code of an unknown user; a doubtful strike is not made',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    suppress: true,
    when: { code: PERMANENT, enhanced: /^5\.1\.(1|2|3|6|10)$/ },
    source: 'RFC 3463 §3.2, Exchange 5.1.10 (recipient not found)',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    suppress: true,
    when: { code: /^550$/, enhanced: /^(5\.[05]\.0)?$/, text: /mailbox (is )?unavailable/i },
    source: 'RFC 5321 §4.2.3: the text of 550; Outlook.com sends it as 5.5.0',
  },
  {
    class: 'disabled',
    action: 'reject',
    suppress: true,
    when: {
      code: PERMANENT,
      text: /\b(mailbox|account|user|recipient|address)\b.{0,60}\b(disabled|deactivated|suspended|inactive|not active|no longer active|closed|terminated|discontinued|expired)\b|\b(disabled|deactivated|suspended|inactive|expired) (mailbox|account|user|recipient)/i,
    },
    source: 'RFC 3463 §3.3 (5.2.1); Gmail and Yahoo SMTP error codes',
  },
  {
    class: 'disabled',
    action: 'reject',
    when: { code: PERMANENT, enhanced: /^5\.2\.1$/ },
    source: 'RFC 3463 §3.3; without words to that effect it may be a ban, so no strike',
  },
];

const MESSAGE: ReplyRule[] = [
  {
    class: 'message',
    action: 'reject',
    when: { code: PERMANENT, enhanced: /^5\.(2\.3|3\.4|5\.\d+|6\.\d+)$/ },
    source: 'RFC 3463 §3.3–3.7: length, protocol and media',
  },
  {
    class: 'message',
    action: 'reject',
    when: {
      code: PERMANENT,
      text: /\b(message|mail)\b.{0,20}\b(too (large|big|long)|exceeds)|line too long/i,
    },
    source: 'RFC 1870 §6.1, RFC 5321 §4.5.3.1',
  },
  { class: 'message', action: 'reject', when: { code: /^50/ }, source: 'RFC 5321 §4.2.3' },
];

const REST: ReplyRule[] = [
  {
    class: 'policy',
    action: 'reject',
    when: { code: PERMANENT, enhanced: /^5\.7\./ },
    source: 'RFC 3463 §3.8',
  },
  {
    class: 'policy',
    action: 'reject',
    when: {
      code: PERMANENT,
      text: /polic(y|ies)|blocked|denied|prohibited|not (allowed|accepted)/i,
    },
    source: 'RFC 5321 §7.9: a server may refuse for any operational reason',
  },
  {
    class: 'unknown-user',
    action: 'retry',
    when: { enhanced: /^4\.1\.1$/ },
    source: 'Postfix unknown_local_recipient_reject_code 450: may be a directory out of order',
  },
  {
    class: 'provider-rate',
    action: 'retry',
    slowDown: true,
    when: {
      code: TEMPORARY,
      text: /too many (connections|messages|mails|sessions)|rate limit|throttl|slow down|too (fast|quickly)/i,
    },
    source: 'RFC 5321 §4.5.4.1; wording of Postfix anvil, Exim, iCloud',
  },
  { class: 'temporary', action: 'retry', when: { code: TEMPORARY }, source: 'RFC 5321 §4.2.1' },
  { class: 'other', action: 'reject', when: { code: PERMANENT }, source: 'RFC 5321 §4.2.1' },
];

/** The last two match whatever is left. */
export const RECIPIENT_RULES: readonly ReplyRule[] = [...MAILBOX, ...ADDRESS, ...MESSAGE, ...REST];
