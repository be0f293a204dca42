/** A Config made by hand, for tests that need no pressrun.yaml. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/types.js';
import { DESIGN } from './design.js';

/**
 * A valid Config over a fresh temporary folder and random keys; the caller removes `dir`.
 * @param overrides top-level sections, each merged over its default
 */
export function testConfig(overrides: ConfigOverrides = {}): Config {
  const dir = overrides.dir ?? mkdtempSync(join(tmpdir(), 'pressrun-test-'));
  const dataDir = overrides.dataDir ?? join(dir, '.pressrun');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const base = defaults();
  return {
    dir,
    dataDir,
    file: join(dir, 'pressrun.yaml'),
    publication: { ...base.publication, ...overrides.publication },
    redis: { ...base.redis, ...overrides.redis },
    smtp: smtpOf({ ...base.smtp, ...overrides.smtp }),
    delivery: { ...base.delivery, ...overrides.delivery },
    notify: { ...base.notify, ...overrides.notify },
    check: { ...base.check, ...overrides.check },
    dkim: overrides.dkim,
    bounce: { ...base.bounce, ...overrides.bounce },
    inbound: { ...base.inbound, ...overrides.inbound },
    archive: { ...base.archive, ...overrides.archive },
    podcast: { ...base.podcast, ...overrides.podcast },
    http: { ...base.http, ...overrides.http },
    metrics: { ...base.metrics, ...overrides.metrics },
    keys: { ...base.keys, ...overrides.keys },
  };
}

/** One relay and one lane unless the test names others, as config/load.ts makes them. */
function smtpOf(smtp: Config['smtp']): Config['smtp'] {
  const { url, profile, connections, messagesPerConnection, rate } = smtp;
  const relay = { url, profile, connections, messagesPerConnection, rate };
  return {
    ...smtp,
    relays: smtp.relays.length > 0 ? smtp.relays : [{ name: 'relay', share: 1, ...relay }],
    lanes: smtp.lanes.length > 0 ? smtp.lanes : [{ name: 'default', connections, rate: undefined }],
  };
}

export type ConfigOverrides = {
  [Section in keyof Config]?: Config[Section] extends string | undefined
    ? Config[Section]
    : Partial<Config[Section]>;
} & { dkim?: Config['dkim'] };

function defaults(): Omit<Config, 'dir' | 'dataDir' | 'file' | 'dkim'> {
  return {
    publication: {
      name: 'The Envelope',
      slug: 'envelope',
      prefix: 'ENV',
      from: { name: 'The Envelope', address: 'editor@envelope.example' },
      replyTo: undefined,
      url: 'http://127.0.0.1:8080',
      postalAddress: '1 Letter Lane, 12345 Posttown',
      language: 'en',
      timezone: 'UTC',
      design: DESIGN,
      approver: undefined,
      editions: { highlights: true, subjectNote: undefined },
    },
    redis: { server: 'embedded', durability: 'always' },
    smtp: {
      url: 'smtp://127.0.0.1:2525',
      profile: 'generic',
      connections: 10,
      messagesPerConnection: 1000,
      rate: undefined,
      relays: [],
      lanes: [],
    },
    delivery: {
      uncertain: 'hold',
      retryMs: [5, 15, 30, 60, 120, 240, 480].map((minutes) => minutes * 60_000),
      giveUpAfterMs: 48 * 3_600_000,
      lockDurationMs: 10_000,
      keepLedgers: 12,
      schedule: undefined,
      halt: { permanentShare: 0.1, warnShare: 0.01, afterRecipients: 200 },
    },
    notify: { mail: [], webhook: undefined },
    check: {
      rules: {},
      warnHtmlBytes: 85_000,
      maxHtmlBytes: 100_000,
      maxImageBytes: 1_000_000,
      maxSubjectLength: 100,
      maxPreheaderLength: 150,
      clients: ['apple-mail', 'gmail', 'outlook', 'yahoo', 'thunderbird'],
      linkTimeoutMs: 15_000,
      linksPerHost: 2,
    },
    bounce: { domain: undefined },
    inbound: { domain: undefined, host: '127.0.0.1', port: 2526 },
    archive: { before: undefined, maxImageBytes: 5_000_000 },
    podcast: {
      title: undefined,
      description: undefined,
      author: undefined,
      email: undefined,
      category: 'News',
      explicit: false,
      image: undefined,
    },
    http: { host: '127.0.0.1', port: 8080, trustProxy: [] },
    metrics: { host: '127.0.0.1', port: undefined },
    keys: { idKey: randomBytes(32), tokenKeys: [randomBytes(32)] },
  };
}
