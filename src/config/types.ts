/** The one Config, validated and frozen. All paths absolute, all durations milliseconds. */

import type { CheckCode, MailClient } from './check-codes.js';

export type RelayProfile = 'generic' | 'ses' | 'postmark' | 'mailgun' | 'sendgrid' | 'mta';
export type Durability = 'always' | 'everysec' | `replicas:${number}`;

export interface Mailbox {
  name: string;
  address: string;
}

/** Colours as `#rrggbb`. */
export interface Palette {
  page: string;
  sheet: string;
  text: string;
  muted: string;
  rule: string;
  link: string;
  band: string;
  bandText: string;
  bandMuted: string;
  button: string;
  buttonText: string;
  tint: string;
  opinion: string;
  opinionRule: string;
}

/** How mail and pages look. */
export interface DesignConfig {
  /** Of the mail, in CSS pixels. */
  width: number;
  light: Palette;
  dark: Palette;
  /** Font lists, fit for a style attribute in double quotes. */
  fonts: { heading: string; body: string; code: string };
  /** Pictures below issues/ or URLs; sizes in CSS pixels. */
  logo: { file: string; dark: string; width: number; height: number } | undefined;
}

export interface PublicationConfig {
  name: string;
  /** Lower-case letters, digits and dashes; begins every Redis key. */
  slug: string;
  /** "AN": in `[AN #101]: …` and `(AN #7)`. */
  prefix: string;
  from: Mailbox;
  replyTo: Mailbox | undefined;
  /** Public base URL without a trailing slash. */
  url: string;
  postalAddress: string;
  /** BCP 47 */
  language: string;
  /** IANA name: the clock on which times without an offset are read. */
  timezone: string;
  design: DesignConfig;
  /** Under whose name sends are approved; readers see it. */
  approver: string | undefined;
  editions: {
    /** Whether readers may have the highlights only. */
    highlights: boolean;
    /** Behind the subject of that edition. */
    subjectNote: string | undefined;
  };
}

/** The show; its episodes come with the issues. */
export interface PodcastConfig {
  title: string | undefined;
  description: string | undefined;
  author: string | undefined;
  /** Public, in the feed. */
  email: string | undefined;
  /** "Science" or "Science > Physics", as Apple names them. */
  category: string;
  explicit: boolean;
  /** Address of a square picture. */
  image: string | undefined;
}

/** What `pressrun check` measures issues against. */
export interface CheckConfig {
  /** Severities that differ from the rules' own. */
  rules: Readonly<Partial<Record<CheckCode, 'off' | 'warning' | 'error'>>>;
  /** Of the HTML part of one reader's mail, the larger of decoded and transfer-encoded. */
  warnHtmlBytes: number;
  maxHtmlBytes: number;
  maxImageBytes: number;
  /** Characters. */
  maxSubjectLength: number;
  /** Characters. */
  maxPreheaderLength: number;
  clients: readonly MailClient[];
  /** For one address, redirects included. */
  linkTimeoutMs: number;
  linksPerHost: number;
}

/** Name of the one relay that `smtp.url` leads to. */
export const ONLY_RELAY = 'relay';

/** One way out. */
export interface RelayConfig {
  /** Lower-case letters, digits and dashes. */
  name: string;
  url: string;
  /** Part of the messages, against the other relays' shares; 0: only when no other takes any. */
  share: number;
  profile: RelayProfile;
  connections: number;
  messagesPerConnection: number;
  rate: number | undefined;
}

/** Messages of one group of mailbox providers, or all of them. */
export interface LaneConfig {
  name: string;
  connections: number;
  rate: number | undefined;
}

export interface Config {
  /** The publication's folder. */
  dir: string;
  /** Private state outside git: keys, embedded Redis. */
  dataDir: string;
  /** pressrun.yaml */
  file: string;
  publication: PublicationConfig;
  redis: {
    /** 'embedded', a URL, or the nodes of a cluster. */
    server: 'embedded' | string | string[];
    durability: Durability;
  };
  smtp: {
    url: string;
    profile: RelayProfile;
    /** Connections to the relay, over all workers. */
    connections: number;
    messagesPerConnection: number;
    /** Messages per second over all workers; undefined: as fast as the relay takes them. */
    rate: number | undefined;
    /** At least one; just the settings above unless `smtp.relays` names others. */
    relays: readonly RelayConfig[];
    /** At least one; several with an own MTA. */
    lanes: readonly LaneConfig[];
  };
  delivery: {
    uncertain: 'hold' | 'resend';
    retryMs: number[];
    giveUpAfterMs: number;
    lockDurationMs: number;
    keepLedgers: number;
    /** Cron, on the publication's clock: when queued issues go out. */
    schedule: string | undefined;
    /** Shares 0…1 of permanent failures among the settled. */
    halt: { permanentShare: number; warnShare: number; afterRecipients: number };
  };
  /** Who is told what becomes of sends. */
  notify: {
    mail: readonly Mailbox[];
    webhook: { url: string; secret: Buffer } | undefined;
  };
  check: CheckConfig;
  dkim: { domain: string; selector: string; keyFile: string } | undefined;
  bounce: { domain: string | undefined };
  /** Mail that comes in: `domain` is in A-labels; without it there is none. */
  inbound: { domain: string | undefined; host: string; port: number };
  archive: {
    /** Issue files below this number were published before pressrun. */
    before: number | undefined;
    /** An issue with a larger picture beside it refuses to be frozen. */
    maxImageBytes: number;
  };
  podcast: PodcastConfig;
  http: {
    host: string;
    port: number;
    /** Peers whose X-Forwarded-For is believed: addresses, networks, `loopback`. */
    trustProxy: readonly string[];
  };
  /** Where `/metrics` is served; nowhere without a port. */
  metrics: { host: string; port: number | undefined };
  keys: {
    /** Never rotated: subscriber ids are made with it. */
    idKey: Buffer;
    /** Newest first; the first signs, all verify. */
    tokenKeys: [Buffer, ...Buffer[]];
  };
}
