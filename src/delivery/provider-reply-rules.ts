/** Rates, blocks and content: what a mailbox provider holds against us. See reply-rules.ts. */
import { PERMANENT, type ReplyRule, TEMPORARY } from './reply-rule.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const GREYLISTING: ReplyRule[] = [
  {
    class: 'greylisted',
    action: 'retry',
    when: { code: TEMPORARY, text: /gr[ae]y-?list/i },
    source: 'RFC 6647: try again later, from the same address',
  },
];

const RATES: ReplyRule[] = [
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
  {
    class: 'provider-rate',
    action: 'relay-trouble',
    pauseMs: 30 * MINUTE,
    slowDown: true,
    when: {
      code: PERMANENT,
      text: /\bfrequency limited|too many (recipients|messages|e?-?mails) .{0,12}(this|per) (hour|minute|day)/i,
    },
    source: 'QQ Mail Help 20022, GoDaddy: a limit in time under a permanent code',
  },
  {
    class: 'provider-rate',
    action: 'retry',
    slowDown: true,
    when: { code: TEMPORARY, enhanced: /^4\.7\.5\d\d$/, text: /busy|rate|limit/i },
    source: 'Exchange Online: 451 4.7.500, busy for this sending address',
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
    when: { code: PERMANENT, enhanced: /^5\.7\.(28|51[12]|6[0-4]\d|708)$/ },
    source: 'Gmail 5.7.28; Exchange Online 5.7.511, .606 to .649, .708: our address or network',
  },
  {
    class: 'ip-block',
    action: 'halt',
    when: {
      stage: ['connect', 'mail'],
      code: PERMANENT,
      text: /spamhaus|spamcop|barracuda|sorbs|abusix|cloudmark|\b(rbl|dnsbl)s?\b|block ?list|black ?list|reputation|\bin the PBL\b|\bblock(ed)? (for|-)|\(BL\)/i,
    },
    source: 'RFC 5782: DNS lists; the relay itself turns us away',
  },
];

/** The message as it is written. */
const CONTENT: ReplyRule[] = [
  {
    class: 'message',
    action: 'reject',
    when: {
      code: PERMANENT,
      text: /RFC ?\d* ?(5322|2822|822)\b|missing a valid message-?id|duplicate header|multiple .{0,25}(headers|addresses in from)|\bline length\b|\bbad-header\b|invalid mime/i,
    },
    source: 'Gmail 5.7.1, SES, Exim, amavisd: what a header or a line may not be',
  },
  {
    class: 'content',
    action: 'reject',
    when: {
      stage: ['rcpt', 'data', 'message'],
      code: PERMANENT,
      text: /\[PH\d+\]|likely (suspicious|unsolicited)|\bdbl\b|\bdbl\.spamhaus|\buribl\b|\bsurbl\b|\b(spam|virus|phishing|malware|malicious)\b.{0,40}\b(detected|content|message|score|points|found|refused|rejected|filter|classification)|\b(message|content|mail)\b.{0,40}\b(spam|virus|phishing|unsolicited|malicious|ube)\b|\bflagged as spam|\b(message|mail) content (denied|rejected)|content presents|\bid=\S+ - (spam|infected)|signature - http|\bDT:SPM\b/i,
    },
    source:
      'Yahoo Sender Hub [PHnn]; Gmail 5.7.0 and 5.7.1; amavisd; Mimecast; NetEase; Spamhaus DBL, URIBL and SURBL list domains',
  },
];

/** One receiver follows a list; the send goes on. */
const LISTED: ReplyRule[] = [
  {
    class: 'ip-block',
    action: 'reject',
    when: {
      code: PERMANENT,
      text: /spamhaus|spamcop|barracuda|sorbs|abusix|cloudmark|\b(rbl|dnsbl)s?\b|\b(ip|host|server|network|client)\b.{0,60}\b(blocked|blacklisted|blocklisted|listed|banned|not allowed)\b|block ?list(ed)?|black ?list(ed)?|(poor|bad|low) reputation|blocked - see/i,
    },
    source: 'RFC 5782: DNS lists; Mimecast, Proofpoint: reputation of our address',
  },
];

export const PROVIDER_RULES: readonly ReplyRule[] = [
  ...GREYLISTING,
  ...RATES,
  ...BLOCKS,
  ...CONTENT,
  ...LISTED,
];
