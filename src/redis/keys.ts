/**
 * The only place where Redis keys are spelt.
 *
 * A subscriber's id is 16 base64url characters (96 bits of a keyed hash). Its first character is
 * the shard, 64 in all, and the shard is the hash tag: everything about one subscriber, and the
 * ledger rows about them, live in one cluster slot and change in one script. The other 15
 * characters, the tail, are what a shard's keys and ledgers store.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */

/** Bumped when the layout changes; an older or newer one in Redis is refused (or migrated). */
export const SCHEMA_VERSION = 1;

/** Characters of an id, shard included. */
export const ID_LENGTH = 16;
/** Characters of an id within its shard. */
export const TAIL_LENGTH = ID_LENGTH - 1;

/** The 64 shards: the alphabet of base64url. */
export const SHARDS: readonly string[] = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
];

export const shardOf = (id: string): string => id.slice(0, 1);
export const tailOf = (id: string): string => id.slice(1);

/** Keys of one shard of one publication's audience. */
export interface ShardKeys {
  /** hash: one subscriber, see audience/store.ts for its fields. */
  subscriber(tail: string): string;
  /** string: what every subscriber key of the shard begins with. */
  subscriberPrefix: string;
  /** set of tails that may be mailed. */
  mailable: string;
  /** set of tails of all other subscribers: left, unconfirmed or suppressed. */
  unmailable: string;
  /** hash tail → reason and time; survives erasure. */
  suppressed: string;
  /** sorted set: tails of those who asked to join and have not confirmed, by time (epoch s). */
  pending: string;
  /** string: when mails to join were sent to an address of late; `tail` of the folded address. */
  asks(tail: string): string;
  /** hash of how many subscribers, suppressed ones aside, have each status. */
  counts: string;
  /** hash: which life of which server the shard is in, and since when. */
  server: string;
  /** The ledger of one send in this shard. */
  ledger(issue: number): LedgerKeys;
}

/** Keys of one send's ledger in one shard, see delivery/ledger.ts for their layout. */
export interface LedgerKeys {
  /** hash: gate, counters, epochs. */
  meta: string;
  /** string: tails in sorted order, back to back. */
  ids: string;
  /** string: one state byte a recipient. */
  state: string;
  /** string: attempts, revision, time and text index of each recipient. */
  info: string;
  /** hash: text index → class and words, each distinct text once. */
  texts: string;
}

export interface Keys {
  /** hash: schema version, instance id, fingerprint of the id key. */
  installation: string;
  shard(shard: string): ShardKeys;
  /** hash: one send. */
  send(issue: number): string;
  /** hash: what was frozen for one revision of a send. */
  revision(issue: number, revision: number): string;
  /** hash: what operators were not told of a send yet. */
  untold(issue: number): string;
  /** set of issue numbers that have a send. */
  sends: string;
  /** hash journal id → host: which journals beside Redis were written to. */
  journals: string;
  /** hash of connected workers. */
  workers: string;
  /** hash of connected web processes. */
  webs: string;
  /** hash of connected inbound servers. */
  inbounds: string;
  /** hash: rate and back-off of one lane's way over one relay. */
  route(lane: string, relay: string): string;
  /** hash issue → its audio. */
  episodes: string;
  /** hash version → text: every wording that people consented to. */
  wordings: string;
  /** hash reason → how many left for it; list of their own words, newest first. */
  reasons: string;
  reasonWords: string;
  /** Prefix of counters that limit how often something is done; each key is a slot of its own. */
  limits: string;
  /** string: when the next mail that waits its turn may leave, epoch ms. */
  turns: string;
  /** Prefix of BullMQ's keys. */
  queuePrefix: string;
  /** Glob of every key of the publication, and of those of its sends alone. */
  all: string;
  allSends: string;
  /** What a key belongs to, for those who copy all of them. */
  placeOf(key: string): KeyPlace;
}

export type KeyPlace =
  | { kind: 'subscriber'; shard: string; tail: string }
  /** Its five keys change together. */
  | { kind: 'ledger'; keys: LedgerKeys }
  | { kind: 'send'; issue: number }
  /** Of this server and this moment: who is connected, what the queue has to do. */
  | { kind: 'passing' }
  | { kind: 'other' };

export function keysOf(slug: string): Keys {
  return {
    installation: `${slug}:installation`,
    shard: (shard) => shardKeys(slug, shard),
    send: (issue) => `${slug}:{send-${issue}}`,
    revision: (issue, revision) => `${slug}:{send-${issue}}:${revision}`,
    untold: (issue) => `${slug}:{send-${issue}}:untold`,
    sends: `${slug}:sends`,
    journals: `${slug}:journals`,
    workers: `${slug}:workers`,
    webs: `${slug}:webs`,
    inbounds: `${slug}:inbounds`,
    route: (lane, relay) => `${slug}:{route-${lane}-${relay}}`,
    episodes: `${slug}:episodes`,
    wordings: `${slug}:wordings`,
    reasons: `${slug}:reasons`,
    reasonWords: `${slug}:reasons:words`,
    limits: `${slug}:limit`,
    turns: `${slug}:limit:turns`,
    queuePrefix: `${slug}:{queue}`,
    // A slug holds nothing that a glob would read as more than itself.
    all: `${slug}:*`,
    allSends: `${slug}:{send-*`,
    placeOf: (key) => placeOf(slug, key.slice(slug.length + 1)),
  };
}

const SUBSCRIBER = /^\{(.)\}:s:(.+)$/;
const LEDGER = /^\{(.)\}:(\d+):[a-z]+$/;
const SEND = /^\{send-(\d+)\}/;
const PASSING = /^(?:\{queue\}:|(?:workers|webs|inbounds|journals|installation)$|limit:)/;

function placeOf(slug: string, name: string): KeyPlace {
  const [, shard, tail] = SUBSCRIBER.exec(name) ?? [];
  if (shard && tail) return { kind: 'subscriber', shard, tail };
  const [, ledgerShard, issue] = LEDGER.exec(name) ?? [];
  if (ledgerShard) {
    return { kind: 'ledger', keys: shardKeys(slug, ledgerShard).ledger(Number(issue)) };
  }
  const [, sent] = SEND.exec(name) ?? [];
  if (sent) return { kind: 'send', issue: Number(sent) };
  return PASSING.test(name) ? { kind: 'passing' } : { kind: 'other' };
}

function shardKeys(slug: string, shard: string): ShardKeys {
  const prefix = `${slug}:{${shard}}`;
  return {
    subscriberPrefix: `${prefix}:s:`,
    subscriber: (tail) => `${prefix}:s:${tail}`,
    mailable: `${prefix}:mailable`,
    unmailable: `${prefix}:unmailable`,
    suppressed: `${prefix}:suppressed`,
    pending: `${prefix}:pending`,
    asks: (tail) => `${prefix}:asks:${tail}`,
    counts: `${prefix}:counts`,
    server: `${prefix}:server`,
    ledger: (issue) => ({
      meta: `${prefix}:${issue}:meta`,
      ids: `${prefix}:${issue}:ids`,
      state: `${prefix}:${issue}:state`,
      info: `${prefix}:${issue}:info`,
      texts: `${prefix}:${issue}:texts`,
    }),
  };
}
