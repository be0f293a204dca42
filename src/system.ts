/**
 * The one place where everything is wired: configuration in, the parts of the house out. Commands,
 * web and workers take what they need from here and construct nothing themselves.
 */
import { readFile } from 'node:fs/promises';
import { createEpisodes, type Episodes } from './archive/episodes.js';
import { withJournal } from './audience/journaled.js';
import { type Audience, createAudience } from './audience/store.js';
import { type Backups, createBackups } from './backup/backups.js';
import { PROVIDER_DOMAINS } from './config/providers.js';
import type { Config } from './config/types.js';
import { type Chances, createChances } from './delivery/chances.js';
import { chancesWithJournal, sendsWithJournal } from './delivery/journaled.js';
import { createLane, type Lane, type RouteOptions } from './delivery/lane.js';
import { createLedger, type LaneTable, type LedgerStore } from './delivery/ledger.js';
import { createLedgerFiles } from './delivery/ledger-file.js';
import { createOutbox, type Outbox } from './delivery/outbox.js';
import { createPresence, type Presence } from './delivery/presence.js';
import { createPutAway, type PutAway } from './delivery/put-away.js';
import {
  createRecall,
  GRACE_MS,
  KEPT_EMBEDDED_MS,
  KEPT_MS,
  type Recall,
} from './delivery/recall.js';
import { createSends, type Sends } from './delivery/sends.js';
import { createTally, type Tally } from './delivery/tally.js';
import { tallyWithFiles } from './delivery/tally-of-files.js';
import { AppError } from './errors.js';
import { createJoining, type Joining } from './joining/joining.js';
import { createJournal, type Journal } from './journal/journal.js';
import type { Logger } from './log.js';
import type { ComposerSecrets } from './message/compose.js';
import { createSigner, type DkimSigner } from './message/dkim.js';
import { isWanted } from './notify/channels.js';
import { createQueues, type Queues } from './queue/queues.js';
import { openRedis, type RedisConnection } from './redis/connect.js';
import { fingerprintOf, openInstallation } from './redis/installation.js';
import { type Keys, keysOf } from './redis/keys.js';
import { replicasOf } from './redis/replicas.js';

export interface System {
  config: Config;
  log: Logger;
  redis: RedisConnection;
  keys: Keys;
  /** Tells this Redis from every other. */
  instanceId: string;
  /** What a restored backup must not undo. */
  journal: Journal;
  audience: Audience;
  backups: Backups;
  sends: Sends;
  episodes: Episodes;
  /** What operators were not told yet. */
  outbox: Outbox;
  ledger: LedgerStore;
  recall: Recall;
  chances: Chances;
  /** Makes files of the ledgers of old sends. */
  putAway: PutAway;
  tally: Tally;
  /** At least one; each has batches and jobs of its own. */
  lanes: readonly Lane[];
  presence: Presence;
  queues: Queues;
  /** How people come onto the list by themselves. */
  joining: Joining;
  /** What messages are signed with. @throws AppError dkim_invalid, file_missing */
  messageSecrets(): Promise<ComposerSecrets>;
  /** Closes every connection; the last process out stops an embedded Redis. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Open what an interrupted restore left behind: for a restore alone. */
  restoring?: boolean;
}

/** @throws AppError of redis/ (unreachable, unsuitable, another key or layout, half restored) */
export async function openSystem(
  config: Config,
  log: Logger,
  options: OpenOptions = {},
): Promise<System> {
  const redis = await openRedis(config, log);
  try {
    return await wire(config, log, redis, options);
  } catch (error) {
    await redis.close();
    throw error;
  }
}

async function wire(
  config: Config,
  log: Logger,
  redis: RedisConnection,
  { restoring = false }: OpenOptions,
): Promise<System> {
  const { slug } = config.publication;
  const { idKey } = config.keys;
  const keys = keysOf(slug);
  const { client } = redis;
  const { instanceId } = await openInstallation(client, keys, { idKey, restoring });
  const journal = createJournal({
    ...{ dataDir: config.dataDir, log },
    announce: (id, host) => client.hset(keys.journals, id, host),
  });
  const audience = createAudience({ redis: client, keys, idKey });
  const presence = createPresence(client, keys);
  const recall = createRecall({
    ...{ redis: client, keys, log },
    graceMs: async () => ((await othersWork(config, presence)) ? GRACE_MS : 0),
    keptMs: config.redis.server === 'embedded' ? KEPT_EMBEDDED_MS : KEPT_MS,
  });
  redis.onReturn(() => void recall.recall());
  const ledger = recall.remembering(
    createLedger(client, keys, {
      lanes: laneTable(config.smtp),
      incarnationOf: recall.incarnationOf,
      replicas: replicasOf(config.redis.durability),
    }),
  );
  const queues = createQueues(redis, keys.queuePrefix, log);
  // Written down already: a job that cannot be added now is added by the sweep.
  const onNews = (issue: number, step: number): void => {
    queues.enqueueNews(issue, step).catch((error) => log.debug({ err: error }, 'news'));
  };
  const sends = createSends(client, keys, ledger, isWanted(config) ? onNews : undefined);
  const files = createLedgerFiles(config.dataDir);
  const tallyOfRedis = createTally(client, keys);
  const tally = tallyWithFiles(tallyOfRedis, sends, files);
  const chances = createChances({ ledger, sends, uncertain: config.delivery.uncertain });
  const { enqueueSignUp, enqueueLetter, enqueueForgetting } = queues;
  const journaled = withJournal(audience, journal);
  return {
    ...{ config, log, redis, keys, instanceId, journal, recall, ledger, queues, tally, presence },
    audience: journaled,
    joining: createJoining({
      ...{ config, redis: client, keys, log, audience: journaled, enqueueSignUp, enqueueLetter },
      enqueueForgetting,
    }),
    sends: sendsWithJournal(sends, journal),
    episodes: createEpisodes(client, keys),
    outbox: createOutbox(client, keys),
    chances: chancesWithJournal(chances, journal),
    putAway: createPutAway({
      ...{ redis: client, keys, files, log, tally: tallyOfRedis },
      keep: config.delivery.keepLedgers,
    }),
    backups: createBackups({
      ...{ client, keys, slug, journal, instanceId, audience, sends, tally, presence },
      idKey: fingerprintOf(idKey),
    }),
    lanes: config.smtp.lanes.map(({ name, rate }) =>
      createLane(client, keys, name, routesOf(config.smtp, rate)),
    ),
    messageSecrets: async () => ({
      tokenKeys: config.keys.tokenKeys,
      signer: config.dkim && (await loadSigner(config.dkim)),
    }),
    async close() {
      try {
        await journal.close();
      } finally {
        await queues.close();
        await redis.close();
      }
    },
  };
}

/**
 * Whether other workers may know what the server forgot. An embedded one begins another life with
 * every command, and who uses it can be told for certain: they are on this machine.
 */
async function othersWork({ redis }: Config, presence: Presence): Promise<boolean> {
  if (redis.server !== 'embedded') return true;
  return (await presence.workers()).some(({ pid }) => pid !== process.pid);
}

/** Who goes by which lane: with one lane everybody goes by it. */
function laneTable({ lanes }: Config['smtp']): LaneTable {
  const names = lanes.map(({ name }) => name);
  const domains = names.length > 1 ? PROVIDER_DOMAINS : {};
  return { names, fallback: names.at(-1) ?? '', domains };
}

/** @param laneRate messages a second in one of several lanes */
function routesOf({ relays, lanes }: Config['smtp'], laneRate: number | undefined): RouteOptions[] {
  return relays.map(({ name: relay, share, rate }) =>
    lanes.length > 1 ? { relay, share, rate: laneRate, relayRate: rate } : { relay, share, rate },
  );
}

/** @throws AppError file_missing, dkim_invalid */
export async function loadSigner(dkim: NonNullable<Config['dkim']>): Promise<DkimSigner> {
  try {
    return createSigner({ ...dkim, privateKeyPem: await readFile(dkim.keyFile, 'utf8') });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('file_missing', 'the DKIM key cannot be read (dkim.keyFile)', {
      file: dkim.keyFile,
      cause: error,
    });
  }
}
