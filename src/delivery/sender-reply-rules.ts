/** Refusals that are about us or the relay, whoever the recipient is. See reply-rules.ts. */
import { PERMANENT, type ReplyRule, TEMPORARY } from './reply-rule.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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
      text: /exceeded .{0,30}\b(sending|messaging|hourly|daily|monthly)\b.{0,20}\b(limit|quota)|\b(sending|messaging|hourly|daily|monthly)\b.{0,30}\b(limit|quota|allowance)\b.{0,40}\b(exceeded|reached)|credits exceeded/i,
    },
    source: 'SendGrid and Mailgun, SMTP errors: credits and sending limits of the account',
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
    class: 'relay-denied',
    action: 'halt',
    when: {
      code: PERMANENT,
      text: /relay(ing)?( access)? (is )?(denied|prohibited|not (permitted|allowed))|(unable|not (permitted|allowed|authori[sz]ed)|(do|does) not|don'?t|refus\w+) (to )?relay|relay not permitted/i,
    },
    source: 'Postfix SMTPD_ACCESS_README, Exchange 5.7.54: the relay does not know us',
  },
  {
    class: 'sender',
    action: 'halt',
    when: {
      code: PERMANENT,
      text: /sender (address )?(is )?(rejected|refused|not (allowed|authori[sz]ed|permitted|verified))|sender (signature|identity)|(address|identit(y|ies)) (is |are )?not verified|not (allowed|authori[sz]ed|permitted) to send (as|from|on behalf)|sending (is |has been |was )?(paused|suspended|disabled)/i,
    },
    source: 'SES, Postmark, SendGrid: sender identities; Postfix reject_sender_login_mismatch',
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
      text: /\b(spf|dkim|dmarc)\b.{0,60}\b(fail\w*|reject\w*|polic(y|ies)|requir\w+|missing|invalid|not? (pass\w*|align\w*))|\b(fail\w*|missing|requir\w+|not (pass\w*|authenticated)).{0,60}\b(spf|dkim|dmarc)\b|unauthenticated (e-?mail|mail|sender|message)/i,
    },
    source: 'Gmail and Yahoo sender requirements; RFC 9989 (DMARC)',
  },
];

const RATES: ReplyRule[] = [
  {
    class: 'greylisted',
    action: 'retry',
    when: { code: TEMPORARY, text: /gr[ae]y-?list/i },
    source: 'RFC 6647: try again later, from the same address',
  },
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 30 * MINUTE,
    slowDown: true,
    when: { code: TEMPORARY, enhanced: /^4\.7\.65[01]$/ },
    source: 'Outlook.com Postmaster: 451 4.7.650 and .651',
  },
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 30 * MINUTE,
    slowDown: true,
    when: { code: TEMPORARY, text: /\bRP-00[1-3]\b/ },
    source: 'Outlook.com Postmaster: 421 RP-001 to RP-003',
  },
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 4 * HOUR,
    slowDown: true,
    when: { code: TEMPORARY, text: /\[TSS05\]/ },
    source: 'Yahoo Sender Hub, SMTP error codes',
  },
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 2 * HOUR,
    slowDown: true,
    when: { code: TEMPORARY, text: /\[TSS?\d+\]/ },
    source: 'Yahoo Sender Hub, SMTP error codes',
  },
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 10 * MINUTE,
    slowDown: true,
    when: { code: TEMPORARY, enhanced: /^4\.7\.28$/ },
    source: 'Gmail SMTP error codes: 421 4.7.28, also for a Message-ID used again',
  },
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 10 * MINUTE,
    slowDown: true,
    when: {
      code: /^421$/,
      enhanced: /^4\.7\.0$/,
      text: /reputation|unsolicited|suspicious|\brate\b|try again later/i,
    },
    source: 'Gmail SMTP error codes: 421 4.7.0',
  },
];

/** Refusals of the address we send from. */
const BLOCKS: ReplyRule[] = [
  {
    class: 'ip-block',
    action: 'halt',
    when: { code: PERMANENT, text: /\bS3(140|150)\b|\b(SC|OU|DY)-00\d\b|\[BL\d+\]/ },
    source: 'Outlook.com Postmaster and Yahoo Sender Hub: blocks of an address',
  },
  {
    class: 'ip-block',
    action: 'halt',
    when: { code: PERMANENT, enhanced: /^5\.7\.28$/ },
    source: 'Gmail SMTP error codes: unsolicited mail from our network',
  },
  {
    class: 'content',
    action: 'reject',
    when: {
      stage: ['rcpt', 'data', 'message'],
      code: PERMANENT,
      text: /\[PH\d+\]|likely (suspicious|unsolicited)|\bdbl\b|\bdbl\.spamhaus|\buribl\b|\bsurbl\b|\b(spam|virus|phishing|malware|malicious)\b.{0,40}\b(detected|content|message|score|found|refused|rejected|filter)|\b(message|content|mail)\b.{0,40}\b(spam|virus|phishing|unsolicited|malicious)\b/i,
    },
    source: 'Yahoo Sender Hub [PHnn]; Gmail 5.7.1; Spamhaus DBL, URIBL and SURBL list domains',
  },
  {
    class: 'ip-block',
    action: 'halt',
    when: {
      stage: ['connect', 'mail'],
      code: PERMANENT,
      text: /spamhaus|spamcop|barracuda|sorbs|abusix|\b(rbl|dnsbl)\b|block ?list|blacklist|reputation/i,
    },
    source: 'RFC 5782: DNS lists; the relay itself turns us away',
  },
  {
    class: 'ip-block',
    action: 'reject',
    when: {
      code: PERMANENT,
      text: /spamhaus|spamcop|barracuda|sorbs|abusix|\b(rbl|dnsbl)\b|\b(ip|host|server|network|client)\b.{0,60}\b(blocked|blacklisted|blocklisted|listed|banned)\b|block ?list(ed)?|blacklist(ed)?|(poor|bad|low) reputation/i,
    },
    source: 'RFC 5782: DNS lists; one receiver follows one, the send goes on',
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
  ...RATES,
  ...BLOCKS,
  ...BEFORE_THE_RECIPIENT,
];
