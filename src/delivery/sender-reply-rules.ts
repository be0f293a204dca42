/** Refusals that are about us or the relay, whoever the recipient is. See reply-rules.ts. */
import { PROVIDER_RULES } from './provider-reply-rules.js';
import { PERMANENT, type ReplyRule, TEMPORARY } from './reply-rule.js';

const HOUR = 3_600_000;

const QUOTA: ReplyRule[] = [
  {
    class: 'quota',
    action: 'relay-trouble',
    pauseMs: HOUR,
    when: { text: /throttling failure.*daily/i },
    source: 'Amazon SES, Troubleshooting sending: the quota of 24 hours, a rolling window',
  },
  {
    class: 'quota',
    action: 'relay-trouble',
    pauseMs: 1_000,
    slowDown: true,
    when: { text: /throttling failure/i },
    source: 'Amazon SES, Troubleshooting sending: the maximum rate in messages per second',
  },
  {
    class: 'quota',
    action: 'relay-trouble',
    pauseMs: HOUR,
    when: { enhanced: /^[45]\.4\.5$/, text: /limit|quota/i },
    source: 'Google Workspace, SMTP relay error messages: 4.5.x and 5.4.5 daily limits',
  },
  {
    class: 'quota',
    action: 'relay-trouble',
    pauseMs: HOUR,
    when: {
      text: /exceeded .{0,30}\b(sending|messaging|hourly|daily|monthly)\b.{0,20}\b(limit|quota)|\b(sending|messaging|hourly|daily|monthly)\b.{0,30}\b(limit|quota|allowance)\b.{0,40}\b(exceeded|reached)|credits exceeded|\brelay limit exceeded|\brecipient limit exceeded|tenant has exceeded|unusual sending activity/i,
    },
    source:
      'SendGrid, Mailgun, Zoho, Google Workspace relay, Exchange Online 5.7.705: credits and limits of our account',
  },
];

const LOGIN: ReplyRule[] = [
  {
    class: 'login',
    action: 'relay-trouble',
    when: { stage: ['auth'], code: TEMPORARY },
    source: 'RFC 4954 §6: 454 is a temporary failure of authentication',
  },
  { class: 'login', action: 'halt', when: { stage: ['auth'] }, source: 'RFC 4954 §6' },
  {
    class: 'login',
    action: 'halt',
    when: { code: /^53[0458]$/ },
    source: 'RFC 4954 §6, RFC 3207 §4: authentication or encryption required',
  },
  {
    class: 'login',
    action: 'halt',
    when: {
      stage: ['mail', 'rcpt'],
      code: PERMANENT,
      // Exchange says so of a recipient who takes no mail from outside.
      text: /^(?!RESOLVER).*(\bauthentication (is )?required|must authenticate|unauthenticated senders? not|(was|is) not authenticated to send)/i,
    },
    source: 'Exim and SendGrid: the relay wants a login it did not announce',
  },
  {
    class: 'relay-denied',
    action: 'relay-trouble',
    when: { code: TEMPORARY, text: /relay(ing)?( access)? (is )?denied/i },
    source: 'Postfix defer_unauth_destination: the relay does not know us, for now',
  },
  {
    class: 'relay-denied',
    action: 'halt',
    when: {
      code: PERMANENT,
      text: /relay(ing)?( access)? (is )?(denied|prohibited|not (permitted|allowed))|(unable|not (permitted|allowed|authori[sz]ed)|(do|does) not|don'?t|refus\w+) (to )?relay|relay not permitted|credentials for relay|allowed rcpthosts/i,
    },
    source: 'Postfix SMTPD_ACCESS_README, Exchange 5.7.54, qmail: the relay does not know us',
  },
  {
    class: 'sender',
    action: 'halt',
    when: {
      code: PERMANENT,
      text: /sender (address )?(is )?(rejected|refused|not (allowed|authori[sz]ed|permitted|verified))|sender (signature|identity)|(address|identit(y|ies)) (is |are )?not verified|not (allowed|authori[sz]ed|permitted) to send (as|from|on behalf)|sending (is |has been |was )?(paused|suspended|disabled)|\bdomain of sender\b|sender verif\w+ failed|your envelope sender|bad outbound sender|outgoing (is )?blocked|not authori[sz]ed to perform|account is not (yet )?activated/i,
    },
    source: 'SES, Postmark, SendGrid: sender identities; Postfix reject_sender_login_mismatch',
  },
  {
    class: 'sender',
    action: 'retry',
    when: { code: TEMPORARY, text: /\bsender address rejected|\bdomain of sender\b/i },
    source:
      'Postfix reject_unknown_sender_domain, Sendmail: our domain cannot be looked up for now',
  },
  {
    class: 'sender',
    action: 'halt',
    when: { code: PERMANENT, enhanced: /^5\.1\.[78]$/ },
    source: 'RFC 3463 §3.2: the address of the sender, or its domain',
  },
];

/** Mail that mailbox providers refuse because of how we are set up. Never the reader's fault. */
const AUTHENTICATION: ReplyRule[] = [
  {
    class: 'authentication',
    action: 'halt',
    when: { enhanced: /^[45]\.7\.(2[0-7]|29|3[0-2]|40|509|515)$/ },
    source: 'RFC 7372, Gmail sender guidelines (error codes), Outlook.com 550 5.7.515',
  },
  {
    class: 'authentication',
    action: 'halt',
    when: {
      code: PERMANENT,
      text: /^(?!.*duplicate header).*(\b(spf|dkim|dmarc)\b|\bPTR\b|reverse dns|cannot find your (reverse )?hostname|unauthenticated (e-?mail|mail|sender|message))/i,
    },
    source:
      'Gmail and Yahoo sender requirements; RFC 9989 (DMARC); GMX, Postfix: name of our address',
  },
];

/** Before a recipient was named the trouble is the relay's or ours. */
const BEFORE_THE_RECIPIENT: ReplyRule[] = [
  {
    class: 'relay',
    action: 'relay-trouble',
    when: { stage: ['connect'] },
    source: 'RFC 5321 §3.1 (554 greeting), §3.8 (421), RFC 3207 §4 (454 to STARTTLS)',
  },
  {
    class: 'relay',
    action: 'relay-trouble',
    when: { stage: ['mail'], code: TEMPORARY },
    source: 'RFC 5321 §4.3.2',
  },
  {
    class: 'message',
    action: 'halt',
    when: { stage: ['mail'], code: /^552$/ },
    source: 'RFC 1870 §6.1: the size was declared and is too large for everyone',
  },
  {
    class: 'sender',
    action: 'halt',
    when: { stage: ['mail'] },
    source: 'RFC 5321 §3.3: a refusal of MAIL is about the sender',
  },
];

export const SENDER_RULES: readonly ReplyRule[] = [
  ...QUOTA,
  ...LOGIN,
  ...AUTHENTICATION,
  ...PROVIDER_RULES,
  ...BEFORE_THE_RECIPIENT,
];
