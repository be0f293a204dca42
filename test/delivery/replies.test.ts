import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifyReply } from '../../src/delivery/replies.js';
import { REPLY_RULES } from '../../src/delivery/reply-rules.js';
import { parseReply } from '../../src/smtp/reply.js';
import type { Stage } from '../../src/smtp/types.js';
import { fc } from '../support/fast-check.js';

/** Expected "class action", with "+strike" for a suppressed address, and the replies that mean it. */
type Table = [meaning: string, stage: Stage, replies: string[]][];

const OURS: Table = [
  [
    'quota relay-trouble',
    'message',
    [
      '454 Throttling failure: Maximum sending rate exceeded.',
      '454 Throttling failure: Daily message quota exceeded.',
      '550 5.4.5 Daily user sending limit exceeded.',
      '550-5.4.5 Daily SMTP relay limit exceeded for customer.',
      '451 You have exceeded your messaging limits',
      '421 4.3.0 The hourly sending limit of this account has been reached',
    ],
  ],
  ['quota relay-trouble', 'mail', ['452 4.3.0 You exceeded your daily sending quota']],
  [
    'login halt',
    'auth',
    ['535 5.7.8 Username and password not accepted', '534 5.7.9 App password required', '550 no'],
  ],
  ['login relay-trouble', 'auth', ['454 4.7.0 Temporary authentication failure', '421 4.7.0 busy']],
  [
    'login halt',
    'mail',
    ['530 5.7.0 Authentication required', '530 5.7.0 Must issue a STARTTLS command first'],
  ],
  [
    'relay-denied halt',
    'rcpt',
    [
      '554 5.7.1 <joe@example.org>: Relay access denied',
      '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
      '550 relaying denied',
      '550 We do not relay for strangers',
      '553 sorry, relay not permitted',
    ],
  ],
  [
    'sender halt',
    'message',
    [
      '554 Message rejected: Email address is not verified. These identities failed the check',
      '554 Sending paused for this account.',
      '550 The from address does not match a verified Sender Identity.',
      "553 5.7.1 <ed@a.example>: Sender address rejected: not owned by user 'x'",
    ],
  ],
  [
    'sender halt',
    'mail',
    ['550 5.1.8 That domain of yours has no address', '501 5.1.7 bad sender'],
  ],
  ['message halt', 'mail', ['552 5.3.4 The message has 40000000 bytes, the relay takes 100']],
  [
    'authentication halt',
    'message',
    [
      '550 5.7.26 This mail has been blocked because the sender is unauthenticated.',
      '421 4.7.26 This mail is rate limited because it is unauthenticated.',
      '421 4.7.32 Your From header is not aligned with SPF or DKIM',
      '550 5.7.515 Access denied, sending domain does not meet the required level',
      '550 5.7.509 Access denied, sending domain does not pass DMARC verification',
      '421 4.7.23 The sending address has no PTR record',
      '421 4.7.29 Not sent over TLS',
      '421 4.7.40 No DMARC record',
      "550 5.7.1 Unauthenticated email from x.example is not accepted due to the domain's policy",
      '554 5.7.5 Permanent error evaluating DMARC policy',
      '550 5.7.0 SPF check failed',
      '550 rejected: DKIM signature missing or not valid: failed DKIM',
    ],
  ],
  [
    'provider-rate relay-trouble',
    'message',
    [
      '421 4.7.28 Unusual rate of mail with the same Message-ID header',
      '421 4.7.0 Suspicious due to the very low reputation of the sending address',
      '451 4.7.650 The mail server has been temporarily rate limited due to reputation',
      '451 4.7.651 The mail server has been temporarily rate limited',
      '421 RP-001 The mail server has exceeded the rate limit allowed',
      '421 4.7.0 [TSS04] Messages from x temporarily deferred due to unexpected volume',
      '421 4.7.0 [TS01] Messages temporarily deferred',
      '451 4.7.0 [TSS05] deferred',
    ],
  ],
  [
    'ip-block halt',
    'rcpt',
    [
      '550 5.7.1 Unfortunately, messages from you were not sent. Block list S3150',
      '550 SC-001 Mail rejected for policy reasons',
      '550 OU-002 rejected',
      '553 5.7.1 [BL21] Connections will not be accepted',
      '550 5.7.28 Unusual amount of unsolicited mail from your network',
    ],
  ],
  ['ip-block halt', 'connect', ['554 5.7.1 Blocked, see https://www.spamhaus.org/query']],
  [
    'relay relay-trouble',
    'connect',
    ['421 4.3.2 Try later', '554 No service here', '450 busy', '454 4.7.0 TLS not available'],
  ],
  [
    'relay relay-trouble',
    'mail',
    ['421 4.4.2 Timeout', '451 4.3.0 Disk trouble', '452 4.3.1 Full'],
  ],
];

const THEIRS: Table = [
  [
    'ip-block reject',
    'rcpt',
    [
      '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
      '550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted using RBL',
      '550 5.1.1 Rejected: your host is listed in a DNSBL',
    ],
  ],
  [
    'content reject',
    'message',
    [
      '554 Message not allowed - [PH01] Email not accepted for policy reasons',
      '550 5.7.1 Our system has detected that this message is likely unsolicited mail.',
      '550 5.7.1 A domain in the body is listed in the DBL',
      '554 5.7.1 Blocked by URIBL',
      '550 5.7.1 Spam message rejected',
      '554 5.6.0 This message contains a virus',
    ],
  ],
  ['greylisted retry', 'rcpt', ['451 4.7.1 Greylisting in action', '450 4.2.0 <a@b>: Graylisted']],
  [
    'recipient-rate retry',
    'rcpt',
    [
      '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents more',
      '550 5.2.1 The user is receiving mail too quickly',
    ],
  ],
  [
    'mailbox-full retry',
    'message',
    [
      '452 4.2.2 The account is over its storage quota',
      '552 5.2.2 The mailbox is full',
      '552 Requested mail action aborted: exceeded storage allocation',
      '550 5.7.1 user is over quota',
      '422 mailbox size limit exceeded: recipient exceeded mailbox quota',
      '554 5.1.1 recipient mailbox full',
      '550 Quota exceeded for this mailbox',
    ],
  ],
  [
    'temporary retry',
    'rcpt',
    [
      '452 4.5.3 Too many recipients',
      '552 Too many recipients',
      '452 4.3.1 Insufficient system storage',
      '451 4.4.3 Name server trouble',
      '450 4.2.1 Mailbox busy',
      '421 4.3.2 Shutting down',
      '451 Local error in processing',
    ],
  ],
  [
    'provider-rate retry',
    'message',
    ['450 4.7.1 Error: too many messages from you', '451 slow down'],
  ],
  [
    'unknown-user reject +strike',
    'rcpt',
    [
      '550 5.1.1 The email account that you tried to reach does not exist.',
      '550 5.1.1 <joe@example.org>: Recipient address rejected: User unknown in local table',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found',
      '550 5.1.6 The mailbox has moved, no forwarding address',
      '553 5.1.2 We cannot find the recipient',
      '553 5.1.3 The address is malformed',
      '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
      "554 delivery error: dd This user doesn't have a yahoo.com account",
      '550 5.5.0 Requested action not taken: mailbox unavailable',
      '550 Requested action not taken: mailbox unavailable',
      '550 No such user here',
      '550 5.7.1 No such user!',
      '511 sorry, no mailbox here by that name',
      '550 unknown user',
      '550 Invalid recipient <joe@example.org>',
      '550 5.0.0 joe: address not found',
    ],
  ],
  [
    'disabled reject +strike',
    'rcpt',
    [
      '550 5.2.1 The email account that you tried to reach is disabled.',
      '550 5.2.1 The account is inactive',
      '554 5.7.1 This mailbox has been suspended',
      "552 5.2.2 The recipient's inbox is out of storage space and inactive.",
      '550 account expired',
    ],
  ],
  ['disabled reject', 'rcpt', ['550 5.2.1 Delivery refused']],
  [
    'bad-domain retry',
    'rcpt',
    [
      '556 5.1.10 The domain takes no mail',
      '550 5.1.2 Host unknown (name server: host not found)',
      '550 5.4.4 Unrouteable address',
      '550 5.1.2 domain does not exist',
    ],
  ],
  [
    'message reject',
    'message',
    [
      '552 5.3.4 Message size exceeds a fixed limit',
      '552 5.2.3 Longer than this mailbox allows',
      '550 5.6.7 The address is not ASCII',
      '554 5.6.0 Malformed header',
      '503 5.5.1 Bad sequence of commands',
      '500 Line too long',
    ],
  ],
  [
    'policy reject',
    'rcpt',
    [
      '550 5.7.1 Message refused',
      '550 5.7.1 Recipient address rejected: restricted group',
      '550 5.1.1 Not allowed by policy',
      '554 rejected for policy reasons',
      '550 5.7.1 mailbox unavailable',
    ],
  ],
  ['unknown-user retry', 'rcpt', ['450 4.1.1 <joe@example.org>: User unknown in local table']],
  ['other reject', 'message', ['554 5.0.0 Transaction failed', '550 no', '571 5.9.9 odd']],
];

function meaning(reply: string, stage: Stage): string {
  const { class: name, action, strike } = classifyReply(parseReply(reply), stage);
  return `${name} ${action}${strike === 'at-once' ? ' +strike' : ''}`;
}

for (const [title, table] of [
  ['refusals that are our own affair', OURS],
  ['refusals of one recipient or message', THEIRS],
] as const) {
  describe(title, () => {
    for (const [expected, stage, replies] of table) {
      for (const reply of replies) {
        test(`${reply} (${stage}) means ${expected}`, () => {
          assert.equal(meaning(reply, stage), expected);
        });
      }
    }
  });
}

test('a quota asks for a lower rate, or for an hour without mail', () => {
  const judge = (text: string) =>
    classifyReply(parseReply(`454 Throttling failure: ${text}`), 'message');
  assert.deepEqual(judge('Maximum sending rate exceeded.'), {
    class: 'quota',
    action: 'relay-trouble',
    pauseMs: 1_000,
    slowDown: true,
  });
  assert.equal(judge('Daily message quota exceeded.').pauseMs, 3_600_000);
});

test('a provider that defers us is left alone for as long as it asks', () => {
  const pause = (text: string) =>
    (classifyReply(parseReply(text), 'message').pauseMs ?? 0) / 60_000;
  assert.equal(pause('421 4.7.28 Unusual rate'), 10);
  assert.equal(pause('451 4.7.650 Rate limited'), 30);
  assert.equal(pause('421 4.7.0 [TSS04] Deferred'), 120);
  assert.equal(pause('421 4.7.0 [TSS05] Deferred'), 240);
});

test('where the server says how long to wait, that is how long it is left alone', () => {
  const pauseMs = (reply: string) => classifyReply(parseReply(reply), 'mail').pauseMs;
  assert.equal(
    pauseMs('421 Sending limit of the account exceeded. Try again after 45 minutes'),
    2_700_000,
  );
  assert.equal(
    pauseMs('454 Throttling failure: Daily message quota exceeded, resets in 3 hours'),
    10_800_000,
  );
  assert.equal(pauseMs('421 4.7.28 Rate limited, retry after 90 seconds'), 90_000);
  assert.equal(pauseMs('421 4.7.28 Rate limited, retry in 40 days'), 86_400_000);
  assert.equal(pauseMs('421 4.7.28 Rate limited, try again later [4.16.55.1]'), 600_000);
});

test('our own trouble says nothing of the address, and what is doubtful is only counted', () => {
  const strikeOf = (reply: string) => classifyReply(parseReply(reply), 'rcpt').strike;
  const ours = [
    '550 5.7.26 unauthenticated',
    '554 [PH01] no',
    '450 4.1.8 Sender address rejected: Domain not found',
  ];
  for (const reply of ours) assert.equal(strikeOf(reply), undefined, reply);
  assert.equal(strikeOf('550 5.7.1 Message refused'), 'counted');
  assert.equal(strikeOf('452 4.2.2 Over quota'), 'counted');
  assert.equal(strikeOf('556 5.1.10 The domain takes no mail'), 'when-given-up');
});

const stages: Stage[] = ['connect', 'auth', 'mail', 'rcpt', 'data', 'message'];

test('whatever a server says, nobody is struck off before a recipient was named', () => {
  const words = THEIRS.flatMap(([, , replies]) => replies);
  for (const reply of words) {
    for (const stage of ['connect', 'auth', 'mail'] as const) {
      assert.notEqual(
        classifyReply(parseReply(reply), stage).strike,
        'at-once',
        `${stage}: ${reply}`,
      );
    }
  }
});

test('a temporary reply never rejects and never strikes off, whatever its words', () => {
  const words = [...OURS, ...THEIRS].flatMap(([, , replies]) => replies.map((one) => one.slice(4)));
  fc.assert(
    fc.property(
      fc.integer({ min: 400, max: 499 }),
      fc.constantFrom(...words, ''),
      fc.constantFrom(...stages),
      (code, text, stage) => {
        const temporary = text.replace(/\b5(?=\.\d+\.\d+)/, '4');
        const judged = classifyReply(parseReply(`${code} ${temporary}`), stage);
        // What our DNS lacks stays lacking: the providers send it with a temporary code first.
        if (judged.class === 'authentication') return judged.strike === undefined;
        return (
          judged.action !== 'reject' && judged.action !== 'halt' && judged.strike !== 'at-once'
        );
      },
    ),
  );
});

test('every 4yz and 5yz finds a rule at every stage', () => {
  for (const stage of stages) {
    for (let code = 400; code < 600; code += 1) {
      const reply = { code, enhancedCode: undefined, text: '' };
      assert.ok(classifyReply(reply, stage).class.length > 0);
    }
  }
});

test('every rule names its source, and only a rejection strikes an address off', () => {
  for (const rule of REPLY_RULES) {
    assert.match(rule.source, /\S/);
    if (rule.strike === 'at-once') assert.equal(rule.action, 'reject', rule.source);
    if (rule.strike === 'when-given-up') assert.equal(rule.action, 'retry', rule.source);
    if (rule.strike) assert.match(rule.action, /^(retry|reject)$/, rule.source);
    if (rule.pauseMs) assert.equal(rule.action, 'relay-trouble', rule.source);
  }
});
