/**
 * The shape of pressrun.yaml once the defaults are under it. What a key means is written in
 * config/defaults.yaml; this file says which values it takes.
 */
import * as z from 'zod';
import { CHECK_CODES, MAIL_CLIENTS } from './check-codes.js';
import { designSchema } from './design.js';
import { PODCAST_CATEGORIES, parsePodcastCategory } from './podcast-categories.js';
import { PROVIDER_GROUPS } from './providers.js';
import {
  DURABILITY_PATTERN,
  DURATION_PATTERN,
  parseBaseUrl,
  parseCron,
  parseDomain,
  parseDurability,
  parseDuration,
  parseLanguage,
  parseMailbox,
  parseNetwork,
  parseRedisUrl,
  parseSmtpUrl,
  parseTimezone,
  parseWebhookSecret,
  parseWebUrl,
  SLUG_PATTERN,
} from './values.js';
import { allowed, line, parsed, whole } from './values-schema.js';

function share() {
  return z.number().min(0).max(1).register(allowed, { allowed: 'a number from 0 to 1' });
}

function oneOf<const T extends string>(...values: T[]) {
  return z.enum(values).register(allowed, { allowed: `one of ${values.join(', ')}` });
}

const DURATION_WORDS = 'a duration: a number and ms, s, m, h or d, such as 500ms, 5m or 48h';
const MAILBOX_WORDS =
  'a sender such as "Name <news@example.org>", or a mapping of name and address';

const duration = () => parsed(parseDuration, DURATION_WORDS, z.string().regex(DURATION_PATTERN));
const domain = () => parsed(parseDomain, 'a domain such as example.org');
const redisUrl = () => parsed(parseRedisUrl, 'redis://HOST:PORT or rediss://HOST:PORT');

function mailbox() {
  const structured = z
    .strictObject({ name: z.string().default(''), address: z.string() })
    .transform(({ name, address }, context) => {
      const value = /[\r\n]/.test(name) ? undefined : parseMailbox(address);
      if (value !== undefined) return { ...value, name: name.trim() || value.name };
      context.addIssue({ code: 'custom', message: MAILBOX_WORDS });
      return z.NEVER;
    });
  return z
    .union([parsed(parseMailbox, MAILBOX_WORDS), structured])
    .register(allowed, { allowed: MAILBOX_WORDS });
}

const redisServer = z
  .union([z.literal('embedded'), redisUrl(), z.array(redisUrl()).min(1)])
  .register(allowed, {
    allowed: 'embedded, redis://HOST:PORT, rediss://HOST:PORT, or a list of such URLs (a cluster)',
  });

const smtpUrl = () =>
  parsed(parseSmtpUrl, 'smtp://HOST:PORT or smtps://HOST:PORT, with USER:PASSWORD@ or not');
const relayProfile = () => oneOf('generic', 'ses', 'postmark', 'mailgun', 'sendgrid', 'mta');
const connections = () => whole(1, 1_000);
const messagesPerConnection = () => whole(1, 100_000);
const rate = () =>
  z
    .number()
    .positive()
    .max(100_000)
    .register(allowed, { allowed: 'messages per second: a number above 0, at most 100000' })
    .optional();

const shortest = 2_000;
const lockDuration = duration()
  .refine((ms) => ms >= shortest)
  .register(allowed, { allowed: 'a duration of at least 2s, such as 10s' });

const retry = z
  .array(duration())
  .min(1)
  .max(15)
  .register(allowed, { allowed: 'a list of 1 to 15 durations, such as [5m, 1h]' });

/** DKIM settings: all three or none (undefined). */
const dkim = z
  .strictObject({
    domain: domain().optional(),
    selector: parsed(parseDomain, 'a DKIM selector such as s2026').optional(),
    keyFile: line('the path of a PEM file').optional(),
  })
  .transform(({ domain, selector, keyFile }, context) => {
    if (domain && selector && keyFile) return { domain, selector, keyFile };
    const settings = Object.entries({ domain, selector, keyFile });
    const missing = settings.filter(([, value]) => value === undefined);
    if (missing.length === settings.length) return undefined;
    for (const [key] of missing) {
      context.addIssue({ code: 'custom', path: [key], message: 'set all three of dkim or none' });
    }
    return z.NEVER;
  });

/** Both of url and secret, or none (undefined). */
const webhook = z
  .strictObject({
    url: parsed(parseWebUrl, 'an https:// or http:// URL without a login').optional(),
    secret: parsed(
      parseWebhookSecret,
      '"whsec_" and 24 to 64 random bytes in base64, as `echo whsec_$(openssl rand -base64 32)` prints',
    ).optional(),
  })
  .transform(({ url, secret }, context) => {
    if (url && secret) return { url, secret };
    if (!url && !secret) return undefined;
    context.addIssue({
      code: 'custom',
      path: [url ? 'secret' : 'url'],
      message: 'set both of notify.webhook or none',
    });
    return z.NEVER;
  });

const severity = () => oneOf('off', 'warning', 'error').optional();

const check = z.strictObject({
  rules: z.strictObject(Object.fromEntries(CHECK_CODES.map((code) => [code, severity()]))),
  warnHtmlBytes: whole(1_000, 10_000_000),
  maxHtmlBytes: whole(1_000, 10_000_000),
  maxImageBytes: whole(1_000, 100_000_000),
  maxSubjectLength: whole(10, 1_000),
  maxPreheaderLength: whole(10, 1_000),
  clients: z
    .array(z.enum(MAIL_CLIENTS))
    .register(allowed, { allowed: `a list of ${MAIL_CLIENTS.join(', ')}` }),
  linkTimeout: duration(),
  linksPerHost: whole(1, 20),
});

export const settingsSchema = z.strictObject({
  publication: z.strictObject({
    name: line('a name on one line'),
    slug: z.string().regex(SLUG_PATTERN).register(allowed, {
      allowed: 'lower-case letters, digits and dashes (not at the ends), at most 40',
    }),
    prefix: line('a short name on one line, such as AN'),
    from: mailbox(),
    replyTo: mailbox().optional(),
    url: parsed(parseBaseUrl, 'an http:// or https:// URL without a query'),
    postalAddress: z
      .string()
      .trim()
      .min(1)
      .register(allowed, { allowed: 'the text of a postal address' }),
    language: parsed(parseLanguage, 'a language tag such as en, de or pt-BR'),
    timezone: parsed(parseTimezone, 'an IANA time zone such as Europe/Berlin or UTC').optional(),
    approver: line('a name on one line').optional(),
    editions: z.strictObject({
      highlights: z.boolean().register(allowed, { allowed: 'true or false' }),
      subjectNote: line('a note on one line, such as (highlights)').optional(),
    }),
  }),
  design: designSchema,
  redis: z.strictObject({
    server: redisServer,
    durability: parsed(
      parseDurability,
      'always, everysec, or replicas:N (N from 1 to 99)',
      z.string().regex(DURABILITY_PATTERN),
    ),
  }),
  smtp: z.strictObject({
    url: smtpUrl(),
    profile: relayProfile(),
    connections: connections(),
    messagesPerConnection: messagesPerConnection(),
    rate: rate(),
    relays: z
      .record(
        z.string().regex(SLUG_PATTERN).register(allowed, {
          allowed: 'a name of lower-case letters, digits and dashes',
        }),
        z.strictObject({
          url: smtpUrl(),
          share: z
            .number()
            .min(0)
            .max(1_000_000)
            .register(allowed, { allowed: 'a share: 0 or a positive number' })
            .default(1),
          profile: relayProfile().optional(),
          connections: connections().optional(),
          messagesPerConnection: messagesPerConnection().optional(),
          rate: rate(),
        }),
      )
      .default({}),
    lanes: z
      .partialRecord(
        z.enum(PROVIDER_GROUPS),
        z.strictObject({ connections: connections().optional(), rate: rate() }),
      )
      .default({}),
  }),
  delivery: z.strictObject({
    uncertain: oneOf('hold', 'resend'),
    retry,
    giveUpAfter: duration(),
    lockDuration,
    keepLedgers: whole(1, 10_000),
    schedule: parsed(parseCron, 'a cron expression such as "0 9 * * WED"').optional(),
    halt: z.strictObject({
      permanentShare: share(),
      warnShare: share(),
      afterRecipients: whole(1, 1_000_000_000),
    }),
  }),
  notify: z.strictObject({
    mail: z
      .array(mailbox())
      .max(20)
      .register(allowed, { allowed: 'a list of at most 20 addresses, such as [ops@example.org]' }),
    webhook,
  }),
  check,
  dkim,
  bounce: z.strictObject({ domain: domain().optional() }),
  inbound: z.strictObject({
    domain: domain().optional(),
    host: line('an address to listen on, such as 127.0.0.1 or 0.0.0.0'),
    port: whole(0, 65_535),
  }),
  archive: z.strictObject({
    before: whole(0, 1_000_000_000).optional(),
    maxImageBytes: whole(1_000, 20_000_000),
  }),
  podcast: z.strictObject({
    title: line('a name on one line').optional(),
    description: line('a text on one line').optional(),
    author: line('a name on one line').optional(),
    email: parsed(
      (text) => parseMailbox(text)?.address,
      'an address such as podcast@example.org',
    ).optional(),
    category: parsed(
      parsePodcastCategory,
      `one of Apple's categories of podcasts (${PODCAST_CATEGORIES.join(', ')}), or "Science > Physics"`,
    ),
    explicit: z.boolean().register(allowed, { allowed: 'true or false' }),
    image: parsed(parseBaseUrl, 'the http:// or https:// URL of a square picture').optional(),
  }),
  http: z.strictObject({
    host: line('an address to listen on, such as 127.0.0.1 or 0.0.0.0'),
    port: whole(0, 65_535),
    trustProxy: z.array(
      parsed(parseNetwork, 'an address, a network such as 10.0.0.0/8, or loopback'),
    ),
  }),
  metrics: z.strictObject({
    host: line('an address to listen on, such as 127.0.0.1'),
    port: whole(0, 65_535).optional(),
  }),
});

/** The settings as written, checked and parsed, before they become a Config. */
export type ParsedSettings = z.output<typeof settingsSchema>;
