/** Refusals of one recipient or one message. See reply-rules.ts. */
import { PERMANENT, type ReplyRule, TEMPORARY } from './reply-rule.js';

const MAILBOX: ReplyRule[] = [
  {
    class: 'recipient-rate',
    action: 'retry',
    when: {
      text: /(receiving|getting) .{0,20}\b(at a rate|too (quickly|fast))|at a rate that|recipient thread limit/i,
    },
    source: 'Gmail SMTP error codes: 450 4.2.1, 550 5.2.1; Exchange Online 432 4.3.2',
  },
  {
    class: 'temporary',
    action: 'retry',
    when: { code: /^(4|552)/, text: /too many recipients(?! received)/i },
    source: 'RFC 5321 §4.5.3.1.10: 552 is to be taken as 452 here',
  },
  {
    class: 'disabled',
    action: 'reject',
    strike: 'at-once',
    when: { code: PERMANENT, text: /(quota|storage|full).{0,40}\binactive\b/i },
    source: 'Gmail SMTP error codes: 552 5.2.2 over quota and inactive',
  },
  {
    class: 'mailbox-full',
    action: 'retry',
    strike: 'counted',
    when: { enhanced: /^[45]\.2\.2$/ },
    source: 'RFC 3463 §3.3',
  },
  {
    class: 'mailbox-full',
    action: 'retry',
    strike: 'counted',
    when: {
      text: /\b(mailbox|inbox|account|user|recipient)\b.{0,40}\b(full|over ?quota|out of (storage|space)|exceeded .{0,20}(quota|storage))|over (the )?(disk |storage )?quota|quota (is )?exceeded|exceed\w* (its |his |their |the )?(storage|mailbox|disk) ?(allocation|quota|limit|size)/i,
    },
    source: 'RFC 5321 §4.2.3 (552 storage allocation); wording of Postfix, Exim, Dovecot',
  },
];

const DOMAIN: ReplyRule[] = [
  {
    class: 'policy',
    action: 'reject',
    when: { code: PERMANENT, text: /\bhelo command rejected/i },
    source: 'Postfix smtpd_helo_restrictions: the name is the relay’s, not the recipient’s',
  },
  {
    class: 'bad-domain',
    action: 'retry',
    strike: 'when-given-up',
    when: { code: /^556$/ },
    source: 'RFC 7505 §4.2: null MX; asked again, because a domain may come back',
  },
  {
    class: 'bad-domain',
    action: 'retry',
    strike: 'when-given-up',
    when: {
      code: /^[45]/,
      text: /^(?!.*\bsender).*(null ?mx|nxdomain|\bno mx\b|\b(domain|host)\b( name)?( \S+)? (is |was )?(unknown|not found|does ?n[o']t exist|does not exist|not resolvable)|no such domain|unknown host|find the recipient domain|unroutable|unrouteable|host or domain name not found)/i,
    },
    source: 'RFC 5321 §5.1, wording of Postfix, Exim, Sendmail, Gmail, Exchange Online',
  },
];

const ADDRESS: ReplyRule[] = [
  {
    class: 'suppressed',
    action: 'reject',
    strike: 'at-once',
    when: {
      code: PERMANENT,
      text: /suppressed sending to this address|on the suppression list/i,
    },
    source: 'Amazon SES: its own list of addresses that bounced or complained',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    strike: 'at-once',
    when: { code: PERMANENT, enhanced: /^5\.4\.1$/, text: /access denied/i },
    source: 'Exchange Online, directory-based edge blocking: no such recipient',
  },
  {
    class: 'disabled',
    action: 'reject',
    strike: 'at-once',
    when: {
      code: PERMANENT,
      // What is locked for a while, or expired on its way, is not dead.
      text: /^(?!.*(temporar|message expired)).*(\b(mailbox|account|user|recipient|address)\b.{0,60}\b(disabled|deactivated|suspended|inactive|not active|no longer active|closed|terminated|discontinued|expired|frozen)\b|\b(disabled|deactivated|suspended|inactive|expired) (e-?mail |recipient )?(mailbox|account|user|recipient|address)|\baccount (is )?not available|\baccount (is ?)?blocked)/i,
    },
    source: 'RFC 3463 §3.3 (5.2.1); Gmail, Yahoo, Mail.ru, Comcast, Orange: error codes',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    strike: 'at-once',
    when: {
      code: PERMANENT,
      text: /\b(user|mailbox|recipient|address|account|addressee)( address)?\b.{0,60}\b(unknown|does ?n[o']t exist|does not exist|do not exist|not exist|not found|could not be found|no longer (exists|valid|in use|available|on (this )?server))|\bunknown (user|recipient|mailbox|address|account|local[- ]part|or illegal alias)|no such (user|mailbox|recipient|address|person|account|id\b)|no mail-?box (here )?by that name|doesn'?t have an? .{0,40}account|\b(invalid|illegal) ((e-?mail|rcpt to|recipient) )?(recipient|mailbox|user|address|alias)|(mailbox|recipient|user|address)( \S+)* marked as invalid|not a (valid|known) (mailbox|user|recipient|address|account)|non-?existent (mailbox|user|recipient|address|account)|\bnot (our (customer|user)|known here|listed in)|is not (a )?(active|known) (mailbox|recipient) here|user not local|cannot deliver mail for|(not in|isn't in) my validrcptto/i,
    },
    source: 'RFC 5321 §4.2.3; wording of Postfix, Exim, Sendmail, qmail, Yahoo, MDaemon, Haraka',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    strike: 'at-once',
    when: { code: PERMANENT, text: /^(#?5\.1\.[01] )?address rejected|\(#5\.1\.1\b/i },
    source: 'Cisco Secure Email and qmail, who write the enhanced code in their words',
  },
  {
    class: 'policy',
    action: 'reject',
    strike: 'counted',
    when: {
      code: PERMANENT,
      enhanced: /^5\.1\.(1|2|3|6|10)$/,
      text: /polic(y|ies)|restrict|preference|not (allowed|permitted)/i,
    },
    source: 'Seen: a ban under the code of an unknown user; a doubtful strike is not made',
  },
  {
    class: 'bad-domain',
    action: 'retry',
    strike: 'when-given-up',
    when: { code: /^55[0124]$/, enhanced: /^5\.1\.2$/ },
    source: 'RFC 3463 §3.2: the destination system; with 553 the mailbox name is meant',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    strike: 'at-once',
    when: { code: PERMANENT, enhanced: /^5\.1\.(1|2|3|6|10)$/ },
    source: 'RFC 3463 §3.2, Exchange 5.1.10 (recipient not found)',
  },
  {
    class: 'unknown-user',
    action: 'reject',
    strike: 'at-once',
    when: {
      code: /^550$/,
      enhanced: /^(5\.[05]\.0)?$/,
      text: /^(?!.*polic).*mailbox (is )?unavailable/i,
    },
    source: 'RFC 5321 §4.2.3: the text of 550; Outlook.com sends it as 5.5.0, GMX without',
  },
  {
    class: 'disabled',
    action: 'reject',
    strike: 'counted',
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
      text: /\b(message|mail)\b.{0,20}\b(too (large|big|long)|exceeds)|line too long|\bmessage size/i,
    },
    source: 'RFC 1870 §6.1, RFC 5321 §4.5.3.1',
  },
  { class: 'message', action: 'reject', when: { code: /^50/ }, source: 'RFC 5321 §4.2.3' },
];

const REST: ReplyRule[] = [
  {
    class: 'expired',
    action: 'reject',
    strike: 'counted',
    when: { code: PERMANENT, text: /\b(message|queue) ?\.?expired/i },
    source: 'Exchange, Amazon SES: a later server gave up; RFC 3463 §3.5 (X.4.7)',
  },
  {
    class: 'policy',
    action: 'reject',
    strike: 'counted',
    when: { code: PERMANENT, enhanced: /^5\.7\./ },
    source: 'RFC 3463 §3.8',
  },
  {
    class: 'policy',
    action: 'reject',
    strike: 'counted',
    when: {
      code: PERMANENT,
      text: /polic(y|ies)|\bblocked|denied|prohibit|reject|not (allowed|accepted)/i,
    },
    source: 'RFC 5321 §7.9: a server may refuse for any operational reason',
  },
  {
    class: 'unknown-user',
    action: 'retry',
    strike: 'counted',
    when: { enhanced: /^4\.1\.1$/ },
    source: 'Postfix unknown_local_recipient_reject_code 450: may be a directory out of order',
  },
  {
    class: 'provider-rate',
    action: 'retry',
    slowDown: true,
    when: {
      code: TEMPORARY,
      text: /too (many|much) (connections|messages|e?-?mails?|sessions|errors|recipients received)|rate limit|throttl|slow down|too (fast|quickly)|excessive/i,
    },
    source: 'RFC 5321 §4.5.4.1; wording of Postfix anvil, Exim, Cisco, Comcast',
  },
  {
    class: 'temporary',
    action: 'retry',
    strike: 'counted',
    when: { code: TEMPORARY },
    source: 'RFC 5321 §4.2.1',
  },
  {
    class: 'other',
    action: 'reject',
    strike: 'counted',
    when: { code: PERMANENT },
    source: 'RFC 5321 §4.2.1',
  },
];

/** The last two match whatever is left. */
export const RECIPIENT_RULES: readonly ReplyRule[] = [
  ...MAILBOX,
  ...DOMAIN,
  ...ADDRESS,
  ...MESSAGE,
  ...REST,
];
